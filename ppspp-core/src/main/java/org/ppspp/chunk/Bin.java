package org.ppspp.chunk;

/**
 * Arithmetic on bin numbers: the nodes of a binary tree over chunks, numbered in order (RFC 7574 §4.2).
 *
 * <p>The leaf of chunk <i>i</i> is bin 2<i>i</i>; a parent is the mean of its children. The number of trailing one bits
 * of a bin is its layer, 0 for leaves. Bins are non-negative {@code long}s below 2<sup>62</sup>.
 */
public final class Bin {
    /** No bin at all. */
    public static final long NONE = -1;

    private Bin() {}

    /** The bin at {@code layer} whose index within that layer is {@code offset}. */
    public static long of(int layer, long offset) {
        return (offset << (layer + 1)) | ((1L << layer) - 1);
    }

    /** The leaf of {@code chunk}. */
    public static long leaf(long chunk) {
        return chunk << 1;
    }

    /** Distance from the leaves, which are layer 0. */
    public static int layer(long bin) {
        return Long.numberOfTrailingZeros(~bin);
    }

    /** Index of {@code bin} within its layer. */
    public static long offset(long bin) {
        return bin >>> (layer(bin) + 1);
    }

    /** The first chunk below {@code bin}. */
    public static long firstChunk(long bin) {
        return (bin & (bin + 1)) >>> 1;
    }

    /** The last chunk below {@code bin}, inclusive. */
    public static long lastChunk(long bin) {
        return (bin | (bin + 1)) >>> 1;
    }

    /** The number of leaves below {@code bin}: a power of two. */
    public static long width(long bin) {
        return 1L << layer(bin);
    }

    public static long parent(long bin) {
        int layer = layer(bin);
        return (bin & ~(1L << (layer + 1))) | (1L << layer);
    }

    public static long sibling(long bin) {
        return bin ^ (1L << (layer(bin) + 1));
    }

    /** The left child of {@code bin}, which must not be a leaf. */
    public static long left(long bin) {
        return bin - (1L << (layer(bin) - 1));
    }

    /** The right child of {@code bin}, which must not be a leaf. */
    public static long right(long bin) {
        return bin + (1L << (layer(bin) - 1));
    }

    public static boolean isLeft(long bin) {
        return (bin & (1L << (layer(bin) + 1))) == 0;
    }

    /** Whether every chunk of {@code inner} is below {@code outer}. */
    public static boolean contains(long outer, long inner) {
        return firstChunk(outer) <= firstChunk(inner) && lastChunk(inner) <= lastChunk(outer);
    }

    /** The bin that covers exactly {@code first..last}, or {@link #NONE} where no single bin does. */
    public static long ofRange(long first, long last) {
        long width = last - first + 1;
        boolean node = width > 0 && (width & (width - 1)) == 0 && (first & (width - 1)) == 0;
        return node ? (first << 1) + width - 1 : NONE;
    }

    /** The smallest bin that contains {@code first..last}. */
    public static long cover(long first, long last) {
        long bin = leaf(first);
        while (lastChunk(bin) < last) {
            bin = parent(bin);
        }
        return bin;
    }

    /** Layer of the root over {@code chunkCount} &gt; 0 chunks: the smallest h with 2^h &gt;= chunkCount. */
    public static int height(long chunkCount) {
        return chunkCount <= 1 ? 0 : 64 - Long.numberOfLeadingZeros(chunkCount - 1);
    }

    /** The root over {@code chunkCount} &gt; 0 chunks (RFC 7574 §5.1). */
    public static long root(long chunkCount) {
        return of(height(chunkCount), 0);
    }

    /** The peaks that tile {@code chunkCount} chunks, left to right, one for each one bit (RFC 7574 §5.6.1). */
    public static long[] peaks(long chunkCount) {
        long[] peaks = new long[Long.bitCount(chunkCount)];
        long first = 0;
        int found = 0;
        for (int layer = 62; layer >= 0; layer--) {
            if ((chunkCount >>> layer & 1) == 1) {
                peaks[found++] = of(layer, first >>> layer);
                first += 1L << layer;
            }
        }
        return peaks;
    }
}
