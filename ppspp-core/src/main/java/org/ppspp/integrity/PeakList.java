package org.ppspp.integrity;

import java.util.Arrays;
import org.ppspp.chunk.Bin;

/**
 * Consecutive hashes of one channel that could be the peaks of the content, left to right (RFC 7574 §5.6). The list starts
 * over at each node that begins with chunk 0, and is empty after any node that does not continue it.
 */
final class PeakList {
    private static final int FIRST_CAPACITY = 8;

    private final int hashLength;
    private long[] bins = new long[0];
    private byte[] hashes = new byte[0];
    private int count;

    PeakList(int hashLength) {
        this.hashLength = hashLength;
    }

    PeakList copy() {
        PeakList copy = new PeakList(hashLength);
        copy.bins = Arrays.copyOf(bins, count);
        copy.hashes = Arrays.copyOf(hashes, count * hashLength);
        copy.count = count;
        return copy;
    }

    /** Takes the next hash of the channel, not all zero. True if the list is not empty now. */
    boolean extend(long bin, byte[] hash) {
        if (Bin.firstChunk(bin) == 0) {
            count = 0;
        } else if (count == 0 || Bin.firstChunk(bin) != chunkCount() || Bin.layer(bin) >= Bin.layer(bins[count - 1])) {
            count = 0;
            return false;
        }
        if (count == bins.length) {
            int capacity = Math.max(FIRST_CAPACITY, 2 * count);
            bins = Arrays.copyOf(bins, capacity);
            hashes = Arrays.copyOf(hashes, capacity * hashLength);
        }
        bins[count] = bin;
        System.arraycopy(hash, 0, hashes, count * hashLength, hashLength);
        count++;
        return true;
    }

    void clear() {
        count = 0;
    }

    /** The size that these peaks stand for; the list must not be empty. */
    long chunkCount() {
        return Bin.lastChunk(bins[count - 1]) + 1;
    }

    /** The first chunk below the last peak. */
    long lastPeakStart() {
        return Bin.firstChunk(bins[count - 1]);
    }

    /** Hashes to compute for {@link #rootHash}. */
    int cost() {
        return Bin.layer(top()) - Bin.layer(bins[count - 1]);
    }

    /** Whether all of {@code this} list is the beginning of {@code other}. */
    boolean begins(PeakList other) {
        return count <= other.count
                && Arrays.equals(bins, 0, count, other.bins, 0, count)
                && Arrays.equals(hashes, 0, count * hashLength, other.hashes, 0, count * hashLength);
    }

    /** Copies the hash of the peak {@code bin} to {@code into[at…]}; false, with nothing done, if it is none. */
    boolean read(long bin, byte[] into, int at) {
        for (int i = 0; i < count; i++) {
            if (bins[i] == bin) {
                System.arraycopy(hashes, i * hashLength, into, at, hashLength);
                return true;
            }
        }
        return false;
    }

    /** The root hash over these peaks with nothing behind them. Tells {@code nodes} of every node that takes part. */
    byte[] rootHash(NodeHasher hasher, HashVisitor nodes) {
        int left = count - 1;
        long node = bins[left];
        byte[] hash = Arrays.copyOfRange(hashes, left * hashLength, count * hashLength);
        nodes.hash(node, hash, 0);
        for (long top = top(); node != top; node = Bin.parent(node)) {
            if (Bin.isLeft(node)) {
                nodes.hash(Bin.sibling(node), hasher.zeros(), 0);
                hasher.combine(hash, 0, hasher.zeros(), 0, hash, 0);
            } else {
                left--;
                nodes.hash(Bin.sibling(node), hashes, left * hashLength);
                hasher.combine(hashes, left * hashLength, hash, 0, hash, 0);
            }
            nodes.hash(Bin.parent(node), hash, 0);
        }
        return hash;
    }

    private long top() {
        return count == 1 ? bins[0] : Bin.parent(bins[0]);
    }
}
