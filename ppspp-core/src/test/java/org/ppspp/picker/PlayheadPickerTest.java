package org.ppspp.picker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.picker.ChunkPicker.Holders;

class PlayheadPickerTest {
    private static final int CHUNKS = 64;
    private static final Holders ALONE = bin -> 1;

    private final ChunkMap have = new ChunkMap();
    private final ChunkMap requested = new ChunkMap();

    private static PlayheadPicker picker(long seed) {
        return new PlayheadPicker(new RarestFirstPicker(new SplittableRandom(seed)));
    }

    private static PlayWindow window(long playhead, long urgent) {
        return new PlayWindow(playhead, urgent, PlayWindow.UNLIMITED);
    }

    /** All picks from a peer that has everything, in chunks, each request bin asked for in the order the picker says. */
    private List<Long> picks(PlayheadPicker picker, long count, Holders holders) {
        ChunkMap seeder = ChunkMap.full(count);
        List<Long> picks = new ArrayList<>();
        for (long bin = picker.next(have, requested, seeder, count, holders);
                bin != ChunkPicker.NOTHING;
                bin = picker.next(have, requested, seeder, count, holders)) {
            long wanted = seeder.word(bin) & ~have.word(bin) & ~requested.word(bin);
            assertThat(wanted).isNotZero();
            long first = picker.first(bin, wanted);
            assertThat(first).isNotZero();
            assertThat(first & ~wanted).isZero();
            for (long bits = first; bits != 0; bits &= bits - 1) {
                picks.add(bin * CHUNKS + Long.numberOfTrailingZeros(bits));
            }
            requested.setWord(bin, first);
        }
        return picks;
    }

    @Test
    void asksForWhatIsReadNextInOrderAndThenForTheRest() {
        for (long seed = 1; seed <= 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long count = 1 + random.nextLong(60 * CHUNKS);
            long playhead = random.nextLong(count);
            long urgent = 1 + random.nextLong(20 * CHUNKS);
            PlayheadPicker picker = picker(seed);
            picker.seek(List.of(window(playhead, urgent)));
            requested.clear(0, count);
            List<Long> picks = picks(picker, count, ALONE);
            assertThat(picks).as("seed %d", seed).hasSize((int) count).doesNotHaveDuplicates();
            List<Long> first = picks.subList(0, (int) Math.min(urgent, count - playhead));
            assertThat(first)
                    .as("seed %d", seed)
                    .isSorted()
                    .startsWith(playhead)
                    .endsWith(Math.min(playhead + urgent, count) - 1);
        }
    }

    @Test
    void goesOnBehindTheUrgentOnesWhereNothingIsRare() {
        PlayheadPicker picker = picker(1);
        picker.seek(List.of(window(1_000, 100)));
        assertThat(picks(picker, 10_000, ALONE).subList(0, 500)).isSorted();
    }

    @Test
    void helpsTheReaderWithTheSmallestBufferFirst() {
        PlayheadPicker picker = picker(1);
        picker.seek(List.of(window(10 * CHUNKS, 256), window(50 * CHUNKS, 256)));
        have.set(10 * CHUNKS, 12 * CHUNKS - 1);
        List<Long> picks = picks(picker, 100 * CHUNKS, ALONE);
        assertThat(picks.subList(0, 2 * CHUNKS)).isSorted().startsWith(50L * CHUNKS);
        assertThat(picks.subList(2 * CHUNKS, 3 * CHUNKS)).isSorted().startsWith(12L * CHUNKS);
    }

    @Test
    void fetchesNothingOutOfReach() {
        for (long reach = 1; reach < 200; reach += 7) {
            PlayheadPicker picker = picker(reach);
            picker.seek(List.of(new PlayWindow(300, Math.min(reach, 70), reach)));
            requested.clear(0, 10_000);
            long end = 300 + reach;
            assertThat(picks(picker, 10_000, ALONE))
                    .allMatch(chunk -> chunk < end)
                    .contains(300L, 299L + Math.min(reach, 70));
        }
    }

    @Test
    void leavesToOthersWhatASlowPeerWouldBringLate() {
        Holders slow = new Holders() {
            @Override
            public int count(long bin) {
                return 2;
            }

            @Override
            public long lead() {
                return 40 * CHUNKS;
            }

            @Override
            public boolean faster(long bin) {
                // the faster one lacks this
                return bin != 12;
            }
        };
        PlayheadPicker picker = picker(1);
        picker.seek(List.of(window(10 * CHUNKS, 20 * CHUNKS)));
        List<Long> picks = picks(picker, 100 * CHUNKS, slow);
        assertThat(picks.subList(0, CHUNKS)).startsWith(12L * CHUNKS);
        assertThat(picks.subList(CHUNKS, picks.size()))
                .startsWith(50L * CHUNKS)
                .noneMatch(chunk -> chunk >= 10 * CHUNKS && chunk < 49 * CHUNKS);
    }

    @Test
    void isRarestFirstWithoutReaders() {
        PlayheadPicker picker = picker(5);
        picker.seek(List.of(window(0, 10)));
        picker.seek(List.of());
        RarestFirstPicker rarest = new RarestFirstPicker(new SplittableRandom(5));
        ChunkMap seeder = ChunkMap.full(1_000);
        for (int pick = 0; pick < 16; pick++) {
            long bin = picker.next(have, requested, seeder, 1_000, ALONE);
            assertThat(bin).isEqualTo(rarest.next(have, requested, seeder, 1_000, ALONE));
            requested.setWord(bin, -1);
        }
    }

    @Test
    void knowsWhatIsUrgentInARequestBin() {
        PlayWindow window = window(70, 100);
        assertThat(window.urgentOf(0)).isZero();
        assertThat(window.urgentOf(1)).isEqualTo(-1L << 6);
        assertThat(window.urgentOf(2)).isEqualTo((1L << 42) - 1);
        assertThat(window.urgentOf(3)).isZero();
        assertThat(window(170, 1).continues(window)).isTrue();
        assertThat(window(69, 1).continues(window)).isFalse();
        assertThat(window(171, 1).continues(window)).isFalse();
        assertThatThrownBy(() -> new PlayWindow(0, 2, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
