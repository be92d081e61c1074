package org.ppspp.storage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.ppspp.chunk.Bin;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageResult;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.BinHasher;
import org.ppspp.integrity.BinHashes;
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
    StorageResult run(StorageJob job, LocalContent content) {
        try {
            if (job instanceof StorageJob.Hash hash) {
                return hash(hash, content);
            }
            if (job instanceof StorageJob.Write write) {
                content.write(write.chunks(), write.verified(), gather);
                return new StorageResult.Stored(write);
            }
            if (job instanceof StorageJob.Read read) {
                return read(read, content);
            }
            if (job instanceof StorageJob.Save save) {
                content.save(save);
                return new StorageResult.Saved(save);
            }
            if (job instanceof StorageJob.Prove prove) {
                return content.prove(prove);
            }
            throw new AssertionError(job);
        } catch (IOException e) {
            StorageResult.Cause cause =
                    LocalContentException.isNoSpace(e) ? StorageResult.Cause.NO_SPACE : StorageResult.Cause.IO;
            return new StorageResult.Failed(job, cause, content.path() + ": " + LocalContentException.reason(e));
        }
    }

    private StorageResult hash(StorageJob.Hash job, LocalContent content) {
        NodeHasher hasher = hasher(content.metadata());
        List<StorageJob.ReceivedChunk> chunks = job.chunks();
        byte[][] leaves = new byte[chunks.size()][];
        for (int i = 0; i < leaves.length; i++) {
            leaves[i] = hasher.leaf(chunks.get(i).content());
        }
        return new StorageResult.Hashed(job, leaves);
    }

    private StorageResult read(StorageJob.Read job, LocalContent content) throws IOException {
        BinHashes hashes = content.readBlock(job.bin());
        boolean restore = (hashes == null || job.rehash()) && content.binStored(job.bin());
        long toRead = restore ? content.chunksOf(job.bin()) : job.wanted();
        ByteBuf buffer = allocator.directBuffer(Math.max(1, content.bytesOf(job.bin(), toRead)));
        boolean handedOver = false;
        try {
            BinRead read = new BinRead(content, job.bin(), buffer);
            long damaged = read.run(toRead);
            if (restore && damaged == 0) {
                SwarmMetadata metadata = content.metadata();
                hashes = new BinHasher(metadata.hashFunction(), metadata.chunkSizeBytes())
                        .hash(job.bin(), buffer.nioBuffer());
            } else if (content.verifyOnRead() && hashes != null) {
                damaged |= read.mismatches(job.wanted() & ~damaged, hashes, hasher(content.metadata()));
            }
            damaged &= job.wanted();
            if (damaged != 0) {
                content.lost(job.bin(), damaged);
            }
            StorageResult result = new StorageResult.Content(job, buffer, damaged, hashes);
            handedOver = true;
            return result;
        } finally {
            if (!handedOver) {
                buffer.release();
            }
        }
    }

    private NodeHasher hasher(SwarmMetadata metadata) {
        return hashers.computeIfAbsent(metadata.hashFunction(), NodeHasher::new);
    }

    /** Reading chunks of one request bin to their places in a buffer. */
    private static final class BinRead {
        private final LocalContent content;
        private final long firstChunk;
        private final ByteBuf buffer;
        private final int chunkSizeBytes;

        BinRead(LocalContent content, long index, ByteBuf buffer) {
            this.content = content;
            this.firstChunk = index * BinHashes.CHUNKS;
            this.buffer = buffer;
            this.chunkSizeBytes = content.metadata().chunkSizeBytes();
        }

        /** Reads {@code wanted}, runs of neighbours at once, and returns what could not be read whole. */
        long run(long wanted) throws IOException {
            // Nothing of the pool's former use may show between the chunks.
            buffer.setZero(0, buffer.capacity());
            long damaged = 0;
            for (long left = wanted; left != 0; ) {
                int from = Long.numberOfTrailingZeros(left);
                int length = Long.numberOfTrailingZeros(~(left >>> from));
                long run = (length == Long.SIZE ? -1 : (1L << length) - 1) << from;
                damaged |= readRun(from, length);
                left &= ~run;
            }
            buffer.setIndex(0, buffer.capacity());
            return damaged;
        }

        private long readRun(int from, int length) throws IOException {
            if (read(from, length)) {
                return 0;
            }
            long damaged = 0;
            for (int i = from; i < from + length; i++) {
                if (!read(i, 1)) {
                    damaged |= 1L << i;
                }
            }
            return damaged;
        }

        private boolean read(int from, int length) throws IOException {
            int start = from * chunkSizeBytes;
            int end = end(from + length - 1);
            try {
                return end > start
                        && content.store()
                                        .readFully(
                                                buffer.nioBuffer(start, end - start),
                                                (firstChunk + from) * chunkSizeBytes)
                                == end - start;
            } catch (ClosedChannelException e) {
                throw e;
            } catch (IOException e) {
                // A bad sector: the chunk counts as lost and is fetched again.
                return false;
            }
        }

        /** The chunks among {@code present} whose stored leaf hash is another. */
        long mismatches(long present, BinHashes hashes, NodeHasher hasher) {
            long damaged = 0;
            for (long left = present; left != 0; left &= left - 1) {
                int i = Long.numberOfTrailingZeros(left);
                byte[] leaf = hashes.get(Bin.leaf(firstChunk + i));
                int start = i * chunkSizeBytes;
                if (leaf != null && !Arrays.equals(leaf, hasher.leaf(buffer.nioBuffer(start, end(i) - start)))) {
                    damaged |= 1L << i;
                }
            }
            return damaged;
        }

        private int end(int chunk) {
            return Math.min((chunk + 1) * chunkSizeBytes, buffer.capacity());
        }
    }
}
