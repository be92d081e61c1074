package org.ppspp.picker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.picker.ChunkPicker.Holders;

class RarestFirstPickerTest {
    private static final int CHUNKS = 64;
    private static final Holders ALONE = bin -> 1;

    private final ChunkMap have = new ChunkMap();
    private final ChunkMap requested = new ChunkMap();

    private static RarestFirstPicker picker(long seed) {
        return new RarestFirstPicker(new SplittableRandom(seed));
    }

    private static long missing(ChunkMap have, ChunkMap requested, ChunkMap peerHas, long bin) {
        return peerHas.word(bin) & ~have.word(bin) & ~requested.word(bin);
    }

    @Test
    void picksWhatIsMissingAndNothingElse() {
        for (long seed = 1; seed <= 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long count = 1 + random.nextLong(40 * CHUNKS);
            ChunkMap had = some(random, count);
            ChunkMap asked = some(random, count);
            ChunkMap held = some(random, count);
            RarestFirstPicker picker = picker(seed);
            long bins = (count + CHUNKS - 1) / CHUNKS;
            for (int pick = 0; pick < 30; pick++) {
                long bin = picker.next(had, asked, held, count, any -> random.nextInt(4));
                if (bin == ChunkPicker.NOTHING) {
                    for (long each = 0; each < bins; each++) {
                        assertThat(missing(had, asked, held, each))
                                .as("seed %d", seed)
                                .isZero();
                    }
                    break;
                }
                assertThat(bin).as("seed %d", seed).isBetween(0L, bins - 1);
                assertThat(missing(had, asked, held, bin)).as("seed %d", seed).isNotZero();
                (random.nextBoolean() ? had : asked).setWord(bin, missing(had, asked, held, bin));
            }
        }
    }

    /** Runs, single chunks, everything or nothing. */
    private static ChunkMap some(SplittableRandom random, long count) {
        ChunkMap map = random.nextInt(4) == 0 ? ChunkMap.full(count) : new ChunkMap();
        for (int i = random.nextInt(20); i > 0; i--) {
            long first = random.nextLong(count);
            long last = Math.min(count - 1, first + random.nextLong(1 + count / (1 + random.nextLong(20))));
            if (random.nextBoolean()) {
                map.set(first, last);
            } else {
                map.clear(first, last);
            }
        }
        return map;
    }

    @Test
    void goesOnFromItsStartInOrderWhenAlone() {
        long bins = 500;
        ChunkMap seeder = ChunkMap.full(bins * CHUNKS);
        RarestFirstPicker picker = picker(3);
        List<Long> picks = new ArrayList<>();
        for (long bin = picker.next(have, requested, seeder, bins * CHUNKS, ALONE);
                bin != ChunkPicker.NOTHING;
                bin = picker.next(have, requested, seeder, bins * CHUNKS, ALONE)) {
            picks.add(bin);
            requested.setWord(bin, -1);
        }
        assertThat(picks).hasSize((int) bins);
        for (int i = 0; i < bins; i++) {
            assertThat(picks.get(i)).isEqualTo((picks.get(0) + i) % bins);
        }
    }

    @Test
    void startsEachSwarmAtAPlaceOfItsOwn() {
        ChunkMap seeder = ChunkMap.full(1_000L * CHUNKS);
        long different = new SplittableRandom(1)
                .longs(20)
                .map(seed -> picker(seed).next(have, requested, seeder, 1_000L * CHUNKS, ALONE))
                .distinct()
                .count();
        assertThat(different).isGreaterThan(15);
    }

    @Test
    void comesBackToARequestBinOfWhichOnlyAPartWasAsked() {
        ChunkMap seeder = ChunkMap.full(CHUNKS);
        RarestFirstPicker picker = picker(1);
        requested.setWord(0, 0xffffffffL);

        assertThat(picker.next(have, requested, seeder, CHUNKS, ALONE)).isZero();
        requested.setWord(0, -1);
        assertThat(picker.next(have, requested, seeder, CHUNKS, ALONE)).isEqualTo(ChunkPicker.NOTHING);
        requested.clear(63, 63);
        assertThat(picker.next(have, requested, seeder, CHUNKS, ALONE)).isZero();
    }

    @Test
    void prefersWhatFewHold() {
        long bins = 2_000;
        ChunkMap seeder = ChunkMap.full(bins * CHUNKS);
        RarestFirstPicker picker = picker(4);
        int rare = 0;
        for (int pick = 0; pick < 500; pick++) {
            long bin = picker.next(have, requested, seeder, bins * CHUNKS, each -> each % 4 == 0 ? 1 : 5);
            rare += bin % 4 == 0 ? 1 : 0;
            requested.setWord(bin, -1);
        }
        assertThat(rare)
                .as("a quarter of all at first, all of the rare ones in the end")
                .isGreaterThan(450);
    }

    @Test
    void takesAtOnceWhatNobodyElseHolds() {
        ChunkMap seeder = ChunkMap.full(100L * CHUNKS);
        int[] asked = new int[1];
        picker(1).next(have, requested, seeder, 100L * CHUNKS, bin -> {
            asked[0]++;
            return 0;
        });
        assertThat(asked[0]).isOne();
    }

    /** Ten million chunks from two peers that hold alternate pieces, to the last one. */
    @Test
    void coversTenMillionChunksWithAFewLooksEach() {
        long count = 10_000_000;
        ChunkMap[] peers = {new ChunkMap(), new ChunkMap()};
        for (long first = 0, piece = 0; first < count; first += 5_000, piece++) {
            peers[(int) (piece % 2)].set(first, Math.min(count, first + 5_000) - 1);
        }
        RarestFirstPicker picker = picker(10);
        long[] looks = new long[1];
        long picks = 0;
        boolean[] idle = new boolean[2];
        while (!idle[0] || !idle[1]) {
            for (int peer = 0; peer < 2; peer++) {
                long bin = picker.next(have, requested, peers[peer], count, each -> {
                    looks[0]++;
                    return 1 + (int) (each % 3);
                });
                idle[peer] = bin == ChunkPicker.NOTHING;
                if (!idle[peer]) {
                    picks++;
                    have.setWord(bin, peers[peer].word(bin));
                }
            }
        }
        assertThat(have.cardinality()).isEqualTo(count);
        assertThat(picks)
                .as("request bins, and those that both hold a part of")
                .isBetween(count / 64, count / 64 + 2_000);
        assertThat(looks[0]).isLessThanOrEqualTo(16 * (picks + 2));
    }
}
