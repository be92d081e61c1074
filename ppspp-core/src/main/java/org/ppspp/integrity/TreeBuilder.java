package org.ppspp.integrity;

import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;

/**
 * Computes the hashes above the request bins, and so the root hash, once those of all request bins are known (RFC 7574
 * §5.1). The request bins can come in any order, but from one thread at a time.
 */
public final class TreeBuilder {
    private final NodeHasher hasher;
    private final UpperHashes upper;
    private @Nullable BinHashes first;
    private long added;
    private byte @Nullable [] rootHash;

    public TreeBuilder(HashFunction function) {
        this(function, new UpperHashes(function.length()));
    }

    /** Starts with the request bins' hashes in {@code upper}, which gets all the other hashes too. */
    public TreeBuilder(HashFunction function, UpperHashes upper) {
        this.hasher = new NodeHasher(function);
        this.upper = upper;
    }

    /** Adds the hash of the next request bin. */
    public void add(byte[] topHashOfBin) {
        set(added++, topHashOfBin);
    }

    /** Adds the hash of the request bin {@code index}. */
    public void set(long index, byte[] topHashOfBin) {
        upper.set(top(index), topHashOfBin);
    }

    /** Adds a request bin. Only so can content of 32 chunks or fewer be added, whose root is inside the request bin. */
    public void set(BinHashes block) {
        if (block.index() == 0) {
            first = block;
        }
        set(block.index(), required(block.get(top(block.index())), block.index()));
    }

    /** Computes everything above the request bins of a content of {@code chunkCount} chunks. */
    public void finish(long chunkCount) {
        if (chunkCount <= 0) {
            throw new IllegalArgumentException("a tree over " + chunkCount + " chunks");
        }
        long root = Bin.root(chunkCount);
        if (Bin.layer(root) < BinHashes.LAYER) {
            BinHashes only = first;
            rootHash = required(only == null ? null : only.get(root), 0);
            return;
        }
        for (int layer = BinHashes.LAYER; layer < Bin.layer(root); layer++) {
            combineLayer(layer, chunkCount);
        }
        rootHash = required(upper.get(root), 0);
    }

    /** The hashes of the request bins and above; complete after {@link #finish}. Empty where the root is lower. */
    public UpperHashes upper() {
        return upper;
    }

    /** The root hash, once {@link #finish} was called. */
    public byte[] rootHash() {
        if (rootHash == null) {
            throw new IllegalStateException("not finished");
        }
        return rootHash.clone();
    }

    /** The content of {@code layer} becomes parents in the layer above it. */
    private void combineLayer(int layer, long chunkCount) {
        byte[] left = new byte[hasher.hashLength()];
        byte[] right = new byte[hasher.hashLength()];
        for (long offset = 0; offset << layer < chunkCount; offset += 2) {
            read(Bin.of(layer, offset), left);
            if ((offset + 1) << layer < chunkCount) {
                read(Bin.of(layer, offset + 1), right);
            } else {
                System.arraycopy(hasher.zeros(), 0, right, 0, right.length);
            }
            upper.set(Bin.of(layer + 1, offset >> 1), hasher.combine(left, right));
        }
    }

    private void read(long bin, byte[] into) {
        if (!upper.read(bin, into, 0)) {
            throw new IllegalStateException("no hash of request bin " + (Bin.firstChunk(bin) >> BinHashes.LAYER));
        }
    }

    private static byte[] required(byte @Nullable [] hash, long index) {
        if (hash == null) {
            throw new IllegalStateException("no hash of request bin " + index);
        }
        return hash;
    }

    private static long top(long index) {
        return Bin.of(BinHashes.LAYER, index);
    }
}
