package org.ppspp.storage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import org.ppspp.chunk.Bin;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageResult;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.BinHasher;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.NodeHasher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Does storage jobs on files. */
final class FileJobs implements JobTarget {
    private static final Logger LOG = LoggerFactory.getLogger(FileJobs.class);

    private final LocalContent content;

    FileJobs(LocalContent content) {
        this.content = content;
    }

    @Override
    public SwarmMetadata metadata() {
        return content.metadata();
    }

    @Override
    public String place() {
        return content.path().toString();
    }

    @Override
    public void write(StorageJob.Write job, ByteBuffer gather) throws IOException {
        content.write(job.chunks(), job.verified(), gather);
    }

    @Override
    public void save(StorageJob.Save job) throws IOException {
        content.save(job);
    }

    @Override
    public StorageResult prove(StorageJob.Prove job) throws IOException {
        return content.prove(job);
    }

    @Override
    public byte[] readStored(long position, int maxBytes) throws IOException {
        return content.readStored(position, maxBytes);
    }

    @Override
    public void checkpointIfDue() {
        if (!content.checkpointDue(System.nanoTime())) {
            return;
        }
        try {
            content.checkpoint();
        } catch (IOException e) {
            // Of a full disk the user hears by the chunks that do not fit, of anything else once.
            boolean news = content.checkpointFailed() && !LocalContentException.isNoSpace(e);
            LOG.atLevel(news ? Level.WARN : Level.DEBUG)
                    .log(
                            "{}: the state could not be saved and is tried again: {}",
                            content.path(),
                            LocalContentException.reason(e));
        } catch (RuntimeException e) {
            LOG.error("{}: saving the state failed", content.path(), e);
        }
    }

    @Override
    public StorageResult.Content read(StorageJob.Read job, NodeHasher hasher, ByteBufAllocator allocator)
            throws IOException {
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
                damaged |= read.mismatches(job.wanted() & ~damaged, hashes, hasher);
            }
            damaged &= job.wanted();
            if (damaged != 0) {
                content.lost(job.bin(), damaged);
            }
            StorageResult.Content result = new StorageResult.Content(job, buffer, damaged, hashes);
            handedOver = true;
            return result;
        } finally {
            if (!handedOver) {
                buffer.release();
            }
        }
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
