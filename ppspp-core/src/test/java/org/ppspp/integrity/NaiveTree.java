package org.ppspp.integrity;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ContentLayout;

/** A content with its whole tree, computed by the letter of RFC 7574 §5.1: the model for the tests. */
final class NaiveTree {
    final HashFunction function;
    final ContentLayout layout;
    final byte[] content;
    private final MessageDigest digest;
    private final Map<Long, byte[]> nodes = new HashMap<>();

    NaiveTree(HashFunction function, int chunkSizeBytes, byte[] content) {
        this.function = function;
        this.layout = new ContentLayout(chunkSizeBytes, content.length);
        this.content = content;
        this.digest = function.newDigest();
    }

    /** Random content of {@code chunks} chunks, the last of them of {@code lastBytes} bytes. */
    static NaiveTree random(HashFunction function, int chunkSizeBytes, int chunks, int lastBytes, Random random) {
        byte[] content = new byte[(chunks - 1) * chunkSizeBytes + lastBytes];
        random.nextBytes(content);
        return new NaiveTree(function, chunkSizeBytes, content);
    }

    int chunks() {
        return (int) layout.chunkCount();
    }

    long root() {
        return Bin.root(chunks());
    }

    byte[] rootHash() {
        return node(root());
    }

    byte[] chunk(long chunk) {
        int at = (int) layout.offset(chunk);
        return Arrays.copyOfRange(content, at, at + layout.size(chunk));
    }

    byte[] leaf(long chunk) {
        return node(Bin.leaf(chunk));
    }

    byte[] node(long bin) {
        byte[] known = nodes.get(bin);
        if (known == null) {
            known = compute(bin);
            nodes.put(bin, known);
        }
        return known;
    }

    boolean exists(long bin) {
        return Bin.firstChunk(bin) < chunks();
    }

    /** The hashes of all request bins, and above. */
    TreeBuilder builder() {
        TreeBuilder builder = new TreeBuilder(function);
        for (long index = 0; index << BinHashes.LAYER < chunks(); index++) {
            builder.set(block(index));
        }
        builder.finish(chunks());
        return builder;
    }

    BinHashes block(long index) {
        int from = (int) layout.offset(index * BinHashes.CHUNKS);
        int to = Math.min(content.length, from + BinHashes.CHUNKS * layout.chunkSizeBytes());
        return new BinHasher(function, layout.chunkSizeBytes()).hash(index, ByteBuffer.wrap(content, from, to - from));
    }

    /** A peer that has everything. */
    MerkleIntegrity seeder() {
        MerkleIntegrity seeder = new MerkleIntegrity(function, rootHash(), layout.chunkSizeBytes(), content.length);
        seeder.load(builder().upper());
        for (long index = 0; index << BinHashes.LAYER < chunks(); index++) {
            if (!seeder.restore(block(index))) {
                throw new AssertionError("request bin " + index + " of " + chunks() + " chunks");
            }
        }
        return seeder;
    }

    private byte[] compute(long bin) {
        if (!exists(bin)) {
            return new byte[function.length()];
        }
        if (Bin.layer(bin) == 0) {
            return digest.digest(chunk(Bin.firstChunk(bin)));
        }
        ByteArrayOutputStream pair = new ByteArrayOutputStream();
        pair.writeBytes(node(Bin.left(bin)));
        pair.writeBytes(node(Bin.right(bin)));
        return digest.digest(pair.toByteArray());
    }
}
