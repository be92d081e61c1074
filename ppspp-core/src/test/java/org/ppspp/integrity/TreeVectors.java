package org.ppspp.integrity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Objects;

/** The worked example of RFC 7574 §5: 7 chunks, 7162 bytes. */
final class TreeVectors {
    static final int CHUNK_SIZE_BYTES = 1024;

    private TreeVectors() {}

    static JsonNode load() {
        try (InputStream in = TreeVectors.class.getResourceAsStream("rfc7574-tree.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] hash(JsonNode text) {
        return HexFormat.of().parseHex(text.asText());
    }

    static byte[] content() {
        byte[] content = new byte[7162];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i % 251);
        }
        return content;
    }
}
