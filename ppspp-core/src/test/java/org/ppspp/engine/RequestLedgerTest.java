package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkRange;

class RequestLedgerTest {
    private static final long MILLI = Limits.MILLISECOND;
    private static final long PATIENCE = Limits.OVERTAKEN_PATIENCE;
    private static final int BINS = 40;

    private final RequestLedger ledger = new RequestLedger();

    private static long mask(long... chunks) {
        long mask = 0;
        for (long chunk : chunks) {
            mask |= 1L << chunk;
        }
        return mask;
    }

    @Test
    void tellsAskedFromLateFromNeverAsked() {
        ledger.add(2, mask(0, 5), 10);

        assertThat(ledger.arrived(2 * 64 + 5, 25)).isEqualTo(15);
        assertThat(ledger.arrived(2 * 64 + 5, 26)).as("a second copy").isEqualTo(RequestLedger.UNASKED);
        assertThat(ledger.giveUp(2, mask(0, 1), 30)).isEqualTo(mask(0));
        assertThat(ledger.arrived(2 * 64, 30 + Limits.LATE - 1)).isEqualTo(RequestLedger.LATE);
        assertThat(ledger.arrived(2 * 64, 30 + Limits.LATE - 1))
                .as("a second late copy")
                .isEqualTo(RequestLedger.UNASKED);
        assertThat(ledger.arrived(2 * 64 + 1, 31)).isEqualTo(RequestLedger.UNASKED);
    }

    @Test
    void goesThroughNoMoreChunksThanASignatureCovers() {
        ledger.add(16, mask(3), 10);

        assertThat(ledger.welcomes(new ChunkRange(1_024, 2_047))).isTrue();
        assertThat(ledger.welcomes(new ChunkRange(1_028, 1_029))).isFalse();
        assertThat(ledger.welcomes(new ChunkRange(0, 2_047))).isFalse();
        assertThat(ledger.welcomes(new ChunkRange(0, ChunkRange.MAX_CHUNK))).isFalse();
    }

    @Test
    void repeatsRequestsOfASilentPeerLessAndLessOften() {
        assertThat(ledger.repeatAt(100)).as("nothing to repeat").isEqualTo(Long.MAX_VALUE);
        ledger.add(2, mask(0, 5), 10);
        ledger.add(3, mask(1), 80);
        List<Long> repeated = new ArrayList<>();

        assertThat(ledger.repeatAt(100)).isEqualTo(110);
        ledger.repeat(10, (bin, mask) -> repeated.add(bin));
        assertThat(repeated).as("the second is too young").containsExactly(2L);
        assertThat(ledger.repeatAt(100)).isEqualTo(210);
        ledger.repeat(110, (bin, mask) -> repeated.add(bin));
        assertThat(repeated).containsExactly(2L, 2L, 3L);
        assertThat(ledger.repeatAt(100)).isEqualTo(410);
        ledger.arrived(2 * 64, 300);
        assertThat(ledger.repeatAt(100)).as("the peer answers").isEqualTo(400);
        assertThat(ledger.outstanding()).isEqualTo(2);
    }

    @Test
    void isNotWelcomingForever() {
        ledger.add(0, mask(0, 1), 0);
        ledger.giveUp(0, mask(0), 0);
        ledger.giveUp(0, mask(1), Limits.LATE);

        assertThat(ledger.arrived(0, Limits.LATE + 1)).isEqualTo(RequestLedger.UNASKED);
        assertThat(ledger.arrived(1, Limits.LATE + 1)).isEqualTo(RequestLedger.LATE);
    }

    @Test
    void remembersOnlySoManyLateBins() {
        int bins = Limits.LATE_BINS + 10;
        for (int bin = 0; bin < bins; bin++) {
            ledger.add(bin, 1, 0);
            ledger.giveUp(bin, 1, 0);
        }
        for (int bin = 0; bin < bins; bin++) {
            assertThat(ledger.arrived(64L * bin, 1))
                    .as("bin %d", bin)
                    .isEqualTo(bin < 10 ? RequestLedger.UNASKED : RequestLedger.LATE);
        }
    }

