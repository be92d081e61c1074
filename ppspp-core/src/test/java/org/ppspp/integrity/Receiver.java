package org.ppspp.integrity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.ppspp.integrity.Integrity.Offer;
import org.ppspp.integrity.Integrity.Verdict;

/** One channel of a receiving peer in the tests: takes chunks with the hashes that came before them. */
final class Receiver {
    final MerkleIntegrity integrity;
    final PendingHashes pending;
    final NodeHasher hasher;

    Receiver(MerkleIntegrity integrity, HashFunction function) {
        this.integrity = integrity;
        this.pending = integrity.newPending(256);
        this.hasher = new NodeHasher(function);
    }

    static Receiver of(NaiveTree tree, long contentLengthBytes) {
        return new Receiver(
                new MerkleIntegrity(tree.function, tree.rootHash(), tree.layout.chunkSizeBytes(), contentLengthBytes),
                tree.function);
    }

    /** Another channel of the same peer. */
    Receiver another() {
        return new Receiver(integrity, hasher.function());
    }

    Offer offer(long bin, byte[] hash) {
        return integrity.offer(pending, bin, hash, 0);
    }

    Verdict verify(long chunk, byte[] content) {
        return integrity.verify(pending, chunk, hasher.leaf(content), content.length, 0);
    }

    /** What an honest sender sends: the proof and the chunk. */
    Verdict receive(NaiveTree tree, MerkleIntegrity sender, long chunk, KnownChunks known, boolean withPeaks) {
        for (NodeHash node : proof(sender, chunk, known, withPeaks)) {
            if (offer(node.bin(), node.hash()) == Offer.CONFLICT) {
                throw new AssertionError("conflict at bin " + node.bin());
            }
        }
        return verify(chunk, tree.chunk(chunk));
    }

    static List<NodeHash> proof(MerkleIntegrity sender, long chunk, KnownChunks known, boolean withPeaks) {
        List<NodeHash> nodes = new ArrayList<>();
        boolean complete = sender.proof(
                chunk,
                known,
                withPeaks,
                null,
                (bin, source, offset) ->
                        nodes.add(new NodeHash(bin, Arrays.copyOfRange(source, offset, offset + hashLength(sender)))));
        if (!complete || nodes.size() != sender.proofLength(chunk, known, withPeaks)) {
            throw new AssertionError("no proof of chunk " + chunk);
        }
        return nodes;
    }

    static KnownChunks known(BitSet chunks) {
        return (first, last) -> {
            int next = chunks.nextSetBit((int) first);
            return next >= 0 && next <= last;
        };
    }

    static KnownChunks nothing() {
        return (first, last) -> false;
    }

    private static int hashLength(MerkleIntegrity sender) {
        return sender.newPending(2).hashLength();
    }
}
