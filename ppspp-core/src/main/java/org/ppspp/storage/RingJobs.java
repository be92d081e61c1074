package org.ppspp.storage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageResult;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.NodeHasher;

/** Does storage jobs of a live stream, whose hashes are the engine's alone and are never saved. */
final class RingJobs implements JobTarget {
    private final RingStore ring;

    RingJobs(RingStore ring) {
        this.ring = ring;
    }

    @Override
    public SwarmMetadata metadata() {
        return ring.metadata();
    }

    @Override
    public String place() {
        return "memory";
    }

    @Override
    public void write(StorageJob.Write job, ByteBuffer gather) {
        for (StorageJob.ReceivedChunk chunk : job.chunks()) {
            ring.store(chunk.number(), chunk.content().nioBuffer(), job.beginning());
        }
        ring.tellStored();
    }

    /** What is not here any more counts as damaged. */
    @Override
    public StorageResult.Content read(StorageJob.Read job, NodeHasher hasher, ByteBufAllocator allocator) {
        int size = ring.metadata().chunkSizeBytes();
        int end = Long.SIZE - Long.numberOfLeadingZeros(job.wanted());
        ByteBuf buffer = allocator.directBuffer(Math.max(1, end * size));
        // Nothing of the pool's former use may show between the chunks.
        buffer.setZero(0, buffer.capacity());
        buffer.setIndex(0, buffer.capacity());
        long damaged = 0;
        for (long left = job.wanted(); left != 0; left &= left - 1) {
            int i = Long.numberOfTrailingZeros(left);
            if (!ring.get(job.bin() * BinHashes.CHUNKS + i, buffer.nioBuffer(i * size, size))) {
                damaged |= 1L << i;
            }
        }
        return new StorageResult.Content(job, buffer, damaged, null);
    }

    @Override
    public void save(StorageJob.Save job) throws IOException {
        throw new IOException("a stream has no hashes to be saved");
    }

    @Override
    public StorageResult prove(StorageJob.Prove job) throws IOException {
        throw new IOException("a stream is never proven as a whole");
    }

    @Override
    public byte[] readStored(long position, int maxBytes) {
        return ring.read(position, maxBytes);
    }

    @Override
    public void checkpointIfDue() {
        // Nothing survives.
    }
}
