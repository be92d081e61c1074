package org.ppspp.integrity;

import java.util.Arrays;
import org.ppspp.chunk.Bin;

/**
 * The way from one leaf up to the first node that is trusted already, as in RFC 7574 §5.3. The arrays are used again for
 * every chunk: a chunk whose leaf hash is known costs one comparison, any other one hash for each level up.
 */
final class HashPath {
    /** What a path came to. */
    enum End {
        /** The trusted node has the hash that the leaf and its uncles lead to. */
        MATCH,
        /** It has another one. */
        MISMATCH,
        /** The hash of a sibling is not known. */
        MISSING
    }

    /** Higher trees would have more chunks than we count. */
    static final int MAX_HEIGHT = 40;

    private final NodeHasher hasher;
    private final int hashLength;
    private final long[] nodes = new long[MAX_HEIGHT + 1];
    private final byte[] own;
    private final byte[] siblings;
    private final byte[] trustedHash;
    private int levels;
    /** Bit <i>l</i>: the sibling at layer <i>l</i> is trusted already. */
    private long trustedSiblings;

    private long end;
    private long missing = Bin.NONE;

    HashPath(NodeHasher hasher) {
        this.hasher = hasher;
        this.hashLength = hasher.hashLength();
        this.own = new byte[(MAX_HEIGHT + 1) * hashLength];
        this.siblings = new byte[(MAX_HEIGHT + 1) * hashLength];
        this.trustedHash = new byte[hashLength];
    }

    /** Goes up from the leaf of {@code chunk}, which lies before the end of {@code trusted}. */
    End climb(TrustedHashes trusted, PendingHashes from, long chunk, byte[] leaf) {
        levels = 0;
        trustedSiblings = 0;
        end = trusted.end();
        System.arraycopy(leaf, 0, own, 0, hashLength);
        for (long node = Bin.leaf(chunk); !trusted.read(node, trustedHash, 0); node = Bin.parent(node)) {
            if (levels == MAX_HEIGHT) {
                throw new IllegalStateException("no trusted node above chunk " + chunk);
            }
            nodes[levels] = node;
            if (!findSibling(trusted, from, Bin.sibling(node))) {
                missing = Bin.sibling(node);
                return End.MISSING;
            }
            if (!step(node)) {
                return End.MISMATCH;
            }
        }
        int at = levels * hashLength;
        boolean match = Arrays.equals(own, at, at + hashLength, trustedHash, 0, hashLength);
        return match && end >= trusted.reached() ? End.MATCH : End.MISMATCH;
    }

    /** The sibling that the last path lacked which ended in {@link End#MISSING}. */
    long missing() {
        return missing;
    }

    /** The most chunks that there can be if the path is right. */
    long end() {
        return end;
    }

    /** After a match: everything on the path is true now. */
    void commit(VerifiedHashes tree, PendingHashes from) {
        for (int level = 0; level < levels; level++) {
            tree.put(nodes[level], own, level * hashLength);
            if ((trustedSiblings >>> level & 1) == 0) {
                tree.put(Bin.sibling(nodes[level]), siblings, level * hashLength);
            }
        }
        forget(from);
    }

    /** Drops the pending hashes on the path: they are of no more use, be they proven or part of a lie. */
    void forget(PendingHashes from) {
        for (int level = 0; level < levels; level++) {
            from.remove(nodes[level]);
            if ((trustedSiblings >>> level & 1) == 0) {
                from.remove(Bin.sibling(nodes[level]));
            }
        }
    }

    private boolean findSibling(TrustedHashes trusted, PendingHashes from, long sibling) {
        int at = levels * hashLength;
        if (trusted.read(sibling, siblings, at)) {
            trustedSiblings |= 1L << levels;
            return true;
        }
        if (Bin.firstChunk(sibling) >= trusted.end()) {
            Arrays.fill(siblings, at, at + hashLength, (byte) 0);
            return true;
        }
        return from.read(sibling, siblings, at);
    }

    /** Goes up one layer; false if the content would have a hole. */
    private boolean step(long node) {
        int at = levels * hashLength;
        boolean left = Bin.isLeft(node);
        levels++;
        long siblingStart = Bin.firstChunk(Bin.sibling(node));
        if (hasher.isZero(siblings, at)) {
            if (!left) {
                return false;
            }
            end = Math.min(end, siblingStart);
        } else if (siblingStart >= end) {
            return false;
        }
        byte[] first = left ? own : siblings;
        byte[] second = left ? siblings : own;
        hasher.combine(first, at, second, at, own, at + hashLength);
        return true;
    }
}
