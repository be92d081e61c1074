package org.ppspp.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.chunk.Bin;
import org.ppspp.integrity.Integrity.Offer;
import org.ppspp.integrity.Integrity.Verdict;

final class MerkleIntegrityTest {
    private static final int CHUNK = 16;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sendsTheHashesOfTheWorkedExample(boolean withPeaks) {
        NaiveTree tree = new NaiveTree(HashFunction.SHA256, 1024, TreeVectors.content());
        JsonNode vectors = TreeVectors.load();
        MerkleIntegrity seeder = tree.seeder();
        BitSet acknowledged = new BitSet();

        for (JsonNode row : vectors.at(withPeaks ? "/table1_with_peaks" : "/table1_no_peaks")) {
            List<Long> expected = new ArrayList<>();
            if (withPeaks) {
                vectors.at("/peaks").forEach(peak -> expected.add(peak.asLong()));
            }
            row.get(1).forEach(bin -> expected.add(bin.asLong()));
            int chunk = row.get(0).asInt() / 2;

            List<NodeHash> sent = Receiver.proof(seeder, chunk, Receiver.known(acknowledged), withPeaks);

            assertThat(sent).extracting(NodeHash::bin).isEqualTo(expected);
            sent.forEach(
                    node -> assertThat(node.hash()).isEqualTo(TreeVectors.hash(vectors.at("/nodes/" + node.bin()))));
            acknowledged.set(chunk);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SHA1", "SHA256"})
    void downloadsInAnyOrderWhateverIsAcknowledged(HashFunction function) {
        for (int seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            int chunks = seed < 70 ? seed + 1 : 1 + random.nextInt(400);
            NaiveTree tree = NaiveTree.random(function, CHUNK, chunks, 1 + random.nextInt(CHUNK), random);
            MerkleIntegrity seeder = tree.seeder();
            boolean sizeKnown = random.nextBoolean();
            Receiver receiver = Receiver.of(tree, sizeKnown ? tree.content.length : -1);
            BitSet acknowledged = new BitSet();
            for (long chunk : order(chunks, random, !sizeKnown)) {
                boolean withPeaks = (acknowledged.isEmpty() && !sizeKnown) || random.nextInt(10) == 0;

                Verdict verdict = receiver.receive(tree, seeder, chunk, Receiver.known(acknowledged), withPeaks);

                assertThat(verdict)
                        .as("seed %d chunk %d of %d", seed, chunk, chunks)
                        .isEqualTo(Verdict.VERIFIED);
                if (random.nextInt(3) > 0) {
                    acknowledged.set((int) chunk);
                }
            }
            assertComplete(receiver.integrity, tree);
        }
    }

    @Test
    void servesWhatItDownloaded() {
        Random random = new Random(5);
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 203, 7, random);
        MerkleIntegrity seeder = tree.seeder();
        Receiver middle = Receiver.of(tree, -1);
        Receiver last = Receiver.of(tree, -1);
        for (long chunk : order(203, random, true)) {
            assertThat(middle.receive(tree, seeder, chunk, Receiver.nothing(), true))
                    .isEqualTo(Verdict.VERIFIED);
            middle.integrity.evict(BinHashes.indexOf(chunk) + 1);
        }
        for (int index = 0; index < 4; index++) {
            assertThat(middle.integrity.restore(tree.block(index))).isTrue();
        }
        for (long chunk : order(203, random, true)) {
            assertThat(last.receive(tree, middle.integrity, chunk, Receiver.nothing(), true))
                    .isEqualTo(Verdict.VERIFIED);
        }
        assertComplete(last.integrity, tree);
    }

    @Test
    void verifiesEveryHonestChunkInSpiteOfPoisoners() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            int chunks = 2 + random.nextInt(150);
            NaiveTree tree = NaiveTree.random(HashFunction.SHA256, CHUNK, chunks, CHUNK, random);
            MerkleIntegrity seeder = tree.seeder();
            Receiver honest = Receiver.of(tree, random.nextBoolean() ? tree.content.length : -1);
            List<Receiver> poisoners = List.of(honest.another(), honest.another());
            for (long chunk : order(chunks, random, false)) {
                List<NodeHash> proof = Receiver.proof(seeder, chunk, Receiver.nothing(), true);
                for (NodeHash node : proof) {
                    poison(poisoners.get(random.nextInt(2)), tree, random);
                    assertThat(honest.offer(node.bin(), node.hash()))
                            .as("seed %d", seed)
                            .isNotEqualTo(Offer.CONFLICT);
                }
                poison(poisoners.get(random.nextInt(2)), tree, random);
                assertThat(honest.verify(chunk, tree.chunk(chunk)))
                        .as("seed %d chunk %d of %d", seed, chunk, chunks)
                        .isEqualTo(Verdict.VERIFIED);
            }
            assertComplete(honest.integrity, tree);
        }
    }

    @Test
    void blamesTheSenderOfAWrongChunkOrHash() {
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 100, 3, new Random(6));
        MerkleIntegrity seeder = tree.seeder();
        Receiver receiver = Receiver.of(tree, tree.content.length);
        byte[] wrong = new byte[CHUNK];

        assertThat(receiver.verify(5, tree.chunk(5))).isEqualTo(Verdict.MISSING);
        List<NodeHash> proof = Receiver.proof(seeder, 5, Receiver.nothing(), false);
        proof.forEach(node -> receiver.offer(node.bin(), node.hash()));
        assertThat(receiver.verify(5, wrong)).isEqualTo(Verdict.BAD);
        assertThat(receiver.pending.size()).isZero();

        proof.forEach(node -> receiver.offer(node.bin(), node.hash()));
        receiver.offer(proof.get(2).bin(), receiver.hasher.leaf(wrong));
        assertThat(receiver.verify(5, tree.chunk(5))).isEqualTo(Verdict.BAD);

        assertThat(receiver.receive(tree, seeder, 5, Receiver.nothing(), false)).isEqualTo(Verdict.VERIFIED);
        assertThat(receiver.pending.size()).isZero();
        assertThat(receiver.offer(proof.get(2).bin(), receiver.hasher.leaf(wrong)))
                .isEqualTo(Offer.CONFLICT);
        assertThat(receiver.offer(proof.get(2).bin(), proof.get(2).hash())).isEqualTo(Offer.IGNORED);
        assertThat(receiver.verify(5, wrong)).isEqualTo(Verdict.BAD);
        assertThat(receiver.verify(5, tree.chunk(5))).isEqualTo(Verdict.VERIFIED);
    }

    @Test
    void refusesChunksThatDoNotFitTheKnownLength() {
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 10, 5, new Random(7));
        Receiver receiver = Receiver.of(tree, tree.content.length);
        MerkleIntegrity seeder = tree.seeder();
        for (NodeHash node : Receiver.proof(seeder, 9, Receiver.nothing(), false)) {
            receiver.offer(node.bin(), node.hash());
        }
        byte[] leaf = tree.leaf(9);

        for (int length : new int[] {-1, 0, 4, 6, CHUNK, CHUNK + 1}) {
            assertThat(receiver.integrity.verify(receiver.pending, 9, leaf, length, 0))
                    .isEqualTo(Verdict.BAD);
        }
        for (long chunk : new long[] {-1, 10, 15, 16, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThat(receiver.integrity.verify(receiver.pending, chunk, leaf, CHUNK, 0))
                    .isEqualTo(Verdict.BAD);
        }
        assertThat(receiver.integrity.verify(receiver.pending, 9, new byte[20], 5, 0))
                .isEqualTo(Verdict.BAD);
        assertThat(receiver.integrity.verify(receiver.pending, 9, leaf, 5, 0)).isEqualTo(Verdict.VERIFIED);
    }

    @Test
    void refusesNodesThatCannotBe() {
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 10, 5, new Random(8));
        byte[] any = tree.leaf(0);
        byte[] zero = new byte[20];
        Receiver known = Receiver.of(tree, tree.content.length);
        Receiver unknown = Receiver.of(tree, -1);

        for (long bin : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, (1L << 41) + 1, (1L << 42) - 1}) {
            assertThat(unknown.offer(bin, any)).isEqualTo(Offer.CONFLICT);
            assertThat(known.offer(bin, any)).isEqualTo(Offer.CONFLICT);
        }
        assertThat(unknown.offer(Bin.of(3, 0), zero)).isEqualTo(Offer.CONFLICT);
        assertThat(unknown.offer(Bin.of(3, 1), zero)).isEqualTo(Offer.TAKEN);
        assertThat(known.offer(Bin.leaf(9), zero)).isEqualTo(Offer.CONFLICT);
        assertThat(known.offer(Bin.leaf(10), zero)).isEqualTo(Offer.IGNORED);
        assertThat(known.offer(Bin.leaf(10), any)).isEqualTo(Offer.CONFLICT);
        assertThat(known.offer(Bin.leaf(16), any)).isEqualTo(Offer.CONFLICT);
        assertThat(known.offer(Bin.of(4, 0), any)).isEqualTo(Offer.CONFLICT);
        assertThat(known.offer(Bin.of(5, 0), tree.rootHash())).isEqualTo(Offer.CONFLICT);
        assertThat(known.offer(Bin.of(3, 0), tree.rootHash())).isEqualTo(Offer.CONFLICT);
    }

    @Test
    void survivesALengthThatContradictsTheRootHash() {
        for (int stated = 1; stated <= 40; stated++) {
            NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 21, 5, new Random(9));
            Receiver receiver = Receiver.of(tree, (long) stated * CHUNK);
            for (int chunk = 0; chunk < 21; chunk++) {
                for (NodeHash node : Receiver.proof(tree.seeder(), chunk, Receiver.nothing(), true)) {
                    receiver.offer(node.bin(), node.hash());
                }
                receiver.verify(chunk, tree.chunk(chunk));
            }
            assertThat(receiver.integrity.contentLengthBytes()).isEqualTo((long) stated * CHUNK);
        }
    }

    @Test
    void refusesParametersThatMakeNoSense() {
        byte[] root = new byte[32];

        assertThatThrownBy(() -> new MerkleIntegrity(HashFunction.SHA256, root, 64, -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MerkleIntegrity(HashFunction.SHA256, root, 64, 100))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MerkleIntegrity(HashFunction.SHA256, root, 0, 100))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MerkleIntegrity(HashFunction.SHA256, root, 1024, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MerkleIntegrity(HashFunction.SHA256, root, 1024, Long.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MerkleIntegrity(HashFunction.SHA1, root, 1024, 100))
                .isInstanceOf(IllegalArgumentException.class);
        MerkleIntegrity integrity = new MerkleIntegrity(HashFunction.SHA256, root, 1024, -1);
        assertThatThrownBy(() -> integrity.offer(integrity.newPending(64), 0, new byte[20], 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> integrity.load(new UpperHashes(32))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void provesNothingWithoutTheHashes() {
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 100, 5, new Random(10));
        List<Long> emitted = new ArrayList<>();
        HashVisitor out = (bin, source, offset) -> emitted.add(bin);
        Receiver unknown = Receiver.of(tree, -1);
        Receiver known = Receiver.of(tree, tree.content.length);

        assertThat(unknown.integrity.proof(0, Receiver.nothing(), true, null, out))
                .isFalse();
        assertThat(unknown.integrity.proofLength(0, Receiver.nothing(), true)).isZero();
        assertThat(known.integrity.proof(0, Receiver.nothing(), true, null, out))
                .isFalse();
        assertThat(known.integrity.proof(100, Receiver.nothing(), true, null, out))
                .isFalse();
        assertThat(emitted).isEmpty();
    }

    /** All chunks in random order, one of full size first where the height has to be proven. */
    private static List<Long> order(int chunks, Random random, boolean fullFirst) {
        List<Long> order = new ArrayList<>();
        for (long chunk = 0; chunk < chunks; chunk++) {
            order.add(chunk);
        }
        Collections.shuffle(order, random);
        if (fullFirst && order.get(0) == chunks - 1) {
            Collections.swap(order, 0, chunks - 1);
        }
        return order;
    }

    /** Sends hashes and chunks that are wrong, misplaced, or right now and then. */
    private static void poison(Receiver poisoner, NaiveTree tree, Random random) {
        byte[] junk = new byte[32];
        random.nextBytes(junk);
        long bin = random.nextInt(2 * (int) Bin.width(tree.root()));
        byte[] hash = random.nextInt(4) == 0 ? tree.rootHash() : random.nextBoolean() ? tree.node(bin) : junk;
        poisoner.offer(bin, random.nextInt(8) == 0 ? new byte[32] : hash);
        long chunk = random.nextInt(tree.chunks());
        if (random.nextInt(4) == 0) {
            byte[] content = tree.chunk(chunk);
            content[0]++;
            assertThat(poisoner.verify(chunk, content)).isNotEqualTo(Verdict.VERIFIED);
        }
    }

    private static void assertComplete(MerkleIntegrity integrity, NaiveTree tree) {
        assertThat(integrity.heightProven()).isTrue();
        assertThat(integrity.sizeProven()).isTrue();
        assertThat(integrity.chunkCount()).isEqualTo(tree.chunks());
        assertThat(integrity.contentLengthBytes()).isEqualTo(tree.content.length);
        for (NodeHash node : integrity.drainUpper()) {
            assertThat(node.hash()).isEqualTo(tree.node(node.bin()));
        }
        for (long index = 0; index << 6 < tree.chunks(); index++) {
            BinHashes block = integrity.resident(index);
            assertThat(integrity.anchored(index)).isTrue();
            for (long bin = 128 * index; block != null && bin < 128 * index + 127; bin++) {
                if (block.has(bin)) {
                    assertThat(block.get(bin)).isEqualTo(tree.node(bin));
                }
            }
        }
    }
}
