package org.ppspp.engine;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.UpperHashes;

/** The answer to one {@link StorageJob}. */
public sealed interface StorageResult {
    StorageJob job();

    /** The leaf hashes, in the order of the job's chunks. The arrays become the engine's. */
    record Hashed(StorageJob.Hash job, byte[][] leaves) implements StorageResult {}

    /** All chunks of the job can be read back from now on. */
    record Stored(StorageJob.Write job) implements StorageResult {}

    /**
     * The chunks asked for, at their places in a request bin: chunk 64·bin+<i>i</i> starts <i>i</i> chunk sizes behind the
     * reader index of {@code content}. The buffer becomes the engine's, which releases it.
     *
     * @param damaged chunks (bits as in the job) that could not be read or did not match their hashes; never sent on
     * @param hashes the stored hashes of the request bin, not yet verified, or null where none are stored
     */
    record Content(
            StorageJob.Read job,
            ByteBuf content,
            long damaged,
            @Nullable BinHashes hashes) implements StorageResult {}

    /**
     * All of the content matches the swarm ID, and its hashes are saved as far as they can be.
     *
     * @param upper the hashes at and above the request bins
     * @param last the hashes of the last request bin, which has the peaks that every new peer is sent
     */
    record Proved(StorageJob.Prove job, UpperHashes upper, BinHashes last) implements StorageResult {}

    /** The content does not match the swarm ID. */
    record Refuted(StorageJob.Prove job) implements StorageResult {}

    record Saved(StorageJob.Save job) implements StorageResult {}

    /** Nothing of the job counts as done. */
    record Failed(StorageJob job, Cause cause, String message) implements StorageResult {}

    /** Why storage failed, as far as the treatment differs. */
    enum Cause {
        /** The disk or quota is full: worth trying again. */
        NO_SPACE,
        /** Any other error of the device or file system. */
        IO
    }
}
