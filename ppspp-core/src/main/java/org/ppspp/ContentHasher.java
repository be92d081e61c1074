package org.ppspp;

import java.nio.file.Path;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.storage.CompleteFile;
import org.ppspp.storage.HashSettings;
import org.ppspp.storage.LocalContentException;
import org.ppspp.storage.Progress;

/**
 * Hashes files into the swarms they make: the swarm ID of static content is the root hash of its Merkle tree (RFC 7574
 * §5.1). Takes about a second per GiB on two cores. Immutable.
 */
public final class ContentHasher {
    private final HashSettings settings;

    private ContentHasher(HashSettings settings) {
        this.settings = settings;
    }

    /** Hashes on all processors and tells nobody how far it is. {@code chunkSizeBytes} is at least 1. */
    public static ContentHasher of(HashFunction function, int chunkSizeBytes) {
        int processors = Runtime.getRuntime().availableProcessors();
        return new ContentHasher(new HashSettings(function, chunkSizeBytes, processors, Progress.NONE));
    }

    public ContentHasher withThreads(int threads) {
        return new ContentHasher(
                new HashSettings(settings.function(), settings.chunkSizeBytes(), threads, settings.progress()));
    }

    public ContentHasher withProgress(Progress progress) {
        return new ContentHasher(
                new HashSettings(settings.function(), settings.chunkSizeBytes(), settings.threads(), progress));
    }

    /**
     * The swarm of {@code file}, with 32-bit chunk ranges.
     *
     * @throws LocalContentException if the file cannot be read, is empty, or changes meanwhile
     * @throws IllegalArgumentException if the chunk size is more than a swarm may have, or is two hashes long
     */
    public SwarmMetadata hash(Path file) throws LocalContentException {
        return new CompleteFile(file).describe(settings);
    }

    /**
     * As {@link #hash}, and writes the hash file that lets {@code file} be seeded without hashing it again.
     *
     * @throws LocalContentException also if the hash file cannot be written
     */
    public SwarmMetadata hashAndSave(Path file) throws LocalContentException {
        return new CompleteFile(file).index(settings);
    }

    /** Where {@link #hashAndSave} writes the hash file of {@code file}. */
    public static Path hashFileOf(Path file) {
        return new CompleteFile(file).hashFile();
    }
}
