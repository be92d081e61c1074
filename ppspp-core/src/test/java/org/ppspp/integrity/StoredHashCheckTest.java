package org.ppspp.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.Bin;
import org.ppspp.integrity.Integrity.Verdict;

/** Hashes from disk are believed only as far as they lead to the root. */
final class StoredHashCheckTest {
    private static final int CHUNK = 16;

    @Test
    void acceptsTrueBlocksWhole() {
        for (int chunks : new int[] {1, 2, 7, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200, 300}) {
            NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, chunks, 3, new Random(chunks));
            MerkleIntegrity integrity = loaded(tree);
            for (long index = 0; index << 6 < chunks; index++) {
                BinHashes block = tree.block(index);
                assertThat(integrity.accept(block)).isTrue();
                assertThat(integrity.anchored(index)).isTrue();
                assertThat(integrity.resident(index)).isNull();
                for (long bin = 128 * index; bin < 128 * index + 127; bin++) {
                    assertThat(block.has(bin)).isEqualTo(tree.exists(bin) && Bin.contains(tree.root(), bin));
                }
            }
            assertThat(integrity.anchored((chunks + 63L) >> 6)).isFalse();
            assertThat(integrity.anchored(-1)).isFalse();
            assertThat(integrity.drainUpper()).isEmpty();
        }
    }

    @Test
    void sendsPeaksAndUnclesFromBlocksThatAreNotResident() {
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 203, 3, new Random(1));
        MerkleIntegrity seeder = loaded(tree);
        assertThat(seeder.proofLength(70, Receiver.nothing(), true)).isEqualTo(8);
        seeder.accept(tree.block(3));
        BinHashes block = tree.block(1);
        seeder.accept(block);
        Receiver receiver = Receiver.of(tree, -1);
        assertThat(seeder.proofLength(70, Receiver.nothing(), true)).isEqualTo(5 + 7);

        boolean complete = seeder.proof(
                70,
                Receiver.nothing(),
                true,
                block,
                (bin, source, offset) -> receiver.offer(bin, Arrays.copyOfRange(source, offset, offset + 20)));

        assertThat(complete).isTrue();
        assertThat(receiver.verify(70, tree.chunk(70))).isEqualTo(Verdict.VERIFIED);
        assertThat(receiver.integrity.claimedChunkCount(receiver.pending)).isEqualTo(203);
    }

    @Test
    void neverAcceptsACorruptedBit() {
        for (int chunks : new int[] {5, 64, 100}) {
            NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, chunks, 3, new Random(chunks));
            MerkleIntegrity integrity = loaded(tree);
            long index = (chunks - 1L) >> 6;
            byte[] sound = tree.block(index).block();
            for (int bit = 0; bit < 8 * sound.length; bit++) {
                byte[] corrupt = sound.clone();
                corrupt[bit / 8] ^= (byte) (1 << bit % 8);
                BinHashes block = new BinHashes(index, 20, corrupt);

                assertThat(integrity.accept(block)).isTrue();

                assertOnlyTruth(block, tree);
            }
        }
    }

    @Test
    void acceptsNothingInAWrongPlaceOrWithoutItsTop() {
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 300, 3, new Random(2));
        MerkleIntegrity empty = new MerkleIntegrity(HashFunction.SHA1, tree.rootHash(), CHUNK, tree.content.length);
        MerkleIntegrity unknown = new MerkleIntegrity(HashFunction.SHA1, tree.rootHash(), CHUNK, -1);
        BinHashes block = tree.block(1);

        assertThat(empty.anchored(1)).isFalse();
        assertThat(empty.accept(tree.block(1))).isFalse();
        assertThat(unknown.restore(block)).isFalse();
        assertThat(block.block()).containsOnly(0);
        BinHashes misplaced = new BinHashes(2, 20, tree.block(1).block());
        assertThat(loaded(tree).accept(misplaced)).isTrue();
        assertOnlyTruth(misplaced, tree);
        assertThat(loaded(tree).accept(new BinHashes(5, 20, tree.block(1).block())))
                .isFalse();
    }

    @Test
    void loadsOnlyUpperHashesThatLeadToTheRoot() {
        Random random = new Random(3);
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 1500, 3, random);
        for (int layer = 6; layer <= 11; layer++) {
            for (long offset = 0; offset << layer < 1500; offset++) {
                UpperHashes stored = tree.builder().upper();
                long wrong = Bin.of(layer, offset);
                byte[] hash = tree.node(wrong).clone();
                hash[random.nextInt(20)] ^= (byte) (1 << random.nextInt(8));
                stored.set(wrong, hash);
                MerkleIntegrity integrity =
                        new MerkleIntegrity(HashFunction.SHA1, tree.rootHash(), CHUNK, tree.content.length);
                integrity.load(stored);

                for (long index = 0; index << 6 < 1500; index++) {
                    // A wrong hash takes its sibling and all below both along; the root is known anyway.
                    boolean affected = layer < 11 && Bin.contains(Bin.parent(wrong), Bin.of(6, index));
                    assertThat(integrity.anchored(index)).isEqualTo(!affected);
                }
            }
        }
    }

    @Test
    void goesOnWithRestoredBlocks() {
        Random random = new Random(4);
        NaiveTree tree = NaiveTree.random(HashFunction.SHA1, CHUNK, 100, 3, random);
        MerkleIntegrity seeder = tree.seeder();
        Receiver before = Receiver.of(tree, tree.content.length);
        UpperHashes saved = new UpperHashes(20);
        before.receive(tree, seeder, 70, Receiver.nothing(), false);
        before.integrity.drainUpper().forEach(node -> saved.set(node.bin(), node.hash()));
        BinHashes block = Objects.requireNonNull(before.integrity.resident(1));

        Receiver after = Receiver.of(tree, tree.content.length);
        after.integrity.load(saved);
        assertThat(after.integrity.anchored(0)).isTrue();
        assertThat(after.integrity.restore(new BinHashes(1, 20, block.block().clone())))
                .isTrue();

        assertThat(after.verify(70, tree.chunk(70))).isEqualTo(Verdict.VERIFIED);
        assertThat(after.verify(71, tree.chunk(71))).isEqualTo(Verdict.VERIFIED);
        assertThat(after.receive(tree, seeder, 69, (first, last) -> first <= 70 && 70 <= last, false))
                .isEqualTo(Verdict.VERIFIED);
    }

    private static MerkleIntegrity loaded(NaiveTree tree) {
        MerkleIntegrity integrity = new MerkleIntegrity(HashFunction.SHA1, tree.rootHash(), CHUNK, tree.content.length);
        integrity.load(tree.builder().upper());
        return integrity;
    }

    private static void assertOnlyTruth(BinHashes block, NaiveTree tree) {
        long first = block.index() * (BinHashes.NODES + 1);
        for (long bin = first; bin < first + BinHashes.NODES; bin++) {
            if (block.has(bin)) {
                assertThat(block.get(bin)).isEqualTo(tree.node(bin));
            }
        }
    }
}
