package org.ppspp.engine;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.NodeHash;
import org.ppspp.wire.SwarmId;

/**
 * Work with disks and digests that the engine wants done, in any order and on any thread, and answered with exactly one
 * {@link StorageResult}.
 *
 * <p>Buffers inside a job stay the engine's: whoever runs the job reads them and neither releases nor changes their
 * indices, and the engine releases them once the result is in.
 */
public sealed interface StorageJob {
    SwarmId swarm();

    /** A chunk as it came from a peer; {@code content} runs from its reader to its writer index. */
    record ReceivedChunk(long number, ByteBuf content) {}

    /** Compute the leaf hash of each chunk. Answered with {@link StorageResult.Hashed}. */
    record Hash(SwarmId swarm, List<ReceivedChunk> chunks) implements StorageJob {}

    /**
     * Write chunks, in ascending order, each whole and at its place. Answered with {@link StorageResult.Stored} once all of
     * them can be read back, or {@link StorageResult.Failed}.
     *
     * @param verified whether they belong to the content; the others do not count as stored until {@link Prove} has succeeded
     * @param beginning how often the live stream that they are of had begun anew: what is stored of it before is void then, and
     *     what comes late of before is not to be stored ({@link EngineEvent.StreamRestarted}); 0 for a file
     */
    record Write(SwarmId swarm, List<ReceivedChunk> chunks, boolean verified, int beginning) implements StorageJob {
        /** Of a file, or of a stream that has not begun anew. */
        public Write(SwarmId swarm, List<ReceivedChunk> chunks, boolean verified) {
            this(swarm, chunks, verified, 0);
        }
    }

    /**
     * Hash all of the content, none of which is missing, and count it as stored if it matches the swarm ID. Answered with
     * {@link StorageResult.Proved}, {@link StorageResult.Refuted} or {@link StorageResult.Failed}.
     */
    record Prove(SwarmId swarm) implements StorageJob {}

    /**
     * Read those of the 64 chunks of a request bin that are in {@code wanted} (bit <i>i</i> is chunk 64·bin+<i>i</i>), and
     * the request bin's hashes. Answered with {@link StorageResult.Content} or {@link StorageResult.Failed}.
     *
     * @param rehash compute the hashes from the content, as those on the disk are no good
     */
    record Read(SwarmId swarm, long bin, long wanted, boolean rehash) implements StorageJob {
        /** With the hashes as they are stored, if they are. */
        public Read(SwarmId swarm, long bin, long wanted) {
            this(swarm, bin, wanted, false);
        }
    }

    /**
     * Save verified hashes: whole blocks, and single nodes above them. Answered with {@link StorageResult.Saved} or
     * {@link StorageResult.Failed}; losing them costs hashing time later, never content. The engine changes a block no more
     * once it is in a job.
     */
    record Save(SwarmId swarm, List<BinHashes> blocks, List<NodeHash> upper) implements StorageJob {}
}
