package org.ppspp.client.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One program in its own process, with all that it has said. */
final class Running {
    /** For machines that have much else to do. */
    static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> err = new CopyOnWriteArrayList<>();
    private final Thread outReader;
    private final Thread errReader;

    Running(Process process) {
        this.process = process;
        this.outReader = reader(process.getInputStream(), out);
        this.errReader = reader(process.getErrorStream(), err);
    }

    private static Thread reader(InputStream stream, List<String> lines) {
        Thread thread = new Thread(() -> {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                reader.lines().forEach(lines::add);
            } catch (UncheckedIOException | IOException e) {
                lines.add("(reading ended: " + e + ")");
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** What the program reads as its standard input. */
    OutputStream input() {
        return process.getOutputStream();
    }

    /** Standard output, line by line. */
    List<String> out() {
        return out;
    }

    /** Standard error as one text. */
    String err() {
        return String.join("\n", err);
    }

    /** The port that the program says to listen on. */
    int port() {
        return awaitEvent(event -> event.has("port")).get("port").asInt();
    }

    /** The first event so far or from now on that {@code wanted} accepts. */
    JsonNode awaitEvent(Predicate<JsonNode> wanted) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .failFast(() -> assertThat(outReader.isAlive() || find(wanted) != null)
                        .as(() -> "ended early, saying:\n" + err())
                        .isTrue())
                .until(() -> find(wanted) != null);
        return event(wanted);
    }

    /** The first event so far that {@code wanted} accepts; there must be one. */
    JsonNode event(Predicate<JsonNode> wanted) {
        JsonNode found = find(wanted);
        assertThat(found).as("in %s", out).isNotNull();
        return found == null ? JSON.missingNode() : found;
    }

    private @Nullable JsonNode find(Predicate<JsonNode> wanted) {
        for (String line : out) {
            JsonNode event = parse(line);
            if (wanted.test(event)) {
                return event;
            }
        }
        return null;
    }

    /** The last of the progress events so far; there must be one. */
    JsonNode lastProgress() {
        for (int i = out.size() - 1; i >= 0; i--) {
            JsonNode event = parse(out.get(i));
            if (is(event, "progress")) {
                return event;
            }
        }
        throw new AssertionError("no progress in " + out);
    }

    /** The summary of a program that has ended. */
    JsonNode summary() {
        return event(event -> is(event, "summary"));
    }

    static boolean is(JsonNode event, String name) {
        return event.path("event").asText().equals(name);
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            // The last line of a process that was killed may be cut off.
            return JSON.missingNode();
        }
    }

    /** Waits for the end and returns the exit code. */
    int exit() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("does not end; said:\n" + err() + '\n' + String.join("\n", out));
            }
            outReader.join(PATIENCE.toMillis());
            errReader.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        assertThat(err()).doesNotContain("LEAK").doesNotContain("unexpected error");
        return process.exitValue();
    }

    /** As {@code kill -9}. */
    void kill() {
        destroy();
        exit();
    }

    /** As {@code kill}. */
    int terminate() {
        process.toHandle().destroy();
        return exit();
    }

    /** As Ctrl-C. */
    int interrupt() throws IOException {
        return signal("-INT");
    }

    /** As a terminal that is closed. */
    int hangUp() throws IOException {
        return signal("-HUP");
    }

    private int signal(String name) throws IOException {
        new ProcessBuilder("kill", name, Long.toString(process.pid())).start();
        return exit();
    }

    /** Through its handle, as a {@code Process} would close the streams that are still to be read. */
    void destroy() {
        process.toHandle().destroyForcibly();
    }
}
