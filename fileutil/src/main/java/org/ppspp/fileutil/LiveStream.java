package org.ppspp.fileutil;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.ppspp.Endpoint;
import org.ppspp.LiveKeys;
import org.ppspp.SwarmLink;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.LiveAlgorithm;
import org.ppspp.integrity.LivePublicKey;
import org.ppspp.storage.LocalContentException;
import org.ppspp.wire.ChunkAddressing;

/**
 * A live stream by the file with its key.
 *
 * @param made whether the key was made just now
 */
record LiveStream(Path file, boolean made, LivePublicKey key, SwarmLink link) {
    /** The stream of these options, which are no misuse and name a key; it is made if there is none. */
    static LiveStream of(LiveOptions options, HashFunction hashFunction, int chunkSizeBytes)
            throws LocalContentException {
        Path file = Objects.requireNonNull(options.key);
        boolean made = !Files.exists(file);
        LivePublicKey key = made
                ? LiveKeys.make(file, Objects.requireNonNullElse(options.algorithm, LiveAlgorithm.DEFAULT))
                        .publicKey()
                : LiveKeys.read(file, options.algorithm).publicKey();
        SwarmMetadata metadata = new SwarmMetadata(
                key.swarmId(),
                options.signAll ? IntegrityMethod.SIGN_ALL : IntegrityMethod.UNIFIED_MERKLE_TREE,
                hashFunction,
                chunkSizeBytes,
                ChunkAddressing.CHUNK_RANGES_32,
                null,
                options.discardWindow);
        List<String> trackers =
                options.trackers.stream().map(Endpoint::toString).toList();
        return new LiveStream(file, made, key, new SwarmLink(metadata, null, trackers, List.of()));
    }

    /** The swarm ID, the link, or both, a line each. */
    List<String> lines(boolean withId, boolean withLink) {
        List<String> lines = new ArrayList<>();
        if (withId) {
            lines.add(key.swarmId().toString());
        }
        if (withLink) {
            lines.add(link.toString());
        }
        return lines;
    }

    String json() {
        SwarmMetadata metadata = link.metadata();
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("file", file.toString())
                .put("created", made)
                .put("swarmId", key.swarmId().toString())
                .put("algorithm", key.algorithm().name())
                .put("signAll", metadata.integrityMethod() == IntegrityMethod.SIGN_ALL)
                .put("hashFunction", metadata.hashFunction().algorithm().toLowerCase(Locale.ROOT))
                .put("chunkSize", metadata.chunkSizeBytes())
                .put("discardWindow", metadata.discardWindowChunks());
        return json.put("link", link.toString()).toString();
    }
}
