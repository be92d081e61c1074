package org.ppspp.storage;

import org.ppspp.integrity.HashFunction;

/**
 * How a file is hashed.
 *
 * @param function of the Merkle tree
 * @param chunkSizeBytes size of every chunk but the last
 * @param threads how many threads hash, at least 1
 * @param progress hears how far they are
 */
public record HashSettings(HashFunction function, int chunkSizeBytes, int threads, Progress progress) {
    public HashSettings {
        if (threads < 1) {
            throw new IllegalArgumentException("hashing takes a thread, not " + threads);
        }
        if (chunkSizeBytes < 1) {
            throw new IllegalArgumentException("the chunk size must be positive, not " + chunkSizeBytes);
        }
    }
}
