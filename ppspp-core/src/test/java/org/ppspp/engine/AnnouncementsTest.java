package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;

class AnnouncementsTest {
    private final ChunkMap have = new ChunkMap();
    private final Announcements announcements = new Announcements();

    private void store(long first, long last, long now) {
        have.set(first, last);
        announcements.add(have.runAround(first), now);
    }

    private List<ChunkRange> drain() {
        List<ChunkRange> said = new ArrayList<>();
        for (ChunkRange run = announcements.next(have); run != null; run = announcements.next(have)) {
            said.add(run);
        }
        return said;
    }

    @Test
    void saysFirstAllThereIs() {
        have.set(0, 99);
        have.set(200);
        announcements.all(7);

        assertThat(announcements.due()).isEqualTo(7);
        assertThat(drain()).containsExactly(new ChunkRange(0, 99), ChunkRange.of(200));
        assertThat(announcements.due()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void waitsForCompanyAndNamesTheLargestInterval() {
        announcements.all(0);
        drain();
        store(10, 10, 1_000);
        store(12, 12, 2_000);
        store(11, 11, 3_000);
        store(50, 51, 4_000);

        assertThat(announcements.due()).isEqualTo(1_000 + Limits.ANNOUNCE_DELAY);
        assertThat(drain()).containsExactly(new ChunkRange(10, 12), new ChunkRange(50, 51));
        assertThat(announcements.due()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void saysNothingBeforeChunk0WhereThatIsHeldBack() {
        have.set(7);
        announcements.holdBack();
        announcements.all(0);
        assertThat(drain()).isEmpty();
        store(8, 9, 1_000);
        assertThat(announcements.due()).isEqualTo(Long.MAX_VALUE);
        store(0, 0, 2_000);
        assertThat(announcements.due()).isEqualTo(2_000 + Limits.ANNOUNCE_DELAY);
        assertThat(drain()).containsExactly(ChunkRange.of(0), new ChunkRange(7, 9));
        store(20, 20, 3_000);
        assertThat(drain()).containsExactly(ChunkRange.of(20));
    }

    @Test
    void saysFirstWhatWasPutBack() {
        have.set(0);
        have.set(5);
        announcements.all(0);
        announcements.putBack(Objects.requireNonNull(announcements.next(have)));

        assertThat(drain()).containsExactly(ChunkRange.of(0), ChunkRange.of(5));
    }

    @Test
    void saysWhatIsStoredBehindTheBackOfTheFirstPass() {
        have.set(0);
        have.set(100);
        announcements.all(0);
        assertThat(announcements.next(have)).isEqualTo(ChunkRange.of(0));
        assertThat(announcements.next(have)).isEqualTo(ChunkRange.of(100));
        store(50, 50, 1);

        assertThat(drain()).containsExactly(ChunkRange.of(50));
    }

    @Test
    void startsOverWhenTooMuchIsNew() {
        announcements.all(0);
        drain();
        for (int i = 0; i <= Limits.ANNOUNCED_RANGES; i++) {
            store(2L * i, 2L * i, 5);
        }
        assertThat(announcements.due()).as("no more waiting").isEqualTo(5);
        assertThat(drain()).hasSize(Limits.ANNOUNCED_RANGES + 1);
    }

    @Test
    void saysNothingOnceCleared() {
        have.set(0, 9);
        announcements.all(0);
        announcements.clear();

        assertThat(drain()).isEmpty();
        assertThat(announcements.due()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void leavesAReceiverWithTheWholeMapWhateverTheInterleaving() {
        for (long seed = 1; seed <= 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ChunkMap stored = new ChunkMap();
            ChunkMap heard = new ChunkMap();
            Announcements tried = new Announcements();
            int universe = 100 + random.nextInt(2_000);
            int talk = 1 + random.nextInt(6);
            for (int i = random.nextInt(universe); i > 0; i--) {
                stored.set(random.nextLong(universe));
            }
            tried.all(0);
            for (int step = 0; step < 400; step++) {
                if (random.nextInt(8) < talk) {
                    hear(tried, stored, heard, random);
                } else {
                    storeSome(tried, stored, universe, random, step);
                }
            }
            assertThat(tried.due() == Long.MAX_VALUE && heard.cardinality() < stored.cardinality())
                    .as("seed %d: silent with something to say", seed)
                    .isFalse();
            while (tried.due() != Long.MAX_VALUE) {
                hear(tried, stored, heard, random);
            }
            assertThat(heard.cardinality()).as("seed %d", seed).isEqualTo(stored.cardinality());
        }
    }

    private static void hear(Announcements tried, ChunkMap stored, ChunkMap heard, SplittableRandom random) {
        ChunkRange run = tried.next(stored);
        if (run == null) {
            return;
        }
        assertThat(stored.containsAll(run.first(), run.last()))
                .as("HAVE %s", run)
                .isTrue();
        if (random.nextInt(3) == 0) {
            tried.putBack(run);
        } else {
            heard.set(run.first(), run.last());
        }
    }

    /** Some chunks reach the disk together, and each is told unless the one before it said it all. */
    private static void storeSome(
            Announcements tried, ChunkMap stored, int universe, SplittableRandom random, long now) {
        List<Long> batch = new ArrayList<>();
        for (int i = 1 + random.nextInt(12); i > 0; i--) {
            long chunk = random.nextLong(universe);
            if (stored.set(chunk)) {
                batch.add(chunk);
            }
        }
        ChunkRange run = null;
        for (long chunk : batch) {
            if (run == null || !run.contains(chunk)) {
                run = stored.runAround(chunk);
                tried.add(run, now);
            }
        }
    }
}
