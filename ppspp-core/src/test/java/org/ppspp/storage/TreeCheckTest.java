package org.ppspp.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.Bin;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.NodeHash;
import org.ppspp.integrity.NodeHasher;
import org.ppspp.integrity.UpperHashes;

class TreeCheckTest {
    private static final int[] CHUNKS = {1, 2, 3, 7, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200, 513, 1000};

    @Test
    void verifiesEveryHashOfWholeTrees() {
        for (int chunks : CHUNKS) {
            Sample sample = Sample.of(chunks * 16 - 5, chunks, HashFunction.SHA1, 16);
            TreeCheck check = check(sample, sample.upper());
            assertThat(check.complete()).as("%d chunks", chunks).isTrue();
            for (int index = 0; index < sample.binCount(); index++) {
                assertThat(check.verifiedLeaves(sample.block(index))).isEqualTo(sample.allOf(index));
                assertThat(check.matches(sample.block(index))).isTrue();
            }
        }
    }

    @Test
    void believesNothingBelowADamagedHash() {
        long seed = 9;
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int chunks = CHUNKS[random.nextInt(CHUNKS.length)];
            Sample sample = Sample.of(chunks * 16, chunks, HashFunction.SHA1, 16);
            long chunk = random.nextInt(chunks);
            BinHashes block = sample.block(chunk / 64);
            long root = Bin.root(chunks);
            long bin = Bin.leaf(chunk);
            for (int up = random.nextInt(7); up > 0 && bin != root && Bin.layer(bin) < 6; up--) {
                bin = Bin.parent(bin);
            }
            byte[] hash = Objects.requireNonNull(block.get(bin));
            hash[random.nextInt(hash.length)] ^= 1;
            block.set(bin, hash);
            long verified = check(sample, sample.upper()).verifiedLeaves(block);
            long bad = bin;
            for (long c = Bin.firstChunk(bad); c <= Math.min(Bin.lastChunk(bad), chunks - 1); c++) {
                assertThat(verified >>> c & 1)
                        .as("seed %d round %d: chunk %d below bin %d of %d", seed, round, c, bin, chunks)
                        .isZero();
            }
        }
    }

    @Test
    void verifiesOnlyWhatHangsOnTheRoot() {
        Sample sample = Sample.of(64 * 16 * 8, 1, HashFunction.SHA1, 16);
        List<NodeHash> withoutOneTop = sample.upper().stream()
                .filter(node -> node.bin() != Bin.of(6, 3))
                .toList();
        TreeCheck check = check(sample, withoutOneTop);
        assertThat(check.complete()).isFalse();
        for (int index = 0; index < 8; index++) {
            // The sibling cannot be told from a forgery either.
            assertThat(check.top(index) == null).as("bin %d", index).isEqualTo(index == 2 || index == 3);
        }
    }

    @Test
    void repairsADamagedHashFromThoseBelow() {
        for (int bins = 3; bins <= 17; bins++) {
            Sample sample = Sample.of(64 * 16 * bins, 1, HashFunction.SHA1, 16);
            for (NodeHash damaged : sample.upper()) {
                if (Bin.layer(damaged.bin()) == 6 || damaged.bin() == Bin.root(sample.chunkCount())) {
                    continue;
                }
                byte[] wrong = damaged.hash().clone();
                wrong[7] ^= 8;
                List<NodeHash> stored = new ArrayList<>(sample.upper());
                stored.add(new NodeHash(damaged.bin(), wrong));
                TreeCheck check = check(sample, stored);
                assertThat(check.complete())
                        .as("bin %d of %d bins", damaged.bin(), bins)
                        .isTrue();
                assertThat(check.repaired()).singleElement().satisfies(node -> {
                    assertThat(node.bin()).isEqualTo(damaged.bin());
                    assertThat(node.hash()).isEqualTo(damaged.hash());
                });
            }
        }
    }

    private static TreeCheck check(Sample sample, List<NodeHash> upper) {
        UpperHashes stored = new UpperHashes(20);
        upper.forEach(node -> stored.set(node.bin(), node.hash()));
        return new TreeCheck(
                new NodeHasher(sample.metadata.hashFunction()),
                sample.metadata.swarmId().toBytes(),
                sample.chunkCount(),
                stored);
    }
}
