package org.ppspp.discovery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.discovery.TrackerMessage.Endpoint;
import org.ppspp.discovery.TrackerMessage.GetPeers;
import org.ppspp.discovery.TrackerMessage.NewNode;
import org.ppspp.discovery.TrackerMessage.OtherPeers;
import org.ppspp.discovery.TrackerMessage.Register;
import org.ppspp.discovery.TrackerMessage.RemoveNode;
import org.ppspp.discovery.TrackerMessage.Unregister;

/**
 * Tracker messages to and from the JSON text of one frame.
 *
 * <p>Text written here is byte for byte what Python's {@code json.dumps} makes of PyPPSPP's dictionaries. Text read here
 * comes from strangers: size, depth and counts are bounded, duplicate keys, bad UTF-8 and trailing text are refused.
 */
public final class TrackerCodec {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_NUMBER_DIGITS = 19;
    private static final int MAX_NAME_CHARS = 64;
    private static final int MAX_MEMBERS = 64;
    private static final int TOKENS_PER_ENDPOINT = 5;

    private static final Separators PYTHON = Separators.createDefaultInstance()
            .withObjectFieldValueSpacing(Spacing.AFTER)
            .withObjectEntrySpacing(Spacing.AFTER)
            .withArrayValueSpacing(Spacing.AFTER)
            .withArrayEmptySeparator("")
            .withObjectEmptySeparator("")
            .withRootSeparator("");

    private final int maxItems;
    private final JsonFactory json;

    private TrackerCodec(int maxItems) {
        this.maxItems = maxItems;
        this.json = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxStringLength(TrackerMessage.MAX_SWARM_ID_CHARS)
                        .maxNameLength(MAX_NAME_CHARS)
                        .maxNumberLength(MAX_NUMBER_DIGITS)
                        .maxTokenCount((long) maxItems * TOKENS_PER_ENDPOINT)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
                .build();
    }

    /** The codec of a tracker, which reads what clients send. */
    public static TrackerCodec server() {
        return new TrackerCodec(4_096);
    }

    /** The codec of a client, which reads the long lists trackers send. */
    public static TrackerCodec client() {
        return new TrackerCodec(20_000);
    }

