package org.ppspp.sim;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ContentLayout;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.NodeHasher;
import org.ppspp.integrity.UpperHashes;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.SwarmId;

/** Random content and its whole Merkle tree, computed level by level in the plainest way: the truth of a simulation. */
public final class Content {
    private final byte[] bytes;
    private final ContentLayout layout;
    private final HashFunction function;
    private final List<byte[][]> levels = new ArrayList<>();

    public Content(RandomGenerator random, int length, int chunkSize, HashFunction function) {
        this(randomBytes(random, length), chunkSize, function);
    }

    /** Content of known bytes, for the examples of the RFC. */
    public Content(byte[] bytes, int chunkSize, HashFunction function) {
        this.bytes = bytes.clone();
        this.layout = new ContentLayout(chunkSize, bytes.length);
        this.function = function;
        NodeHasher hasher = new NodeHasher(function);
        int width = 1 << Bin.height(layout.chunkCount());
        byte[][] level = new byte[width][];
        for (int i = 0; i < width; i++) {
            level[i] = i < layout.chunkCount()
                    ? hasher.leaf(Unpooled.wrappedBuffer(chunk(i)))
                    : new byte[function.length()];
        }
        levels.add(level);
        while (level.length > 1) {
            byte[][] above = new byte[level.length / 2][];
            for (int i = 0; i < above.length; i++) {
                above[i] = hasher.combine(level[2 * i], level[2 * i + 1]);
            }
            levels.add(above);
            level = above;
        }
    }

    private static byte[] randomBytes(RandomGenerator random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    public ContentLayout layout() {
        return layout;
    }

    public HashFunction function() {
        return function;
    }

    public long chunkCount() {
        return layout.chunkCount();
    }

    public byte[] chunk(long chunk) {
        byte[] copy = new byte[layout.size(chunk)];
        System.arraycopy(bytes, (int) layout.offset(chunk), copy, 0, copy.length);
        return copy;
    }

    public SwarmId rootHash() {
        return SwarmId.of(levels.get(levels.size() - 1)[0]);
    }

    public SwarmMetadata metadata(boolean withLength, ChunkAddressing addressing) {
        return new SwarmMetadata(
                rootHash(),
                IntegrityMethod.MERKLE_HASH_TREE,
                function,
                layout.chunkSizeBytes(),
                addressing,
                withLength ? layout.lengthBytes() : null,
                null);
    }

    /** The true hash of a node. */
    public byte[] hash(long bin) {
        return levels.get(Bin.layer(bin))[(int) Bin.offset(bin)];
    }

    private boolean holds(long bin) {
        return Bin.layer(bin) < levels.size() && Bin.firstChunk(bin) < layout.chunkCount();
    }

    /** The block of one request bin as a complete hash file holds it. */
    public BinHashes block(long index) {
        BinHashes block = new BinHashes(index, function.length());
        long first = index * (BinHashes.NODES + 1);
        for (long bin = first; bin < first + BinHashes.NODES; bin++) {
            if (holds(bin)) {
                block.set(bin, hash(bin));
            }
        }
        return block;
    }

    public UpperHashes upper() {
        UpperHashes upper = new UpperHashes(function.length());
        for (int layer = BinHashes.LAYER; layer < levels.size(); layer++) {
            for (int offset = 0; offset < levels.get(layer).length; offset++) {
                long bin = Bin.of(layer, offset);
                if (holds(bin)) {
                    upper.set(bin, hash(bin));
                }
            }
        }
        return upper;
    }
}
