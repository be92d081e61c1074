package org.ppspp.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ppspp.chunk.Bin;
import org.ppspp.integrity.Integrity.Offer;
import org.ppspp.integrity.Integrity.Verdict;

/** Lies about the content size, and that the truth wins in spite of them. */
final class SizeClaimTest {
    private static final int CHUNK = 100;

    @ParameterizedTest
    @EnumSource(names = {"SHA1", "SHA256"})
    void neverProvesTheRootHashAsThePeakOfAPowerOfTwo(HashFunction function) {
        for (int chunks : new int[] {2, 7, 8, 1000}) {
            NaiveTree tree = NaiveTree.random(function, CHUNK, chunks, 5, new Random(chunks));
            for (int layer = 0; layer <= 31; layer++) {
                Receiver honest = Receiver.of(tree, -1);
                Receiver liar = honest.another();
                assertThat(liar.offer(Bin.of(layer, 0), tree.rootHash())).isEqualTo(Offer.TAKEN);
                assertThat(honest.integrity.claimedChunkCount(liar.pending)).isEqualTo(1L << layer);
                assertThat(honest.integrity.claimedChunkCount(honest.pending)).isEqualTo(-1);
                offerEverything(liar, tree, layer - Bin.layer(tree.root()));

                assertLiarFails(liar, tree, layer - Bin.layer(tree.root()));
                assertHonestWins(honest, liar, tree, layer == Bin.layer(tree.root()) && chunks == 1 << layer);
            }
        }
    }

    @Test
    void neverProvesPeaksMovedUpOrDown() {
        for (int chunks = 2; chunks <= 300; chunks++) {
            NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, chunks, 5, new Random(chunks));
            MerkleIntegrity seeder = tree.seeder();
            int lowest = -Bin.layer(Bin.peaks(chunks)[Long.bitCount(chunks) - 1]);
            for (int shift = Math.max(-8, lowest); shift <= 22; shift += chunks < 40 ? 1 : 1 + chunks % 5) {
                if (shift == 0) {
                    continue;
                }
                Receiver honest = Receiver.of(tree, -1);
                Receiver liar = honest.another();
                for (long peak : Bin.peaks(chunks)) {
                    long moved = Bin.of(Bin.layer(peak) + shift, Bin.offset(peak));
                    assertThat(liar.offer(moved, tree.node(peak))).isEqualTo(Offer.TAKEN);
                }
                long claimed = shift > 0 ? (long) chunks << shift : chunks >> -shift;
                assertThat(honest.integrity.claimedChunkCount(liar.pending)).isEqualTo(claimed);
                offerEverything(liar, tree, shift);

                assertLiarFails(liar, tree, shift);
                assertHonestWins(honest, liar, tree, seeder, false);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SHA1", "SHA256"})
    void neverAcceptsTheHashesBelowTheRootAsContent(HashFunction function) {
        NaiveTree tree = new NaiveTree(function, 1024, TreeVectors.content());
        Receiver honest = Receiver.of(tree, -1);
        Receiver liar = honest.another();
        byte[] forged = pair(tree, 7);
        if (function == HashFunction.SHA256) {
            assertThat(forged).isEqualTo(TreeVectors.hash(TreeVectors.load().at("/forged_single_chunk")));
        }
        assertThat(liar.offer(0, tree.rootHash())).isEqualTo(Offer.TAKEN);

        assertThat(liar.verify(0, forged)).isEqualTo(Verdict.MISSING);
        assertThat(honest.integrity.sizeProven()).isFalse();
        assertThat(honest.integrity.unprovable()).isTrue();
        assertHonestWins(honest, liar, tree, false);
        assertThat(honest.integrity.unprovable()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"SHA1", "SHA256"})
    void needsTheLengthOfAContentAsLongAsTwoHashes(HashFunction function) {
        int length = 2 * function.length();
        NaiveTree tree = NaiveTree.random(function, 1024, 1, length, new Random(1));
        Receiver unknown = Receiver.of(tree, -1);
        assertThat(unknown.integrity.unprovable()).isFalse();
        assertThat(unknown.receive(tree, tree.seeder(), 0, Receiver.nothing(), true))
                .isEqualTo(Verdict.MISSING);
        assertThat(unknown.integrity.unprovable()).isTrue();
        assertThat(unknown.integrity.sizeProven()).isFalse();

        unknown.pending.clear();
        assertThat(unknown.integrity.unprovable()).isFalse();

        Receiver known = Receiver.of(tree, length);
        assertThat(known.receive(tree, tree.seeder(), 0, Receiver.nothing(), true))
                .isEqualTo(Verdict.VERIFIED);
    }

    @Test
    void provesAContentOfOneChunk() {
        for (int length : new int[] {1, 39, 41, 1023, 1024}) {
            NaiveTree tree = NaiveTree.random(HashFunction.SHA1, 1024, 1, length, new Random(length));
            Receiver receiver = Receiver.of(tree, -1);
            assertThat(receiver.verify(0, tree.chunk(0))).isEqualTo(Verdict.MISSING);

            assertThat(receiver.receive(tree, tree.seeder(), 0, Receiver.nothing(), true))
                    .isEqualTo(Verdict.VERIFIED);

            assertThat(receiver.integrity.contentLengthBytes()).isEqualTo(length);
        }
    }

    @Test
    void acceptsNoShortChunkBeforeTheHeightIsProven() {
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 7, 5, new Random(2));
        MerkleIntegrity seeder = tree.seeder();
        Receiver receiver = Receiver.of(tree, -1);

        assertThat(receiver.receive(tree, seeder, 6, Receiver.nothing(), true)).isEqualTo(Verdict.MISSING);
        assertThat(receiver.integrity.claimedChunkCount(receiver.pending)).isEqualTo(7);
        assertThat(receiver.receive(tree, seeder, 0, Receiver.nothing(), true)).isEqualTo(Verdict.VERIFIED);
        assertThat(receiver.integrity.heightProven()).isTrue();
        assertThat(receiver.integrity.sizeProven()).isFalse();
        assertThat(receiver.integrity.chunkCount()).isEqualTo(-1);
        assertThat(receiver.receive(tree, seeder, 6, Receiver.nothing(), true)).isEqualTo(Verdict.VERIFIED);
        assertThat(receiver.integrity.contentLengthBytes()).isEqualTo(6 * CHUNK + 5);
    }

    @Test
    void provesTheSizeWithExplicitEmptyNodesOnly() {
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 5, 5, new Random(3));
        Receiver receiver = Receiver.of(tree, -1);
        receiver.offer(Bin.of(3, 0), tree.rootHash());
        for (long bin : new long[] {11, 5, 2}) {
            receiver.offer(bin, tree.node(bin));
        }
        assertThat(receiver.verify(0, tree.chunk(0))).isEqualTo(Verdict.VERIFIED);
        assertThat(receiver.integrity.claimedChunkCount(receiver.pending)).isEqualTo(8);

        for (long bin : new long[] {3, 13, 10}) {
            receiver.offer(bin, tree.node(bin));
        }
        assertThat(receiver.verify(4, tree.chunk(4))).isEqualTo(Verdict.VERIFIED);
        assertThat(receiver.integrity.chunkCount()).isEqualTo(5);
        assertThat(receiver.integrity.contentLengthBytes()).isEqualTo(4 * CHUNK + 5);
    }

