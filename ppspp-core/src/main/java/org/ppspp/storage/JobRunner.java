package org.ppspp.storage;

import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageResult;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.NodeHasher;

/** Does storage jobs, one at a time: belongs to one thread, with its buffer and digests. */
final class JobRunner {
    /** Neighbouring chunks are written together up to this size. */
    private static final int GATHER_BYTES = 256 << 10;

    private final ByteBufAllocator allocator;
    private final ByteBuffer gather = ByteBuffer.allocateDirect(GATHER_BYTES);
    private final Map<HashFunction, NodeHasher> hashers = new EnumMap<>(HashFunction.class);

    JobRunner(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** The answer to {@code job}; an I/O error is one too. */
    StorageResult run(StorageJob job, JobTarget target) {
        try {
            if (job instanceof StorageJob.Hash hash) {
                return hash(hash, target);
            }
            if (job instanceof StorageJob.Write write) {
                target.write(write, gather);
                return new StorageResult.Stored(write);
            }
            if (job instanceof StorageJob.Read read) {
                return target.read(read, hasher(target.metadata()), allocator);
            }
            if (job instanceof StorageJob.Save save) {
                target.save(save);
                return new StorageResult.Saved(save);
            }
            if (job instanceof StorageJob.Prove prove) {
                return target.prove(prove);
            }
            throw new AssertionError(job);
        } catch (IOException e) {
            StorageResult.Cause cause =
                    LocalContentException.isNoSpace(e) ? StorageResult.Cause.NO_SPACE : StorageResult.Cause.IO;
            return new StorageResult.Failed(job, cause, target.place() + ": " + LocalContentException.reason(e));
        }
    }

    private StorageResult hash(StorageJob.Hash job, JobTarget target) {
        NodeHasher hasher = hasher(target.metadata());
        List<StorageJob.ReceivedChunk> chunks = job.chunks();
        byte[][] leaves = new byte[chunks.size()][];
        for (int i = 0; i < leaves.length; i++) {
            leaves[i] = hasher.leaf(chunks.get(i).content());
        }
        return new StorageResult.Hashed(job, leaves);
    }

    private NodeHasher hasher(SwarmMetadata metadata) {
        return hashers.computeIfAbsent(metadata.hashFunction(), NodeHasher::new);
    }
}
