package org.ppspp.integrity;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;

/**
 * The verified hashes of one munro: a subtree of a live stream whose top is signed (RFC 7574 §6.1.2.1). In-order numbering
 * makes them one contiguous block; absent ones are all zero there, which no hash of data is.
 */
final class Munro implements VerifiedHashes {
    /** RFC 7574 §6.1.2.1 wants more than one chunk for a signature; more than 1,024 would be a long wait for the first. */
    private static final int MIN_LAYER = 1;

    private static final int MAX_LAYER = 10;

    private final long node;
    private final NodeHasher hasher;
    private final int hashLength;
    private final byte[] block;
    private @Nullable SignedNode signed;
    private boolean disputed;

    Munro(long node, NodeHasher hasher) {
        this(node, hasher, new byte[(int) (2 * Bin.width(node) - 1) * hasher.hashLength()]);
    }

    /** Takes over {@code block}, the hashes of all nodes. */
    Munro(long node, NodeHasher hasher, byte[] block) {
        this.node = node;
        this.hasher = hasher;
        this.hashLength = hasher.hashLength();
        this.block = block;
        if (block.length != (2 * Bin.width(node) - 1) * hashLength) {
            throw new IllegalArgumentException(block.length + " bytes of hashes for " + Bin.width(node) + " chunks");
        }
    }

    /** Whether a node may be signed, going by its height. */
    static boolean isMunro(long node) {
        return Bin.layer(node) >= MIN_LAYER && Bin.layer(node) <= MAX_LAYER;
    }

    long node() {
        return node;
    }

    long firstChunk() {
        return Bin.firstChunk(node);
    }

    long lastChunk() {
        return Bin.lastChunk(node);
    }

    /** A copy of the hash that is signed. */
    byte[] hash() {
        int at = position(node);
        return Arrays.copyOfRange(block, at, at + hashLength);
    }

    /** All hashes; not a copy. */
    byte[] block() {
        return block;
    }

    @Nullable
    SignedNode signed() {
        return signed;
    }

    void signed(SignedNode by) {
        signed = by;
    }

    /** Whether the source has signed another munro in this place: then nobody is to blame for its chunks. */
    boolean disputed() {
        return disputed;
    }

    void dispute() {
        disputed = true;
    }

    boolean matches(long bin, byte[] hash) {
        int at = position(bin);
        return Arrays.equals(block, at, at + hashLength, hash, 0, hashLength);
    }

    boolean has(long bin) {
        return !hasher.isZero(block, position(bin));
    }

    @Override
    public boolean read(long bin, byte[] into, int at) {
        if (!Bin.contains(node, bin) || !has(bin)) {
            return false;
        }
        System.arraycopy(block, position(bin), into, at, hashLength);
        return true;
    }

    @Override
    public void put(long bin, byte[] source, int at) {
        System.arraycopy(source, at, block, position(bin), hashLength);
    }

    @Override
    public long end() {
        return lastChunk() + 1;
    }

    /** A munro has no empty leaves. */
    @Override
    public long reached() {
        return end();
    }

    /** Computes the inner nodes from the leaves. */
    void computeInner() {
        for (int layer = 1; layer <= Bin.layer(node); layer++) {
            long first = firstChunk() >> layer;
            long count = Bin.width(node) >> layer;
            for (long offset = first; offset < first + count; offset++) {
                long bin = Bin.of(layer, offset);
                hasher.combine(block, position(Bin.left(bin)), block, position(Bin.right(bin)), block, position(bin));
            }
        }
    }

    /** Where the hash of {@code bin} starts in {@link #block}. */
    int position(long bin) {
        return (int) (bin - 2 * firstChunk()) * hashLength;
    }
}