    @Test
    void provesTheSizeAlsoWhenItsEndIsLearntAfterTheLastChunk() {
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 6, CHUNK, new Random(4));
        Receiver fooled = Receiver.of(tree, -1);
        fooled.offer(Bin.of(3, 0), tree.rootHash());
        for (long bin : new long[] {3, 13, 8}) {
            fooled.offer(bin, tree.node(bin));
        }
        assertThat(fooled.verify(5, tree.chunk(5))).isEqualTo(Verdict.VERIFIED);
        assertThat(fooled.integrity.chunkCount()).isEqualTo(6);

        Receiver first = Receiver.of(tree, -1);
        first.offer(Bin.of(3, 0), tree.rootHash());
        for (long bin : new long[] {11, 1, 6}) {
            first.offer(bin, tree.node(bin));
        }
        assertThat(first.verify(2, tree.chunk(2))).isEqualTo(Verdict.VERIFIED);
        assertThat(first.integrity.sizeProven()).isFalse();
        Receiver second = first.another();
        second.offer(3, tree.node(3));
        second.offer(9, tree.node(9));
        assertThat(first.integrity.claimedChunkCount(second.pending)).isEqualTo(6);
        second.offer(8, tree.node(8));
        assertThat(second.verify(5, tree.chunk(5))).isEqualTo(Verdict.VERIFIED);
        assertThat(first.integrity.chunkCount()).isEqualTo(6);
        assertThat(first.offer(0, tree.node(0))).isEqualTo(Offer.CONFLICT);
    }

    @Test
    void refusesPeaksThatContradictTheKnownLength() {
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 7, 5, new Random(5));
        Receiver receiver = Receiver.of(tree, tree.content.length);
        assertThat(receiver.offer(7, tree.rootHash())).isEqualTo(Offer.CONFLICT);
        for (int layer = 0; layer <= 31; layer++) {
            assertThat(receiver.offer(Bin.of(layer, 0), tree.rootHash())).isEqualTo(Offer.CONFLICT);
        }
        assertThat(receiver.offer(3, tree.node(3))).isEqualTo(Offer.TAKEN);
        assertThat(receiver.offer(9, tree.node(9))).isEqualTo(Offer.TAKEN);
        assertThat(receiver.offer(12, tree.node(12))).isEqualTo(Offer.TAKEN);
    }

    @Test
    void hearsFourRivalsAndMakesRoomForOthersInTime() {
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 7, 5, new Random(6));
        Receiver honest = Receiver.of(tree, -1);
        List<Receiver> liars = new ArrayList<>();
        for (int layer = 4; layer < 8; layer++) {
            Receiver liar = honest.another();
            assertThat(liar.offer(Bin.of(layer, 0), tree.rootHash())).isEqualTo(Offer.TAKEN);
            liars.add(liar);
        }
        assertThat(offerPeaks(honest, tree, 0)).isEqualTo(Offer.IGNORED);
        assertThat(honest.another().offer(Bin.of(4, 0), tree.rootHash())).isEqualTo(Offer.TAKEN);
        assertThat(honest.integrity.claimedChunkCount(honest.pending)).isEqualTo(-1);

        assertThat(offerPeaks(honest, tree, TimeUnit.SECONDS.toNanos(10))).isEqualTo(Offer.TAKEN);
        assertThat(honest.integrity.claimedChunkCount(honest.pending)).isEqualTo(7);
        assertThat(honest.integrity.claimedChunkCount(liars.get(0).pending)).isEqualTo(-1);

        Receiver late = honest.another();
        assertThat(late.offer(Bin.of(9, 0), tree.rootHash())).isEqualTo(Offer.IGNORED);
        liars.get(1).pending.clear();
        assertThat(late.offer(Bin.of(9, 0), tree.rootHash())).isEqualTo(Offer.TAKEN);
    }

    @Test
    void boundsTheWorkThatPeakListsCause() {
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 7, 5, new Random(7));
        Receiver liar = Receiver.of(tree, -1);
        byte[] junk = tree.leaf(1);
        for (int round = 0; round < 200; round++) {
            liar.offer(Bin.of(38, 0), junk);
            liar.offer(Bin.leaf(1L << 38), junk);
        }
        assertThat(liar.pending.spend(40)).isFalse();
        liar.pending.expire(TimeUnit.SECONDS.toNanos(10));
        assertThat(liar.pending.spend(40)).isTrue();
    }

    private static Offer offerPeaks(Receiver receiver, NaiveTree tree, long now) {
        Offer last = Offer.TAKEN;
        for (long peak : Bin.peaks(tree.chunks())) {
            last = receiver.integrity.offer(receiver.pending, peak, tree.node(peak), now);
        }
        return last;
    }

    /** The true nodes, moved as the claim is. */
    private static void offerEverything(Receiver liar, NaiveTree tree, int shift) {
        for (int layer = Math.max(0, -shift); layer < Bin.layer(tree.root()); layer++) {
            for (long offset = 0; offset << layer < Math.min(tree.chunks(), 16); offset++) {
                long bin = Bin.of(layer, offset);
                if (Bin.firstChunk(bin) > 0) {
                    liar.offer(Bin.of(layer + shift, offset), tree.node(bin));
                }
            }
        }
    }

    /** Neither the true chunks nor, where a claim makes inner nodes leaves, their two hashes pass. */
    private static void assertLiarFails(Receiver liar, NaiveTree tree, int shift) {
        for (long chunk = 0; chunk < Math.min(tree.chunks(), 16); chunk++) {
            if (shift != 0) {
                assertThat(liar.verify(chunk, tree.chunk(chunk))).isNotEqualTo(Verdict.VERIFIED);
            }
            if (shift < 0) {
                long leaf = Bin.of(-shift, chunk);
                assertThat(liar.verify(chunk, pair(tree, leaf))).isNotEqualTo(Verdict.VERIFIED);
            }
        }
        assertThat(liar.integrity.sizeProven()).isFalse();
        assertThat(liar.integrity.heightProven()).isFalse();
    }

    private static byte[] pair(NaiveTree tree, long bin) {
        int length = tree.function.length();
        byte[] pair = Arrays.copyOf(tree.node(Bin.left(bin)), 2 * length);
        System.arraycopy(tree.node(Bin.right(bin)), 0, pair, length, length);
        return pair;
    }

    private static void assertHonestWins(Receiver honest, Receiver liar, NaiveTree tree, boolean liarIsRight) {
        assertHonestWins(honest, liar, tree, tree.seeder(), liarIsRight);
    }

    private static void assertHonestWins(
            Receiver honest, Receiver liar, NaiveTree tree, MerkleIntegrity seeder, boolean liarIsRight) {
        long last = tree.chunks() - 1L;
        assertThat(honest.receive(tree, seeder, 0, Receiver.nothing(), true)).isEqualTo(Verdict.VERIFIED);
        assertThat(honest.receive(tree, seeder, last, Receiver.nothing(), true)).isEqualTo(Verdict.VERIFIED);
        assertThat(honest.integrity.contentLengthBytes()).isEqualTo(tree.content.length);
        Offer offer = liar.offer(Bin.leaf(0), tree.leaf(0));
        assertThat(offer).isEqualTo(liarIsRight ? Offer.IGNORED : Offer.CONFLICT);
    }
}
