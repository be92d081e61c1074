package org.ppspp.storage;

import java.util.List;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.engine.SwarmConfig;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.UpperHashes;

/**
 * Content ready to be shared, and what was found of it on disk. Everything in it becomes the caller's.
 *
 * @param content the open files, to be closed by the caller
 * @param metadata as given, with the content length if that is known here
 * @param have chunks verified and stored
 * @param upper stored hashes at and above the request bins, not to be trusted without a check against the root
 * @param partial stored hashes of the request bins that {@code have} covers in part, likewise
 * @param notices what the user should know, a line each
 */
public record Opened(
        LocalContent content,
        SwarmMetadata metadata,
        ChunkMap have,
        UpperHashes upper,
        List<BinHashes> partial,
        List<String> notices) {

    /** Whether all of the content is here; it is published then. */
    public boolean complete() {
        return content.complete();
    }

    /** How to join the swarm with it. */
    public SwarmConfig swarmConfig() {
        return new SwarmConfig(metadata, have, upper, partial);
    }
}
