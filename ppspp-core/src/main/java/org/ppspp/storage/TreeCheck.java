package org.ppspp.storage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.NodeHash;
import org.ppspp.integrity.NodeHasher;
import org.ppspp.integrity.UpperHashes;

/**
 * Tells which stored hashes of content with a known number of chunks verify up to the root hash.
 *
 * <p>Verification runs downwards: a node is verified if its parent is and the two children combine to the parent.
 */
final class TreeCheck {
    private final NodeHasher nodes;
    private final long chunkCount;
    private final byte[] root;
    private final byte[] empty;
    private final UpperHashes verified;
    private final List<NodeHash> repaired = new ArrayList<>();

    TreeCheck(NodeHasher nodes, byte[] root, long chunkCount, UpperHashes stored) {
        this.nodes = nodes;
        this.chunkCount = chunkCount;
        this.root = root;
        this.empty = new byte[root.length];
        this.verified = new UpperHashes(root.length);
        if (Bin.height(chunkCount) >= BinHashes.LAYER) {
            verified.set(Bin.root(chunkCount), root);
            descend(stored, Bin.root(chunkCount));
        }
    }

    private TreeCheck(NodeHasher nodes, TreeCheck from) {
        this.nodes = nodes;
        this.chunkCount = from.chunkCount;
        this.root = from.root;
        this.empty = from.empty;
        this.verified = from.verified;
    }

    /** The same for another thread, which brings its own digest. */
    TreeCheck with(NodeHasher other) {
        return new TreeCheck(other, this);
    }

    private void descend(UpperHashes stored, long bin) {
        if (Bin.layer(bin) == BinHashes.LAYER) {
            return;
        }
        byte[] expected = verified.get(bin);
        for (byte[] left : candidates(stored, Bin.left(bin))) {
            for (byte[] right : candidates(stored, Bin.right(bin))) {
                if (Arrays.equals(nodes.combine(left, right), expected)) {
                    accept(stored, Bin.left(bin), left);
                    accept(stored, Bin.right(bin), right);
                    return;
                }
            }
        }
    }

    private void accept(UpperHashes stored, long bin, byte[] hash) {
        if (hash != empty) {
            verified.set(bin, hash);
            if (!Arrays.equals(stored.get(bin), hash)) {
                repaired.add(new NodeHash(bin, hash));
            }
            descend(stored, bin);
        }
    }

    /**
     * What the hash of {@code bin} may be: as stored, or, lest one bad bit near the root cost the whole download, as its
     * children have it.
     */
    private List<byte[]> candidates(UpperHashes stored, long bin) {
        if (isEmpty(bin)) {
            return List.of(empty);
        }
        List<byte[]> candidates = new ArrayList<>(2);
        byte[] own = stored.get(bin);
        if (own != null) {
            candidates.add(own);
        }
        if (Bin.layer(bin) > BinHashes.LAYER) {
            byte[] left = stored.get(Bin.left(bin));
            byte[] right = isEmpty(Bin.right(bin)) ? empty : stored.get(Bin.right(bin));
            if (left != null && right != null) {
                candidates.add(nodes.combine(left, right));
            }
        }
        return candidates;
    }

    /** All verified hashes at and above the request bins. */
    UpperHashes verified() {
        return verified;
    }

    /** Verified hashes that were stored wrongly or not at all. */
    List<NodeHash> repaired() {
        return repaired;
    }

    /** The verified hash at the top of request bin {@code index}, or null. In a tree that is lower it is the root. */
    byte @Nullable [] top(long index) {
        return Bin.height(chunkCount) < BinHashes.LAYER ? root : verified.get(topBin(index));
    }

    /** Whether the tops of all request bins are verified. */
    boolean complete() {
        long bins = BinHashes.count(chunkCount);
        for (long index = 0; index < bins; index++) {
            if (top(index) == null) {
                return false;
            }
        }
        return true;
    }

    /** The chunks of a request bin whose leaf hashes in {@code block} verify; bit <i>i</i> is its chunk <i>i</i>. */
    long verifiedLeaves(BinHashes block) {
        byte[] top = top(block.index());
        long bin = topBin(block.index());
        return top != null && Arrays.equals(top, block.get(bin)) ? leavesBelow(block, bin) : 0;
    }

    /** Whether {@code block}, computed from content, has the verified top. */
    boolean matches(BinHashes block) {
        byte[] top = top(block.index());
        return top != null && Arrays.equals(top, block.get(topBin(block.index())));
    }

    private long leavesBelow(BinHashes block, long bin) {
        if (Bin.layer(bin) == 0) {
            return 1L << Bin.offset(bin);
        }
        byte[] left = block.get(Bin.left(bin));
        byte[] right = isEmpty(Bin.right(bin)) ? empty : block.get(Bin.right(bin));
        if (left == null || right == null || !Arrays.equals(nodes.combine(left, right), block.get(bin))) {
            return 0;
        }
        long leaves = leavesBelow(block, Bin.left(bin));
        return right == empty ? leaves : leaves | leavesBelow(block, Bin.right(bin));
    }

    /** Where the hash of {@link #top} stands: small trees end below layer {@link BinHashes#LAYER}. */
    private long topBin(long index) {
        return Bin.height(chunkCount) < BinHashes.LAYER ? Bin.root(chunkCount) : Bin.of(BinHashes.LAYER, index);
    }

    private boolean isEmpty(long bin) {
        return Bin.firstChunk(bin) >= chunkCount;
    }
}
