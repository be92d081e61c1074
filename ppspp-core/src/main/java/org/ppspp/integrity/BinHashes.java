package org.ppspp.integrity;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The hashes of the 127 nodes below and including one <i>request bin</i>, an aligned run of 64 chunks.
 *
 * <p>The request bin with index <i>i</i> holds chunks 64<i>i</i> to 64<i>i</i>+63 and bins 128<i>i</i> to 128<i>i</i>+126;
 * its own top is bin 128<i>i</i>+63. In-order numbering makes these hashes one contiguous block of the hash file. A node
 * may be absent. Absent nodes are all zero in the block, which is unambiguous: no hash of data is all zero, and nodes over
 * empty leaves follow from the number of chunks.
 */
public final class BinHashes {
    /** Chunks in a request bin. */
    public static final int CHUNKS = 64;

    /** Layer of a request bin in the tree. */
    public static final int LAYER = 6;

    /** Nodes of a request bin, itself included. */
    public static final int NODES = 2 * CHUNKS - 1;

    private final long index;
    private final int hashLength;
    private final byte[] block;
    private long knownLow;
    private long knownHigh;

    /** An empty block for request bin {@code index}. */
    public BinHashes(long index, int hashLength) {
        this(index, hashLength, new byte[NODES * hashLength]);
    }

    /** Takes ownership of {@code block}, {@code NODES * hashLength} bytes as they stand in a hash file. */
    public BinHashes(long index, int hashLength, byte[] block) {
        if (block.length != NODES * hashLength) {
            throw new IllegalArgumentException("a block has " + NODES * hashLength + " bytes, not " + block.length);
        }
        this.index = index;
        this.hashLength = hashLength;
        this.block = block;
        for (int node = 0; node < NODES; node++) {
            if (!isZero(node)) {
                mark(node);
            }
        }
    }

    /** Index of the request bin: its first chunk divided by {@link #CHUNKS}. */
    public long index() {
        return index;
    }

    public int hashLength() {
        return hashLength;
    }

    /** Whether the hash of {@code bin}, a node of this request bin, is present. */
    public boolean has(long bin) {
        int node = node(bin);
        return (node < 64 ? knownLow >>> node & 1 : knownHigh >>> (node - 64) & 1) == 1;
    }

    /** A copy of the hash of {@code bin}, or null where it is absent. */
    public byte @Nullable [] get(long bin) {
        int at = node(bin) * hashLength;
        return has(bin) ? Arrays.copyOfRange(block, at, at + hashLength) : null;
    }

    /** Copies the hash of {@code bin} to {@code into[at…]}; false, with nothing done, where it is absent. */
    public boolean read(long bin, byte[] into, int at) {
        if (!has(bin)) {
            return false;
        }
        System.arraycopy(block, position(bin), into, at, hashLength);
        return true;
    }

    public void set(long bin, byte[] hash) {
        set(bin, hash, 0);
    }

    /** Takes the hash of {@code bin} from {@code source[at…]}. */
    public void set(long bin, byte[] source, int at) {
        int node = node(bin);
        System.arraycopy(source, at, block, node * hashLength, hashLength);
        mark(node);
    }

    /** Makes {@code bin} absent. */
    public void remove(long bin) {
        int node = node(bin);
        Arrays.fill(block, node * hashLength, (node + 1) * hashLength, (byte) 0);
        if (node < 64) {
            knownLow &= ~(1L << node);
        } else {
            knownHigh &= ~(1L << (node - 64));
        }
    }

    /** How many request bins there are over {@code chunkCount} &gt; 0 chunks. */
    public static long count(long chunkCount) {
        return (chunkCount - 1) / CHUNKS + 1;
    }

    /** The request bin with {@code chunk}. */
    public static long indexOf(long chunk) {
        return chunk >>> LAYER;
    }

    /** Position of the hash of {@code bin} in {@link #block()}. */
    public int position(long bin) {
        return node(bin) * hashLength;
    }

    /** The whole block; not a copy. */
    public byte[] block() {
        return block;
    }

    private int node(long bin) {
        long node = bin - index * (NODES + 1);
        if (node < 0 || node >= NODES) {
            throw new IllegalArgumentException("bin " + bin + " is outside request bin " + index);
        }
        return (int) node;
    }

    private void mark(int node) {
        if (node < 64) {
            knownLow |= 1L << node;
        } else {
            knownHigh |= 1L << (node - 64);
        }
    }

    private boolean isZero(int node) {
        for (int i = node * hashLength, end = i + hashLength; i < end; i++) {
            if (block[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
