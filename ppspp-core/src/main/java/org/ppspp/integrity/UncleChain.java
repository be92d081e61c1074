package org.ppspp.integrity;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;

/** Which hashes a peer needs before a chunk, in the order of the wire (RFC 7574 §5.4). Its arrays are used again. */
final class UncleChain {
    private static final int MAX_NODES = 2 * (HashPath.MAX_HEIGHT + 1);

    private final MerkleTree tree;
    private final int hashLength;
    private final long[] bins = new long[MAX_NODES];
    private byte[] hashes = new byte[0];
    private int count;

    UncleChain(MerkleTree tree, int hashLength) {
        this.tree = tree;
        this.hashLength = hashLength;
    }

    /** Chooses the nodes; the number of them. */
    int plan(long chunk, KnownChunks known, boolean withPeaks) {
        count = 0;
        long top = withPeaks && tree.peaksKnown() ? addPeaks(chunk) : tree.root();
        int peaks = count;
        for (long node = Bin.leaf(chunk); node != top; node = Bin.parent(node)) {
            long parent = Bin.parent(node);
            if (known.intersects(Bin.firstChunk(parent), Bin.lastChunk(parent))) {
                break;
            }
            bins[count++] = Bin.sibling(node);
        }
        for (int low = peaks, high = count - 1; low < high; low++, high--) {
            long swapped = bins[low];
            bins[low] = bins[high];
            bins[high] = swapped;
        }
        return count;
    }

    /** Finds the hashes of the nodes chosen, and emits them if all are there. */
    boolean emit(@Nullable BinHashes lower, HashVisitor out) {
        if (hashes.length == 0) {
            hashes = new byte[MAX_NODES * hashLength];
        }
        for (int i = 0; i < count; i++) {
            if (!find(bins[i], lower, i * hashLength)) {
                return false;
            }
        }
        for (int i = 0; i < count; i++) {
            out.hash(bins[i], hashes, i * hashLength);
        }
        return true;
    }

    private boolean find(long bin, @Nullable BinHashes lower, int at) {
        if (Bin.firstChunk(bin) >= tree.end()) {
            Arrays.fill(hashes, at, at + hashLength, (byte) 0);
            return true;
        }
        if (lower != null
                && Bin.layer(bin) < BinHashes.LAYER
                && BinHashes.indexOf(Bin.firstChunk(bin)) == lower.index()
                && lower.read(bin, hashes, at)) {
            return true;
        }
        return tree.read(bin, hashes, at);
    }

    /** Adds all peaks; the one above {@code chunk}. */
    private long addPeaks(long chunk) {
        long above = Bin.NONE;
        for (long peak : Bin.peaks(tree.chunkCount())) {
            bins[count++] = peak;
            above = Bin.firstChunk(peak) <= chunk ? peak : above;
        }
        return above;
    }
}
