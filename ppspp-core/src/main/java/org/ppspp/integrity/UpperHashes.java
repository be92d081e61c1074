package org.ppspp.integrity;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;

/**
 * Hashes of nodes at and above the request bins (layer {@link BinHashes#LAYER} and up), kept in pages made as they are
 * needed: the whole of it takes about one hash for every 32 chunks.
 *
 * <p>An absent hash is all zero.
 */
public final class UpperHashes {
    private static final int PAGE_NODES = 1024;

    private final int hashLength;
    private final Map<Long, byte[]> pages = new HashMap<>();

    public UpperHashes(int hashLength) {
        this.hashLength = hashLength;
    }

    public int hashLength() {
        return hashLength;
    }

    /** A copy of the hash of {@code bin}, or null where it is absent. */
    public byte @Nullable [] get(long bin) {
        byte[] hash = new byte[hashLength];
        return read(bin, hash, 0) ? hash : null;
    }

    /** Copies the hash of {@code bin} to {@code into[at…]}; false, with nothing done, where it is absent. */
    public boolean read(long bin, byte[] into, int at) {
        long node = node(bin);
        byte[] page = pages.get(node / PAGE_NODES);
        if (page == null) {
            return false;
        }
        int from = (int) (node % PAGE_NODES) * hashLength;
        for (int i = from; i < from + hashLength; i++) {
            if (page[i] != 0) {
                System.arraycopy(page, from, into, at, hashLength);
                return true;
            }
        }
        return false;
    }

    public void set(long bin, byte[] hash) {
        long node = node(bin);
        byte[] page = pages.computeIfAbsent(node / PAGE_NODES, key -> new byte[PAGE_NODES * hashLength]);
        System.arraycopy(hash, 0, page, (int) (node % PAGE_NODES) * hashLength, hashLength);
    }

    /** Nodes at and above a layer are numbered in order just as the whole tree is: drop the layers below. */
    private static long node(long bin) {
        if (Bin.layer(bin) < BinHashes.LAYER) {
            throw new IllegalArgumentException("bin " + bin + " is below the request bins");
        }
        return bin >>> BinHashes.LAYER;
    }
}
