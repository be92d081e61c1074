package org.ppspp.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The datagrams of the specification, good and bad, computed independently of this code. */
final class Vectors {
    private static final int HASH_LENGTH_BYTES = 32;
    private static final int SIGNATURE_LENGTH_BYTES = 64;
    private static final int CHUNK_SIZE_BYTES = 1024;

    /** One datagram: its name, its bytes in hexadecimal, what it means, and the swarm it belongs to. */
    record Vector(String name, String hex, String decoded, WireFormat format) {
        @Override
        public String toString() {
            return name;
        }
    }

    private Vectors() {}

    static JsonNode all() {
        try (InputStream in = Vectors.class.getResourceAsStream("rfc7574-vectors.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Vector> good() {
        return list("vectors");
    }

    static List<Vector> negative() {
        return list("negative");
    }

    private static List<Vector> list(String key) {
        List<Vector> vectors = new ArrayList<>();
        for (JsonNode node : all().get(key)) {
            vectors.add(new Vector(
                    node.get("name").asText(),
                    node.get("hex").asText(),
                    node.path("decoded").asText(),
                    format(node.get("params"))));
        }
        return vectors;
    }

    private static WireFormat format(JsonNode params) {
        ChunkAddressing addressing = ChunkAddressing.byCode(params.path("m").asInt(2));
        JsonNode size = params.path("csz");
        return new WireFormat(
                Objects.requireNonNull(addressing),
                HASH_LENGTH_BYTES,
                SIGNATURE_LENGTH_BYTES,
                size.isNull() ? WireFormat.VARIABLE_CHUNK_SIZE : size.asInt(CHUNK_SIZE_BYTES),
                WireFormat.UNKNOWN_LENGTH);
    }
}