    /**
     * Reads the message in the readable bytes of a frame body, which stays the caller's.
     *
     * @return null for an object of a type this version does not know, or about a node nobody could reach: to be ignored
     * @throws MalformedTrackerMessageException if the text is no message: the connection is to be closed
     */
    public @Nullable TrackerMessage decode(ByteBuf body) throws MalformedTrackerMessageException {
        CharBuffer text = utf8(body);
        try (JsonParser parser = json.createParser(text.array(), text.arrayOffset(), text.length())) {
            Fields fields = readFields(parser);
            if (parser.nextToken() != null) {
                throw new MalformedTrackerMessageException("text behind the message");
            }
            return fields.toMessage();
        } catch (JsonProcessingException e) {
            throw new MalformedTrackerMessageException("not JSON within the limits: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new AssertionError("reading from memory failed", e);
        }
    }

    /** The text of a message, as the body of a frame. The array is the caller's. */
    public byte[] encode(TrackerMessage message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator generator = json.createGenerator(out)) {
            generator.setPrettyPrinter(new DefaultPrettyPrinter(PYTHON)
                    .withArrayIndenter(DefaultPrettyPrinter.NopIndenter.instance)
                    .withObjectIndenter(DefaultPrettyPrinter.NopIndenter.instance));
            write(message, generator);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toByteArray();
    }

    /** Jackson would guess at UTF-16 and UTF-32 and let overlong forms pass, so bytes become characters here. */
    private static CharBuffer utf8(ByteBuf body) throws MalformedTrackerMessageException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(body.nioBuffer());
        } catch (CharacterCodingException e) {
            throw new MalformedTrackerMessageException("not UTF-8");
        }
    }

    private Fields readFields(JsonParser parser) throws IOException, MalformedTrackerMessageException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new MalformedTrackerMessageException("not an object");
        }
        Fields fields = new Fields();
        int members = 0;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            if (++members > MAX_MEMBERS) {
                throw new MalformedTrackerMessageException("more than " + MAX_MEMBERS + " members");
            }
            JsonToken value = parser.nextToken();
            switch (name) {
                case "type" -> fields.type = string(parser, value, "type");
                case "swarm_id" -> fields.swarmId = string(parser, value, "swarm_id");
                case "endpoint" -> {
                    fields.endpoint = endpoint(parser, value);
                    fields.hasEndpoint = true;
                }
                case "details" -> fields.details = details(parser, value);
                default -> parser.skipChildren();
            }
        }
        return fields;
    }

    /** One member with an absurd endpoint must not hide the others, so it is left out. */
    private List<Endpoint> details(JsonParser parser, JsonToken value)
            throws IOException, MalformedTrackerMessageException {
        if (value != JsonToken.START_ARRAY) {
            throw new MalformedTrackerMessageException("details is no array");
        }
        List<Endpoint> details = new ArrayList<>();
        int items = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            countItem(++items);
            Endpoint endpoint = endpoint(parser, token);
            if (endpoint != null) {
                details.add(endpoint);
            }
        }
        return details;
    }

    /** Host and port, or null if they are not usable; what follows them is ignored, as PyPPSPP does. */
    private @Nullable Endpoint endpoint(JsonParser parser, JsonToken value)
            throws IOException, MalformedTrackerMessageException {
        if (value != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return null;
        }
        String host = null;
        int port = 0;
        int items = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            countItem(++items);
            if (items == 1 && token == JsonToken.VALUE_STRING) {
                host = parser.getText();
            } else if (items == 2 && isInt(parser, token)) {
                port = parser.getIntValue();
            } else {
                parser.skipChildren();
            }
        }
        return Endpoint.orNull(host, port);
    }

    private static boolean isInt(JsonParser parser, JsonToken token) throws IOException {
        return token == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() == JsonParser.NumberType.INT;
    }

    private void countItem(int items) throws MalformedTrackerMessageException {
        if (items > maxItems) {
            throw new MalformedTrackerMessageException("more than " + maxItems + " items");
        }
    }

    private static String string(JsonParser parser, JsonToken value, String what)
            throws IOException, MalformedTrackerMessageException {
        if (value != JsonToken.VALUE_STRING) {
            throw new MalformedTrackerMessageException(what + " is no string");
        }
        return parser.getText();
    }

    /** Clients put the type first, trackers the swarm ID, and PyPPSPP's bytes are to be met exactly. */
    private static void write(TrackerMessage message, JsonGenerator generator) throws IOException {
        generator.writeStartObject();
        if (message instanceof Register register) {
            writeRequest(generator, "register", message);
            writeEndpoint(generator, register.endpoint());
        } else if (message instanceof GetPeers) {
            writeRequest(generator, "get_peers", message);
        } else if (message instanceof Unregister unregister) {
            writeRequest(generator, "unregister", message);
            writeEndpoint(generator, unregister.endpoint());
        } else if (message instanceof OtherPeers peers) {
            writeReply(generator, "other_peers", message);
            generator.writeArrayFieldStart("details");
            for (Endpoint endpoint : peers.details()) {
                writePair(generator, endpoint);
            }
            generator.writeEndArray();
        } else if (message instanceof NewNode node) {
            writeReply(generator, "new_node", message);
            writeEndpoint(generator, node.endpoint());
        } else if (message instanceof RemoveNode node) {
            writeReply(generator, "remove_node", message);
            writeEndpoint(generator, node.endpoint());
        } else {
            throw new AssertionError(message);
        }
        generator.writeEndObject();
    }

    private static void writeRequest(JsonGenerator generator, String type, TrackerMessage message) throws IOException {
        generator.writeStringField("type", type);
        generator.writeStringField("swarm_id", message.swarmId());
    }

    private static void writeReply(JsonGenerator generator, String type, TrackerMessage message) throws IOException {
        generator.writeStringField("swarm_id", message.swarmId());
        generator.writeStringField("type", type);
    }

    private static void writeEndpoint(JsonGenerator generator, Endpoint endpoint) throws IOException {
        generator.writeFieldName("endpoint");
        writePair(generator, endpoint);
    }

    private static void writePair(JsonGenerator generator, Endpoint endpoint) throws IOException {
        generator.writeStartArray();
        generator.writeString(endpoint.host());
        generator.writeNumber(endpoint.port());
        generator.writeEndArray();
    }

    /** The members of the object that mean something, in whatever order they came. */
    private static final class Fields {
        private @Nullable String type;
        private @Nullable String swarmId;
        private @Nullable Endpoint endpoint;
        private boolean hasEndpoint;
        private @Nullable List<Endpoint> details;

        @Nullable
        TrackerMessage toMessage() throws MalformedTrackerMessageException {
            return switch (required(type, "type")) {
                case "register" -> new Register(id(), required(endpoint, "endpoint"));
                case "get_peers" -> new GetPeers(id());
                case "unregister" -> new Unregister(id(), required(endpoint, "endpoint"));
                case "other_peers" -> new OtherPeers(id(), required(details, "details"));
                case "new_node" -> isUnusable() ? null : new NewNode(id(), required(endpoint, "endpoint"));
                case "remove_node" -> isUnusable() ? null : new RemoveNode(id(), required(endpoint, "endpoint"));
                default -> null;
            };
        }

        /** A tracker that passes on another client's nonsense is no reason to leave the tracker. */
        private boolean isUnusable() {
            return hasEndpoint && endpoint == null;
        }

        private String id() throws MalformedTrackerMessageException {
            return required(swarmId, "swarm_id");
        }

        private static <T> T required(@Nullable T value, String name) throws MalformedTrackerMessageException {
            if (value == null) {
                throw new MalformedTrackerMessageException("no " + name);
            }
            return value;
        }
    }
}
