package org.ppspp.picker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkMap;

class LiveEdgePickerTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long DELAY = 4 * SECOND;
    private static final double RATE = 64;

    private static LiveEdgePicker picker(long seed) {
        return new LiveEdgePicker(new SplittableRandom(seed), DELAY);
    }

    /** Which chunks of request bin 100 may be asked for, {@code held} by so many of {@code peers}. */
    private static long open(LiveEdgePicker picker, int held, int peers, long now) {
        long[] words = new long[peers];
        for (int i = 0; i < held; i++) {
            words[i] = -1;
        }
        picker.begin(6_463);
        picker.consider(100, -1, words, peers, now);
        return ~picker.closed().word(100);
    }

    private static LiveEdgePicker at(long seed, long now) {
        LiveEdgePicker picker = picker(seed);
        picker.reached(now, 6_463, RATE);
        return picker;
    }

    @Test
    void beginsCloseToTheEdgeAndWaitsForItsDelay() {
        LiveEdgePicker picker = picker(1);
        assertThat(picker.position()).isEqualTo(-1);
        picker.reached(0, 999, 0);
        for (int second = 1; second < 4; second++) {
            picker.reached(second * SECOND, 999 + second * 64, RATE);
            assertThat(picker.position()).isEqualTo(1_000 - 64);
        }
        picker.reached(4 * SECOND, 999 + 4 * 64, RATE);
        assertThat(picker.position()).isEqualTo(1_000);
        picker.reached(5 * SECOND, 999 + 5 * 64, RATE);
        assertThat(picker.position()).isEqualTo(1_064);
    }

    @Test
    void whoHasJustComeIsInNoHurry() {
        LiveEdgePicker picker = picker(3);
        picker.reached(0, 6_463, RATE);
        assertThat(Long.bitCount(open(picker, 1, 1_000, 0))).isLessThan(4);
    }

    @Test
    void theReaderSaysWhereItIs() {
        LiveEdgePicker picker = picker(1);
        picker.reached(0, 999, RATE);
        picker.seek(List.of(new PlayWindow(400, 1, PlayWindow.UNLIMITED)));
        picker.reached(SECOND, 1_063, RATE);
        assertThat(picker.position()).isEqualTo(400);
        picker.forgetBelow(500);
        assertThat(picker.position()).isEqualTo(500);
    }

    @Test
    void aLoneViewerAsksForEverythingAtOnce() {
        assertThat(open(at(1, 0), 1, 1, 0)).isEqualTo(-1L);
    }

    @Test
    void aboutOneOfManyViewersAsksTheSource() {
        long asked = 0;
        for (long seed = 0; seed < 100; seed++) {
            asked += Long.bitCount(open(at(seed, 0), 1, 10, 0));
        }
        assertThat(asked / 100.0 / 64).isBetween(0.08, 0.12);
    }

    @Test
    void moreAskAsMoreHaveItAndAsTimePasses() {
        LiveEdgePicker picker = at(3, 0);
        List<Integer> counts = new ArrayList<>();
        long before = 0;
        for (long age = 0; age < 5; age++) {
            long open = open(picker, 1, 10, age * DELAY / 8);
            assertThat(before & ~open).as("what was open stays open").isZero();
            before = open;
            counts.add(Long.bitCount(open));
        }
        assertThat(counts).isSorted();
        assertThat(counts.get(4)).isEqualTo(64);
        assertThat(Long.bitCount(open(at(3, 0), 5, 10, 0))).isGreaterThan(counts.get(0));
    }

    @Test
    void whatIsPlayedSoonIsAskedForByEverybody() {
        LiveEdgePicker picker = at(3, 0);
        picker.seek(List.of(new PlayWindow(6_400, 1, PlayWindow.UNLIMITED)));
        assertThat(open(picker, 1, 1_000, 0)).isEqualTo(-1L);
        picker.seek(List.of(new PlayWindow(6_384, 1, PlayWindow.UNLIMITED)));
        assertThat(Long.bitCount(open(picker, 1, 1_000, 0))).isBetween(48, 52);
    }

    @Test
    void whatIsBehindThePositionOrTheEdgeIsNot() {
        LiveEdgePicker picker = at(3, 0);
        picker.seek(List.of(new PlayWindow(6_410, 1, PlayWindow.UNLIMITED)));
        picker.begin(6_420);
        picker.consider(100, -1, new long[] {-1}, 1, 0);
        assertThat(~picker.closed().word(100)).isEqualTo(0x1f_fc00L);
    }

    @Test
    void whatNobodyHasIsNotWaitedFor() {
        LiveEdgePicker picker = at(3, 0);
        picker.begin(6_463);
        assertThat(picker.consider(100, -1, new long[] {0, 0}, 2, 0)).isFalse();
        assertThat(picker.consider(100, -1, new long[] {-1, 0, 0, 0, 0, 0, 0, 0, 0}, 9, 0))
                .isTrue();
    }

    @Test
    void goesInOrderThroughWhatAPeerHas() {
        LiveEdgePicker picker = at(3, 0);
        picker.seek(List.of(new PlayWindow(6_300, 1, PlayWindow.UNLIMITED)));
        picker.begin(6_463);
        for (long bin = 98; bin <= 100; bin++) {
            picker.consider(bin, -1, new long[] {-1}, 1, 0);
        }
        ChunkMap peer = ChunkMap.full(6_464);
        ChunkMap requested = new ChunkMap();
        assertThat(picker.next(picker.closed(), requested, peer, -1, bin -> 1)).isEqualTo(98);
        requested.set(6_300, 6_400);
        assertThat(picker.next(picker.closed(), requested, peer, -1, bin -> 1)).isEqualTo(100);
        for (long chunk = 6_401; chunk < 6_464; chunk++) {
            picker.stored(chunk);
        }
        assertThat(picker.next(picker.closed(), requested, peer, -1, bin -> 1)).isEqualTo(ChunkPicker.NOTHING);
    }

    @Test
    void whereThereIsLittleRoomViewersAskForDifferentChunks() {
        ChunkMap peer = ChunkMap.full(6_464);
        long together = 0;
        for (long seed = 0; seed < 8; seed++) {
            LiveEdgePicker picker = at(seed, 0);
            open(picker, 2, 2, 0);
            long open = ~picker.closedFor(peer, new ChunkMap(), 8).word(100);
            assertThat(Long.bitCount(open)).isEqualTo(8);
            together |= open;
        }
        assertThat(Long.bitCount(together)).isGreaterThan(32);
    }

    @Test
    void whoAsksOnePeerAloneAsksInOrder() {
        LiveEdgePicker picker = at(3, 0);
        open(picker, 1, 1, 0);
        ChunkMap requested = new ChunkMap();
        requested.set(6_400, 6_409);
        assertThat(~picker.closedFor(ChunkMap.full(6_464), requested, 8).word(100))
                .isEqualTo(0xFFL << 10);
    }

    @Test
    void whereThereIsRoomEverythingOpenIsAskedFor() {
        LiveEdgePicker picker = at(3, 0);
        open(picker, 1, 1, 0);
        ChunkMap requested = new ChunkMap();
        requested.set(6_400, 6_455);
        assertThat(picker.closedFor(ChunkMap.full(6_464), requested, 8)).isSameAs(picker.closed());
        assertThat(picker.closedFor(new ChunkMap(), new ChunkMap(), 0)).isSameAs(picker.closed());
    }

    @Test
    void whatIsOlderComesFirstWhereThereIsLittleRoom() {
        long older = 0;
        for (long seed = 0; seed < 20; seed++) {
            LiveEdgePicker picker = picker(seed);
            picker.reached(0, 6_431, RATE);
            picker.reached(DELAY / 2, 6_463, RATE);
            open(picker, 1, 1, DELAY / 2);
            older += Long.bitCount(
                    ~picker.closedFor(ChunkMap.full(6_464), new ChunkMap(), 16).word(100) & 0xffff_ffffL);
        }
        assertThat(older / 20.0).isGreaterThan(13);
    }

    @Test
    void whatWouldComeTooLateIsNotAskedFor() {
        LiveEdgePicker picker = at(3, 0);
        // The clock is at 6,400 now, and 16 chunks are played in a sixteenth of the delay.
        picker.reached(3 * SECOND, 6_400 + 256 - 1, RATE);
        assertThat(picker.position()).isEqualTo(6_400);
        assertThat(open(picker, 1, 1, 3 * SECOND)).isEqualTo(-1L << 16);
    }

    @Test
    void afterARestartNothingIsKnown() {
        LiveEdgePicker picker = at(3, 0);
        picker.restart();
        assertThat(picker.position()).isEqualTo(-1);
        assertThat(picker.closed().isEmpty()).isTrue();
        picker.reached(SECOND, 31, 0);
        assertThat(picker.position()).isZero();
    }
}
