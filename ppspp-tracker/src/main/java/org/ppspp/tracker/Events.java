package org.ppspp.tracker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** The events of a run as one JSON object a line, for scripts. */
final class Events {
    private final JsonFactory json = new JsonFactory();
    private final PrintStream out;

    Events(PrintStream out) {
        this.out = out;
    }

    void listening(List<ListenAddress> addresses) {
        print(generator -> {
            generator.writeStringField("event", "listening");
            generator.writeArrayFieldStart("addresses");
            for (ListenAddress address : addresses) {
                generator.writeString(address.toString());
            }
            generator.writeEndArray();
            generator.writeNumberField("port", addresses.get(0).port());
        });
    }

    void summary(TrackerStats stats, long uptimeSeconds) {
        print(generator -> {
            generator.writeStringField("event", "summary");
            generator.writeNumberField("uptime_seconds", uptimeSeconds);
            generator.writeNumberField("connections", stats.connections());
            generator.writeNumberField("peers", stats.peers());
            generator.writeNumberField("swarms", stats.swarms());
            generator.writeNumberField("accepted", stats.accepted());
            generator.writeNumberField("turned_away", stats.turnedAway());
            generator.writeNumberField("registrations", stats.registrations());
            generator.writeNumberField("received", stats.received());
            generator.writeNumberField("sent", stats.sent());
            generator.writeNumberField("dropped", stats.dropped());
            generator.writeNumberField("refused", stats.refused());
            generator.writeNumberField("malformed", stats.malformed());
        });
    }

    private void print(Members members) {
        StringWriter line = new StringWriter();
        try (JsonGenerator generator = json.createGenerator(line)) {
            generator.writeStartObject();
            members.write(generator);
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        out.println(line);
        out.flush();
    }

    @FunctionalInterface
    private interface Members {
        void write(JsonGenerator generator) throws IOException;
    }
}