    @Test
    void givesUpWhatSixtyFourLaterChunksHaveOvertaken() {
        ledger.add(0, -1, 0);
        ledger.add(1, -1, 0);
        ledger.add(2, -1, 0);
        List<Long> released = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            if (i != 7) {
                ledger.arrived(i, MILLI);
            }
        }
        for (int i = 64; i < 64 + Limits.OVERTAKEN_BY; i++) {
            ledger.arrived(i, 2 * MILLI);
            ledger.giveUpOvertaken(PATIENCE, PATIENCE, Limits.OVERTAKEN_BY, (bin, mask) -> released.add(bin));
        }
        assertThat(released).as("one short: chunk 7 itself is missing").isEmpty();

        ledger.arrived(128, 3 * MILLI);
        ledger.giveUpOvertaken(PATIENCE - 1, PATIENCE, Limits.OVERTAKEN_BY, (bin, mask) -> released.add(bin));
        assertThat(released).as("too early").isEmpty();

        ledger.giveUpOvertaken(PATIENCE, PATIENCE, Limits.OVERTAKEN_BY, (bin, mask) -> {
            assertThat(mask).isEqualTo(mask(7));
            released.add(bin);
        });
        assertThat(released).containsExactly(0L);
        assertThat(ledger.outstanding()).isEqualTo(63);
        assertThat(ledger.arrived(7, PATIENCE)).isEqualTo(RequestLedger.LATE);
    }

    @Test
    void findsAnOvertakenRequestBehindOneThatWasRenewed() {
        ledger.add(0, mask(0), 0);
        ledger.add(1, mask(0), 0);
        ledger.add(2, -1, 0);
        ledger.add(3, mask(0, 1), 0);
        for (int i = 128; i < 192; i++) {
            ledger.arrived(i, MILLI);
        }
        ledger.arrived(192, MILLI);
        ledger.arrived(193, MILLI);
        ledger.add(0, mask(0), PATIENCE - 1);
        List<Long> released = new ArrayList<>();

        ledger.giveUpOvertaken(PATIENCE, PATIENCE, Limits.OVERTAKEN_BY, (bin, mask) -> released.add(bin));

        assertThat(released).containsExactly(1L);
    }

    @Test
    void isStalledOnlyWhileSomethingIsOwedAndNothingComes() {
        assertThat(ledger.stalledAt(PATIENCE)).isEqualTo(Long.MAX_VALUE);

        ledger.add(0, mask(0, 1), 100);
        ledger.add(1, mask(0), 200);
        assertThat(ledger.stalledAt(PATIENCE)).as("since the first request").isEqualTo(100 + PATIENCE);

        ledger.arrived(0, 300);
        assertThat(ledger.stalledAt(PATIENCE)).isEqualTo(300 + PATIENCE);

        ledger.giveUp(0, -1, 400);
        ledger.arrived(1, 500);
        assertThat(ledger.stalledAt(PATIENCE)).as("a late chunk is progress").isEqualTo(500 + PATIENCE);

        ledger.arrived(64, 600);
        assertThat(ledger.stalledAt(PATIENCE)).isEqualTo(Long.MAX_VALUE);
    }

    /** What a ledger is, said in the plainest way. */
    private static final class Model {
        final Map<Long, Long> givenUp = new HashMap<>();
        final long[] binGivenUp = new long[BINS];
        /** When one chunk was asked for, and how many had come then. */
        record Asked(long at, long arrivals) {}

        final TreeMap<Long, Asked> waiting = new TreeMap<>();
        long arrivals;
        long progress;

        long word(long bin) {
            return word(bin, asked -> true);
        }

        long word(long bin, Predicate<Asked> which) {
            long word = 0;
            for (Map.Entry<Long, Asked> entry :
                    waiting.subMap(bin * 64, bin * 64 + 64).entrySet()) {
                word |= which.test(entry.getValue()) ? 1L << (entry.getKey() & 63) : 0;
            }
            return word;
        }

        void each(long bin, long mask, Consumer<Asked> visitor) {
            for (long bits = mask; bits != 0; bits &= bits - 1) {
                visitor.accept(waiting.get(bin * 64 + Long.numberOfTrailingZeros(bits)));
            }
        }

        void add(long bin, long mask, long now) {
            progress = waiting.isEmpty() ? now : progress;
            for (int i = 0; i < 64; i++) {
                if ((mask >>> i & 1) == 1) {
                    waiting.put(bin * 64 + i, new Asked(now, arrivals));
                }
            }
        }

        void drop(long bin, long mask, long now) {
            for (int i = 0; i < 64; i++) {
                long chunk = bin * 64 + i;
                if ((mask >>> i & 1) == 1 && waiting.remove(chunk) != null) {
                    givenUp.put(chunk, now);
                    binGivenUp[(int) bin] = now;
                }
            }
        }

        void arrived(long chunk, long now, long answer) {
            Asked asked = waiting.remove(chunk);
            if (asked != null) {
                arrivals++;
                progress = now;
                assertThat(answer).isEqualTo(now - asked.at());
                return;
            }
            Long given = givenUp.get(chunk);
            if (given == null) {
                assertThat(answer).isEqualTo(RequestLedger.UNASKED);
                return;
            }
            if (now < given + Limits.LATE) {
                assertThat(answer).isEqualTo(RequestLedger.LATE);
            } else if (now >= binGivenUp[(int) (chunk / 64)] + Limits.LATE) {
                assertThat(answer).isEqualTo(RequestLedger.UNASKED);
            }
            if (answer == RequestLedger.LATE) {
                givenUp.remove(chunk);
                progress = now;
            }
        }

        long oldest() {
            return waiting.values().stream().mapToLong(Asked::at).min().orElse(Long.MAX_VALUE);
        }
    }

    @Test
    void behavesAsANaiveModelDoes() {
        for (long seed = 1; seed <= 60; seed++) {
            try {
                follow(new SplittableRandom(seed));
            } catch (AssertionError failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
    }

    private static void follow(SplittableRandom random) {
        RequestLedger ledger = new RequestLedger();
        Model model = new Model();
        long now = 1;
        for (int step = 0; step < 1_500; step++) {
            now += random.nextLong(random.nextInt(100) == 0 ? 12 * Limits.SECOND : 10 * MILLI);
            act(random, ledger, model, now);
            assertThat(ledger.outstanding()).isEqualTo(model.waiting.size());
            assertThat(ledger.arrivals()).isEqualTo(model.arrivals);
            assertThat(ledger.oldest()).isEqualTo(model.oldest());
            assertThat(ledger.stalledAt(MILLI))
                    .isEqualTo(model.waiting.isEmpty() ? Long.MAX_VALUE : model.progress + MILLI);
            long chunk = random.nextLong(BINS * 64L);
            assertThat(ledger.expects(chunk)).isEqualTo(model.waiting.containsKey(chunk));
            assertThat(ledger.expected(chunk / 64)).isEqualTo(model.word(chunk / 64));
        }
    }

    private static void act(SplittableRandom random, RequestLedger ledger, Model model, long now) {
        long bin = random.nextLong(BINS);
        long mask = random.nextLong() << random.nextInt(64);
        switch (random.nextInt(20)) {
            case 0, 1 -> {
                ledger.add(bin, mask | 1, now);
                model.add(bin, mask | 1, now);
            }
            case 2 -> {
                assertThat(ledger.giveUp(bin, mask, now)).isEqualTo(mask & model.word(bin));
                model.drop(bin, mask, now);
            }
            case 3 ->
                ledger.giveUpOvertaken(now, PATIENCE, Limits.OVERTAKEN_BY, (overtaken, lost) -> {
                    assertThat(lost).isNotZero().isEqualTo(lost & model.word(overtaken));
                    model.each(overtaken, lost, asked -> {
                        assertThat(now - asked.at()).isGreaterThanOrEqualTo(PATIENCE);
                        assertThat(model.arrivals - asked.arrivals()).isGreaterThanOrEqualTo(Limits.OVERTAKEN_BY);
                    });
                    model.drop(overtaken, lost, now);
                });
            case 4 -> {
                if (random.nextInt(10) == 0) {
                    ledger.giveUpAll(now, (owed, lost) -> {
                        assertThat(lost).isEqualTo(lost & model.word(owed));
                        model.drop(owed, lost, now);
                    });
                    assertThat(model.waiting).isEmpty();
                }
            }
            case 5 -> {
                long before = now - random.nextLong(Limits.SECOND);
                Map<Long, Long> older = new HashMap<>();
                ledger.forEachOlder(before, (each, mask1) -> older.merge(each, mask1, (one, other) -> one | other));
                for (long each = 0; each < BINS; each++) {
                    assertThat(older.getOrDefault(each, 0L)).isEqualTo(model.word(each, asked -> asked.at() <= before));
                }
            }
            default -> {
                Long waiting = model.waiting.ceilingKey(bin * 64);
                long chunk = waiting == null || random.nextInt(4) == 0 ? bin * 64 + random.nextInt(64) : waiting;
                model.arrived(chunk, now, ledger.arrived(chunk, now));
            }
        }
    }
}
