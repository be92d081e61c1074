package org.ppspp.integrity;

import java.util.Arrays;
import org.ppspp.chunk.Bin;

/** Checks hashes that come from disk against the tree, from the top down: children count if they hash to their parent. */
final class StoredHashCheck {
    private final NodeHasher hasher;
    private final MerkleTree tree;
    private final byte[] node;
    private final byte[] left;
    private final byte[] right;

    StoredHashCheck(NodeHasher hasher, MerkleTree tree) {
        this.hasher = hasher;
        this.tree = tree;
        this.node = new byte[hasher.hashLength()];
        this.left = new byte[hasher.hashLength()];
        this.right = new byte[hasher.hashLength()];
    }

    /** Removes from {@code block} what cannot be verified. False if that is everything, since its top is not known. */
    boolean check(BinHashes block) {
        long top = tree.top(block.index());
        boolean anchored = top != Bin.NONE && tree.read(top, node, 0);
        long first = block.index() * (BinHashes.NODES + 1);
        for (long bin = first; bin < first + BinHashes.NODES; bin++) {
            if (!anchored || !Bin.contains(top, bin)) {
                block.remove(bin);
            }
        }
        if (anchored) {
            block.set(top, node);
            for (int layer = Bin.layer(top); layer > 0; layer--) {
                long last = Bin.lastChunk(top) >>> layer;
                for (long offset = Bin.firstChunk(top) >>> layer; offset <= last; offset++) {
                    checkChildren(block, Bin.of(layer, offset));
                }
            }
            tree.keepPeaks(block);
        }
        return anchored;
    }

    /** Adds to the tree, whose number of chunks is known, what can be verified of {@code stored}. */
    void load(UpperHashes stored) {
        if (Bin.layer(tree.root()) > BinHashes.LAYER) {
            load(stored, tree.root());
        }
    }

    private void checkChildren(BinHashes block, long bin) {
        long leftBin = Bin.left(bin);
        long rightBin = Bin.right(bin);
        boolean empty = !block.has(rightBin);
        // An absent right child is all zero in the block, as is the hash of an empty node.
        long rightStart = Bin.firstChunk(rightBin);
        boolean fits = empty ? rightStart >= tree.reached() : rightStart < tree.end();
        boolean possible = block.has(bin) && block.has(leftBin) && fits;
        if (possible) {
            byte[] hashes = block.block();
            hasher.combine(hashes, block.position(leftBin), hashes, block.position(rightBin), left, 0);
            possible = block.read(bin, node, 0) && Arrays.equals(left, node);
        }
        if (!possible) {
            block.remove(leftBin);
            block.remove(rightBin);
        } else if (empty) {
            tree.narrow(rightStart);
        }
    }

    /** Recursion is as deep as the tree is high. */
    private void load(UpperHashes stored, long bin) {
        long leftBin = Bin.left(bin);
        long rightBin = Bin.right(bin);
        boolean empty = Bin.firstChunk(rightBin) >= tree.end();
        if (!stored.read(leftBin, left, 0) || !(empty || stored.read(rightBin, right, 0))) {
            return;
        }
        if (empty) {
            System.arraycopy(hasher.zeros(), 0, right, 0, right.length);
        }
        hasher.combine(left, 0, right, 0, node, 0);
        if (!tree.matches(bin, node)) {
            return;
        }
        tree.put(leftBin, left, 0);
        tree.put(rightBin, right, 0);
        if (Bin.layer(leftBin) > BinHashes.LAYER) {
            load(stored, leftBin);
            if (!empty) {
                load(stored, rightBin);
            }
        }
    }
}
