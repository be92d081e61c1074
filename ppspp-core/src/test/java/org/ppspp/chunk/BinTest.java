package org.ppspp.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BinTest {
    @Test
    void knowsTheTreeOfWidthEightOfTheSpecification() {
        assertThat(Bin.layer(11)).isEqualTo(2);
        assertThat(Bin.firstChunk(11)).isEqualTo(4);
        assertThat(Bin.lastChunk(11)).isEqualTo(7);
        assertThat(Bin.parent(9)).isEqualTo(11);
        assertThat(Bin.parent(13)).isEqualTo(11);
        assertThat(Bin.parent(5)).isEqualTo(3);
        assertThat(Bin.parent(2)).isEqualTo(1);
        assertThat(Bin.sibling(9)).isEqualTo(13);
        assertThat(Bin.sibling(3)).isEqualTo(11);
        assertThat(Bin.ofRange(4, 7)).isEqualTo(11);
        assertThat(Bin.peaks(7)).containsExactly(3, 9, 12);
    }

    @Test
    void findsTheRootOfAnyNumberOfChunks() {
        assertThat(Bin.root(1)).isZero();
        assertThat(Bin.root(2)).isEqualTo(1);
        assertThat(Bin.root(7)).isEqualTo(7);
        assertThat(Bin.root(8)).isEqualTo(7);
        assertThat(Bin.root(9)).isEqualTo(15);
        assertThat(Bin.root(1L << 32)).isEqualTo((1L << 32) - 1);
    }

    @Test
    void namesNoNodeForRangesThatAreNone() {
        assertThat(Bin.ofRange(1, 2)).isEqualTo(Bin.NONE);
        assertThat(Bin.ofRange(0, 2)).isEqualTo(Bin.NONE);
        assertThat(Bin.ofRange(2, 5)).isEqualTo(Bin.NONE);
        assertThat(Bin.ofRange(3, 3)).isEqualTo(6);
    }

    @Test
    void coversARangeWithTheSmallestNode() {
        assertThat(Bin.cover(0, 0)).isZero();
        assertThat(Bin.cover(1, 2)).isEqualTo(3);
        assertThat(Bin.cover(5, 6)).isEqualTo(11);
        assertThat(Bin.cover(3, 4)).isEqualTo(7);
    }

    @Test
    void relatesNodesOfAllLayersConsistently() {
        long seed = 7574;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 2_000; i++) {
            int layer = random.nextInt(1, 30);
            long bin = Bin.of(layer, random.nextLong(1L << 30));
            assertThat(Bin.layer(bin)).as("seed %s bin %s", seed, bin).isEqualTo(layer);
            assertThat(Bin.of(layer, Bin.offset(bin))).isEqualTo(bin);
            assertThat(Bin.ofRange(Bin.firstChunk(bin), Bin.lastChunk(bin))).isEqualTo(bin);
            assertThat(Bin.width(bin)).isEqualTo(Bin.lastChunk(bin) - Bin.firstChunk(bin) + 1);
            assertThat((Bin.left(bin) + Bin.right(bin)) / 2).isEqualTo(bin);
            assertThat(Bin.parent(Bin.left(bin))).isEqualTo(bin);
            assertThat(Bin.parent(Bin.right(bin))).isEqualTo(bin);
            assertThat(Bin.sibling(Bin.left(bin))).isEqualTo(Bin.right(bin));
            assertThat(Bin.isLeft(Bin.left(bin))).isTrue();
            assertThat(Bin.isLeft(Bin.right(bin))).isFalse();
            assertThat(Bin.contains(bin, Bin.left(bin))).isTrue();
            assertThat(Bin.contains(Bin.left(bin), bin)).isFalse();
        }
    }

    @Test
    void tilesAnyContentWithItsPeaks() {
        for (long count = 1; count < 300; count++) {
            long next = 0;
            for (long peak : Bin.peaks(count)) {
                assertThat(Bin.firstChunk(peak)).isEqualTo(next);
                next = Bin.lastChunk(peak) + 1;
            }
            assertThat(next).isEqualTo(count);
        }
    }
}
