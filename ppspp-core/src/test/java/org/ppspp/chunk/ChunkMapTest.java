package org.ppspp.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkMapTest {
    private static final long LAST_32_BIT = (1L << 32) - 1;
    private static final int PAGE = 4096;
    private static final int UNIVERSE = 6 * PAGE;

    /** The model holds numbers from a base on: at the start, across a book, across a shelf, at the very end. */
    @ParameterizedTest
    @ValueSource(longs = {0, (1L << 20) - 3 * PAGE, (1L << 28) - 3 * PAGE, (1L << 40) - UNIVERSE})
    void answersAsABitSetDoes(long base) {
        for (long seed = 1; seed <= 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ChunkMap map = new ChunkMap();
            BitSet model = new BitSet();
            for (int step = 0; step < 120; step++) {
                change(random, base, map, model);
                ask(random, base, map, model, "seed " + seed + " step " + step);
            }
            assertThat(rangesOf(map)).as("seed %s", seed).isEqualTo(rangesOf(model, base));
            assertThat(map.partialPages()).as("seed %s", seed).isEqualTo(partialPagesOf(model));
            assertThat(rangesOf(map.copy())).isEqualTo(rangesOf(map));
        }
    }

    private static void change(SplittableRandom random, long base, ChunkMap map, BitSet model) {
        int first = random.nextInt(UNIVERSE);
        int last = random.nextInt(8) == 0
                ? first | (PAGE - 1)
                : Math.min(UNIVERSE - 1, first + random.nextInt(random.nextBoolean() ? 100 : UNIVERSE));
        int index = first / 64;
        long bits = random.nextInt(4) == 0 ? -1 : random.nextLong();
        switch (random.nextInt(7)) {
            case 0, 1 -> {
                assertThat(map.set(base + first)).isEqualTo(!model.get(first));
                model.set(first);
            }
            case 2, 3 -> {
                assertThat(map.set(base + first, base + last)).isTrue();
                model.set(first, last + 1);
            }
            case 4 -> {
                map.clear(base + first, base + last);
                model.clear(first, last + 1);
            }
            case 5 -> {
                map.setWord(base / 64 + index, bits);
                model.or(word(bits, index));
            }
            default -> {
                map.clearWord(base / 64 + index, bits);
                model.andNot(word(bits, index));
            }
        }
    }

    private static void ask(SplittableRandom random, long base, ChunkMap map, BitSet model, String when) {
        assertThat(map.cardinality()).as(when).isEqualTo(model.cardinality());
        assertThat(map.isEmpty()).as(when).isEqualTo(model.isEmpty());
        assertThat(map.end()).as(when).isEqualTo(model.isEmpty() ? 0 : base + model.length());
        for (int i = 0; i < 20; i++) {
            int from = random.nextInt(UNIVERSE);
            int to = Math.min(UNIVERSE - 1, from + random.nextInt(random.nextBoolean() ? 10 : UNIVERSE));
            int set = model.nextSetBit(from);
            int clear = model.nextClearBit(from);
            assertThat(map.get(base + from)).as(when).isEqualTo(model.get(from));
            assertThat(map.nextSet(base + from)).as(when).isEqualTo(set < 0 ? -1 : base + set);
            assertThat(map.nextClear(base + from)).as(when).isEqualTo(base + clear);
            assertThat(map.containsAll(base + from, base + to)).as(when).isEqualTo(clear > to);
            assertThat(map.intersects(base + from, base + to)).as(when).isEqualTo(set >= 0 && set <= to);
            assertThat(word(map.word((base + from) / 64), from / 64))
                    .as(when)
                    .isEqualTo(
                            model.get(from / 64 * 64, from / 64 * 64 + 64).isEmpty()
                                    ? new BitSet()
                                    : slice(model, from / 64));
            if (model.get(from)) {
                ChunkRange run = new ChunkRange(base + model.previousClearBit(from) + 1, base + clear - 1);
                assertThat(map.runAround(base + from)).as(when).isEqualTo(run);
            }
        }
    }

    private static BitSet slice(BitSet model, int index) {
        BitSet slice = new BitSet();
        slice.set(index * 64, index * 64 + 64);
        slice.and(model);
        return slice;
    }

    private static BitSet word(long bits, int index) {
        BitSet word = new BitSet();
        for (int i = 0; i < 64; i++) {
            word.set(index * 64 + i, (bits >>> i & 1) != 0);
        }
        return word;
    }

    private static int partialPagesOf(BitSet model) {
        int partial = 0;
        for (int page = 0; page < UNIVERSE / PAGE; page++) {
            int set = model.get(page * PAGE, (page + 1) * PAGE).cardinality();
            partial += set > 0 && set < PAGE ? 1 : 0;
        }
        return partial;
    }

    private static List<ChunkRange> rangesOf(ChunkMap map) {
        List<ChunkRange> ranges = new ArrayList<>();
        map.forEachRange(Integer.MAX_VALUE, (first, last) -> ranges.add(new ChunkRange(first, last)));
        return ranges;
    }

    private static List<ChunkRange> rangesOf(BitSet model, long base) {
        List<ChunkRange> ranges = new ArrayList<>();
        for (int first = model.nextSetBit(0); first >= 0; ) {
            int end = model.nextClearBit(first);
            ranges.add(new ChunkRange(base + first, base + end - 1));
            first = model.nextSetBit(end);
        }
        return ranges;
    }

    @Test
    void holdsAllThirtyTwoBitNumbersWithoutAPage() {
        ChunkMap map = new ChunkMap();
        assertThat(map.set(0, LAST_32_BIT)).isTrue();
        assertThat(map.partialPages()).isZero();
        assertThat(map.cardinality()).isEqualTo(1L << 32);
        assertThat(map.end()).isEqualTo(1L << 32);
        assertThat(map.nextClear(5)).isEqualTo(1L << 32);
        assertThat(map.runAround(123_456_789)).isEqualTo(new ChunkRange(0, LAST_32_BIT));
    }

    @Test
    void takesOnePageForTheHighestThirtyTwoBitNumber() {
        ChunkMap map = new ChunkMap(1);
        assertThat(map.set(LAST_32_BIT)).isTrue();
        assertThat(map.partialPages()).isOne();
        assertThat(map.nextSet(0)).isEqualTo(LAST_32_BIT);
        assertThat(map.runAround(LAST_32_BIT)).isEqualTo(ChunkRange.of(LAST_32_BIT));
    }

    @Test
    void holdsEveryChunkNumberThereIs() {
        ChunkMap map = ChunkMap.full(ChunkRange.MAX_CHUNK + 1);
        assertThat(map.cardinality()).isEqualTo(ChunkRange.MAX_CHUNK + 1);
        assertThat(map.nextClear(0)).isEqualTo(ChunkRange.MAX_CHUNK + 1);
        map.clear(1, ChunkRange.MAX_CHUNK - 1);
        assertThat(rangesOf(map)).containsExactly(ChunkRange.of(0), ChunkRange.of(ChunkRange.MAX_CHUNK));
        map.clear(0, ChunkRange.MAX_CHUNK);
        assertThat(map.isEmpty()).isTrue();
        assertThat(map.partialPages()).isZero();
        assertThat(map.end()).isZero();
    }

    @Test
    void collapsesWhatBecomesUniformChunkByChunk() {
        ChunkMap map = new ChunkMap(1);
        for (long chunk = 0; chunk < 3 * PAGE; chunk++) {
            assertThat(map.set(chunk)).isTrue();
            assertThat(map.partialPages()).isLessThanOrEqualTo(1);
        }
        assertThat(map.partialPages()).isZero();
        assertThat(map.set(5)).isFalse();
    }

    @Test
    void keepsACopyApartFromItsOriginal() {
        ChunkMap map = ChunkMap.full(10);
        ChunkMap copy = map.copy();
        copy.set(20);
        map.clear(3, 3);
        assertThat(rangesOf(copy)).containsExactly(new ChunkRange(0, 9), ChunkRange.of(20));
        assertThat(rangesOf(map)).containsExactly(new ChunkRange(0, 2), new ChunkRange(4, 9));
    }

    @Test
    void refusesPagesBeyondItsBound() {
        ChunkMap map = new ChunkMap(2);
        assertThat(map.set(0)).isTrue();
        assertThat(map.set(PAGE)).isTrue();
        assertThat(map.set(2 * PAGE)).isFalse();
        assertThat(map.get(2 * PAGE)).isFalse();
        assertThat(map.set(1, PAGE - 1)).as("a page it has").isTrue();
        assertThat(map.set(2 * PAGE)).as("room again").isTrue();
    }

    @Test
    void saysWhenPartOfARangeWasRefused() {
        ChunkMap map = new ChunkMap(1);
        assertThat(map.set(PAGE - 1, 3 * PAGE)).isFalse();
        assertThat(rangesOf(map)).containsExactly(new ChunkRange(PAGE - 1, 3 * PAGE - 1));
    }

    @Test
    void forgetsAPageWhenItMayNotSplitOne() {
        ChunkMap map = new ChunkMap(1);
        map.set(0, 4 * PAGE - 1);
        map.clear(5, 5);
        map.clear(PAGE + 5, PAGE + 5);
        assertThat(rangesOf(map))
                .containsExactly(
                        new ChunkRange(0, 4), new ChunkRange(6, PAGE - 1), new ChunkRange(2 * PAGE, 4 * PAGE - 1));
    }

    /** Alternating chunks, scattered full pages, holes everywhere: nothing makes a bounded map grow. */
    @Test
    void staysWithinItsBoundWhateverAPeerClaims() {
        int bound = 16;
        for (long seed = 1; seed <= 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ChunkPages pages = new ChunkPages(bound);
            for (int step = 0; step < 5_000; step++) {
                long first =
                        random.nextLong(ChunkRange.MAX_CHUNK + 1) >>> random.nextInt(40) & -1L << random.nextInt(20);
                long last = Math.min(ChunkRange.MAX_CHUNK, first + (random.nextLong(1L << 40) >>> random.nextInt(40)));
                boolean clear = random.nextInt(3) == 0;
                if (!clear) {
                    pages.fill(first, last, ChunkPages.FULL);
                } else if (first < pages.capacity()) {
                    pages.fill(first, Math.min(last, pages.capacity() - 1), ChunkPages.EMPTY);
                    long set = pages.next(first, ChunkPages.EMPTY);
                    assertThat(set)
                            .as("seed %s step %s", seed, step)
                            .matches(at -> at > last || at >= pages.capacity());
                }
                assertThat(pages.partialPages())
                        .as("seed %s step %s", seed, step)
                        .isBetween(0, bound);
                assertThat(pages.directories())
                        .as("seed %s step %s", seed, step)
                        .isBetween(0, bound + 2);
            }
            long counted = 0;
            for (long at = pages.next(0, ChunkPages.EMPTY); at < pages.capacity(); ) {
                long end = pages.next(at, ChunkPages.FULL);
                counted += end - at;
                at = pages.next(end, ChunkPages.EMPTY);
            }
            assertThat(pages.cardinality()).as("seed %s", seed).isEqualTo(counted);
            pages.fill(0, ChunkRange.MAX_CHUNK, ChunkPages.FULL);
            assertThat(pages.partialPages()).isZero();
            assertThat(pages.directories()).isZero();
        }
    }

    @Test
    void visitsNoMoreRangesThanItIsAskedFor() {
        ChunkMap map = new ChunkMap();
        for (long chunk = 0; chunk < 100; chunk += 2) {
            map.set(chunk);
        }
        List<ChunkRange> visited = new ArrayList<>();
        map.forEachRange(3, (first, last) -> visited.add(new ChunkRange(first, last)));
        assertThat(visited).containsExactly(ChunkRange.of(0), ChunkRange.of(2), ChunkRange.of(4));
        assertThat(map).hasToString("50 chunks [0 2 4 6 8 10 12 14]");
    }

    @Test
    void takesOnlyChunkNumbers() {
        ChunkMap map = new ChunkMap();
        assertThat(map.get(-1)).isFalse();
        assertThat(map.get(1L << 40)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> map.set(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> map.set(1L << 40));
        assertThatIllegalArgumentException().isThrownBy(() -> map.set(3, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> map.setWord(1L << 58, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> map.runAround(3));
    }
}
