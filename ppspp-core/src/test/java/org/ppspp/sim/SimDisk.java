package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageJob.ReceivedChunk;
import org.ppspp.engine.StorageResult;
import org.ppspp.engine.StorageResult.Cause;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.NodeHasher;
import org.ppspp.integrity.UpperHashes;

/**
 * The disk of one simulated peer: runs storage jobs against memory that outlives a crash of the peer.
 *
 * <p>It refuses, as a broken invariant, any chunk handed to it for writing that is not the true one.
 */
final class SimDisk {
    private final Simulation simulation;
    private final Content content;
    private final NodeHasher hasher;
    private final Map<Long, byte[]> chunks = new TreeMap<>();
    /** Written and not verified; lost in a crash, since nothing tells them from nothing. */
    private final Map<Long, byte[]> unproven = new TreeMap<>();

    private final Map<Long, byte[]> blocks = new HashMap<>();
    private final UpperHashes upper;
    private final int hashLength;
    private boolean full;
    private boolean lying;

    SimDisk(Simulation simulation, Content content) {
        this.simulation = simulation;
        this.content = content;
        this.hashLength = content.function().length();
        this.hasher = new NodeHasher(content.function());
        this.upper = new UpperHashes(hashLength);
    }

    /** Everything is here from the start. */
    void fill() {
        for (long chunk = 0; chunk < content.chunkCount(); chunk++) {
            chunks.put(chunk, content.chunk(chunk));
        }
        for (long bin = 0; bin * BinHashes.CHUNKS < content.chunkCount(); bin++) {
            blocks.put(bin, content.block(bin).block());
        }
    }

    /** Of everything, only the first {@code count} chunks are here, and all hashes. */
    void keep(long count) {
        chunks.keySet().removeIf(chunk -> chunk >= count);
    }

    /** Content read from here is wrong in every chunk. */
    void lie() {
        lying = true;
    }

    void full(boolean on) {
        full = on;
    }

    boolean holds(long chunk) {
        return chunks.containsKey(chunk);
    }

    boolean complete() {
        return chunks.size() == content.chunkCount();
    }

    /** What a restarted peer finds. */
    ChunkMap have() {
        ChunkMap have = new ChunkMap();
        chunks.keySet().forEach(have::set);
        return have;
    }

    UpperHashes upper() {
        return blocks.size() * (long) BinHashes.CHUNKS >= content.chunkCount() ? content.upper() : copy(upper);
    }

    private UpperHashes copy(UpperHashes source) {
        UpperHashes copied = new UpperHashes(hashLength);
        for (long bin = 0; bin < 4 * content.chunkCount() + 256; bin++) {
            if (Bin.layer(bin) >= BinHashes.LAYER) {
                byte[] hash = source.get(bin);
                if (hash != null) {
                    copied.set(bin, hash);
                }
            }
        }
        return copied;
    }

    List<BinHashes> partial() {
        List<BinHashes> partial = new ArrayList<>();
        ChunkMap have = have();
        for (Map.Entry<Long, byte[]> block : blocks.entrySet()) {
            long first = block.getKey() * BinHashes.CHUNKS;
            long last = Math.min(first + BinHashes.CHUNKS, content.chunkCount()) - 1;
            if (!have.containsAll(first, last) || last == content.chunkCount() - 1) {
                partial.add(new BinHashes(
                        block.getKey(), hashLength, block.getValue().clone()));
            }
        }
        return partial;
    }

    StorageResult run(StorageJob job) {
        if (job instanceof StorageJob.Hash hash) {
            return new StorageResult.Hashed(
                    hash,
                    hash.chunks().stream()
                            .map(chunk -> hasher.leaf(chunk.content().duplicate()))
                            .toArray(byte[][]::new));
        }
        if (job instanceof StorageJob.Write write) {
            return write(write);
        }
        if (job instanceof StorageJob.Read read) {
            return read(read);
        }
        if (job instanceof StorageJob.Prove prove) {
            return prove(prove);
        }
        StorageJob.Save save = (StorageJob.Save) job;
        if (full) {
            return new StorageResult.Failed(save, Cause.NO_SPACE, "simulated disk is full");
        }
        save.blocks().forEach(block -> blocks.put(block.index(), block.block().clone()));
        save.upper().forEach(node -> upper.set(node.bin(), node.hash()));
        return new StorageResult.Saved(save);
    }

    private StorageResult write(StorageJob.Write write) {
        if (full) {
            return new StorageResult.Failed(write, Cause.NO_SPACE, "simulated disk is full");
        }
        for (ReceivedChunk chunk : write.chunks()) {
            byte[] bytes = new byte[chunk.content().readableBytes()];
            chunk.content().getBytes(chunk.content().readerIndex(), bytes);
            assertThat(chunk.number()).as("chunk written").isLessThan(content.chunkCount());
            if (!write.verified()) {
                unproven.put(chunk.number(), bytes);
                continue;
            }
            assertThat(bytes)
                    .as("I1: chunk %d given to storage is the true one", chunk.number())
                    .isEqualTo(content.chunk(chunk.number()));
            chunks.put(chunk.number(), bytes);
        }
        return new StorageResult.Stored(write);
    }

    private StorageResult prove(StorageJob.Prove prove) {
        for (long chunk = 0; chunk < content.chunkCount(); chunk++) {
            byte[] bytes = unproven.getOrDefault(chunk, chunks.get(chunk));
            if (!Arrays.equals(bytes, content.chunk(chunk))) {
                return new StorageResult.Refuted(prove);
            }
        }
        fill();
        long last = (content.chunkCount() - 1) / BinHashes.CHUNKS;
        return new StorageResult.Proved(prove, content.upper(), content.block(last));
    }

    /** What a killed process leaves behind. */
    void crash() {
        unproven.clear();
    }

    private StorageResult read(StorageJob.Read read) {
        int size = content.layout().chunkSizeBytes();
        ByteBuf out = simulation.buffers().heapBuffer(BinHashes.CHUNKS * size);
        out.writeZero(BinHashes.CHUNKS * size);
        long damaged = 0;
        for (long bits = read.wanted(); bits != 0; bits &= bits - 1) {
            int at = Long.numberOfTrailingZeros(bits);
            byte[] bytes = chunks.get(read.bin() * BinHashes.CHUNKS + at);
            if (bytes == null) {
                damaged |= 1L << at;
            } else {
                out.setBytes(at * size, lying ? flipped(bytes) : bytes);
            }
        }
        byte @Nullable [] block = blocks.get(read.bin());
        return new StorageResult.Content(
                read, out, damaged, block == null ? null : new BinHashes(read.bin(), hashLength, block.clone()));
    }

    private static byte[] flipped(byte[] bytes) {
        byte[] wrong = bytes.clone();
        wrong[0] ^= 1;
        return wrong;
    }
}
