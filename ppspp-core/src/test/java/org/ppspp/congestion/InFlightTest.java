package org.ppspp.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkRange;

class InFlightTest {
    private static final int SIZE = 1000;
    private static final long NEVER = Long.MAX_VALUE / 4;

    private final InFlight inFlight = new InFlight();

    private void send(long now, long... chunks) {
        for (long chunk : chunks) {
            inFlight.sent(now, chunk, SIZE);
        }
    }

    private void ack(long now, long first, long last) {
        inFlight.acked(now, new ChunkRange(first, last), 0);
    }

    private List<Long> lost(long now, long patience) {
        inFlight.detectLost(now, patience);
        List<Long> lost = new ArrayList<>();
        for (long chunk = inFlight.pollLost(); chunk >= 0; chunk = inFlight.pollLost()) {
            lost.add(chunk);
        }
        return lost;
    }

    @Test
    void countsOnlyWhatIsInFlight() {
        send(0, 10, 70, 75);

        ack(1, 0, ChunkRange.MAX_CHUNK);
        ack(1, 0, ChunkRange.MAX_CHUNK);
        ack(1, 70, 70);

        assertThat(inFlight.newBytes()).isEqualTo(3 * SIZE);
        assertThat(inFlight.newChunks()).isEqualTo(3);
        assertThat(inFlight.bytes()).isZero();
        assertThat(inFlight.contains(70)).isFalse();
    }

    @Test
    void losesWhatThreeLaterOnesOvertookInTheOrderOfSending() {
        send(0, 40, 3, 63, 7, 1);
        ack(1, 63, 63);
        assertThat(lost(1, NEVER)).isEmpty();

        ack(1, 7, 7);
        assertThat(lost(1, NEVER)).containsExactly(40L);

        ack(1, 1, 1);
        assertThat(lost(1, NEVER)).containsExactly(3L);
        assertThat(inFlight.bytes()).isZero();
    }

    @Test
    void losesWhatIsLateComparedWithALaterOne() {
        send(100, 1);
        send(120, 2);
        send(130, 3);
        ack(150, 2, 2);

        assertThat(lost(199, 100)).isEmpty();
        assertThat(inFlight.lossTime()).isEqualTo(200);
        assertThat(lost(200, 100)).containsExactly(1L);
        assertThat(inFlight.lossTime()).isEqualTo(Long.MAX_VALUE);
        assertThat(inFlight.contains(3)).as("nothing later has arrived").isTrue();
    }

    @Test
    void learnsThatThePathReorders() {
        send(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        ack(1, 9, 9);
        assertThat(lost(1, NEVER)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);

        ack(1, 1, 1);
        assertThat(inFlight.reordering()).isEqualTo(9);
        assertThat(inFlight.newChunks())
                .as("no credit for what left the flight as lost")
                .isEqualTo(1);

        send(2, 11, 12, 13, 14, 15, 16, 17, 18);
        ack(3, 18, 18);
        assertThat(lost(3, NEVER)).containsExactly(7L, 8L);
    }

    @Test
    void learnsItFromAnAnswerTooQuickForTheRepetition() {
        send(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        ack(1000, 9, 9);
        assertThat(lost(1000, NEVER)).contains(1L);
        send(1000, 1);

        inFlight.acked(1100, ChunkRange.of(1), 1000);

        assertThat(inFlight.reordering()).isEqualTo(9);
    }

    @Test
    void neverToleratesMoreReorderingThanAFewRuns() {
        for (int i = 0; i < 1000; i++) {
            send(0, i);
        }
        ack(1, 999, 999);
        lost(1, NEVER);
        ack(1, 0, 0);

        assertThat(inFlight.reordering()).isEqualTo(256);
    }

    @Test
    void measuresOnlyChunksSentOnce() {
        send(10, 1);
        send(20, 2);
        send(30, 1);
        ack(40, 1, 1);
        assertThat(inFlight.newestFreshSentAt()).isEqualTo(Long.MIN_VALUE);

        ack(40, 2, 2);
        assertThat(inFlight.newestFreshSentAt()).isEqualTo(20);
        inFlight.clearNew();
        assertThat(inFlight.newestFreshSentAt()).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void measuresNoChunkThatWasLostAndSentAgain() {
        send(10, 1);
        inFlight.loseOldest();
        assertThat(inFlight.pollLost()).isEqualTo(1);
        send(30, 1);
        ack(40, 1, 1);

        assertThat(inFlight.newBytes()).isEqualTo(SIZE);
        assertThat(inFlight.newestFreshSentAt()).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void countsAChunkSentTwiceOnce() {
        send(0, 5, 5);
        assertThat(inFlight.bytes()).isEqualTo(SIZE);

        ack(1, 5, 5);
        assertThat(inFlight.bytes()).isZero();
    }

    @Test
    void reportsNothingThatWasForgottenOrArrivedAfterAll() {
        send(0, 1, 2, 3);
        inFlight.loseOldest();
        inFlight.loseOldest();
        inFlight.loseOldest();
        inFlight.forget(2);
        ack(1, 3, 3);

        assertThat(inFlight.pollLost()).isEqualTo(1);
        assertThat(inFlight.pollLost()).isEqualTo(-1);
    }

    @Test
    void isFullAtTheLimitsAndEmptiesAgain() {
        for (int i = 0; i < InFlight.MAX_CHUNKS; i++) {
            assertThat(inFlight.full()).isFalse();
            send(0, i);
        }
        assertThat(inFlight.full()).isTrue();
        ack(1, 0, 0);
        assertThat(inFlight.full()).isFalse();
    }

    @Test
    void boundsScatteredChunksAndForgetsLostOnesForNewOnes() {
        for (long i = 0; i < InFlight.MAX_BINS; i++) {
            assertThat(inFlight.full()).isFalse();
            send(0, i * 1_000_000);
        }
        assertThat(inFlight.full()).isTrue();

        inFlight.loseOldest();
        assertThat(inFlight.full()).isFalse();
    }

    @Test
    void givesUpTheOldestIfOverfilled() {
        for (long i = 0; i < 3L * SentLog.MAX_SPAN; i++) {
            send(i, i);
        }

        assertThat(inFlight.chunks()).isLessThanOrEqualTo(SentLog.MAX_SPAN);
        assertThat(inFlight.contains(3L * SentLog.MAX_SPAN - 1)).isTrue();
        assertThat(inFlight.bytes()).isEqualTo((long) inFlight.chunks() * SIZE);
    }

    @Test
    void agreesWithANaiveModel() {
        for (long seed = 1; seed <= 40; seed++) {
            new Comparison(seed).run(2000);
        }
    }

    /** Random sends, acknowledgements and losses, against a map of chunks. */
    private static final class Comparison {
        private record Sent(long number, long at, int bytes) {}

        private final long seed;
        private final Random random;
        private final InFlight tested = new InFlight();
        private final Map<Long, Sent> pending = new TreeMap<>();
        private final long span;
        private long now;
        private long number;
        private long ackedBytes;

        Comparison(long seed) {
            this.seed = seed;
            random = new Random(seed);
            span = 1L << (3 + random.nextInt(14));
        }

        void run(int steps) {
            for (int i = 0; i < steps; i++) {
                now += random.nextInt(100);
                switch (random.nextInt(8)) {
                    case 0 -> ackedBytes += ack(range());
                    case 1 -> detect();
                    case 2 -> forget(random.nextLong(span));
                    case 3 -> loseOldest();
                    default -> send(random.nextLong(span), 1 + random.nextInt(1500));
                }
                compare(i);
            }
        }

        private ChunkRange range() {
            long first = random.nextInt(4) == 0 ? 0 : random.nextLong(span);
            return new ChunkRange(first, first + random.nextLong(1 + random.nextLong(span)));
        }

        private void send(long chunk, int bytes) {
            if (!tested.full()) {
                tested.sent(now, chunk, bytes);
                pending.put(chunk, new Sent(number++, now, bytes));
            }
        }

        private long ack(ChunkRange range) {
            tested.acked(now, range, 0);
            long bytes = 0;
            for (Map.Entry<Long, Sent> entry : List.copyOf(pending.entrySet())) {
                if (range.contains(entry.getKey())) {
                    bytes += entry.getValue().bytes();
                    pending.remove(entry.getKey());
                }
            }
            return bytes;
        }

        private void detect() {
            long newest = tested.detectLost(now, 500);
            removeLost();
            assertThat(newest).isLessThan(number);
        }

        /** All lost ones were sent before all that are left. */
        private void removeLost() {
            long highestLost = -1;
            for (long chunk = tested.pollLost(); chunk >= 0; chunk = tested.pollLost()) {
                assertThat(pending).as("seed %d", seed).containsKey(chunk);
                highestLost = Math.max(
                        highestLost,
                        Objects.requireNonNull(pending.remove(chunk)).number());
            }
            long limit = highestLost;
            assertThat(pending.values()).as("seed %d", seed).allMatch(sent -> sent.number() > limit);
        }

        private void forget(long chunk) {
            tested.forget(chunk);
            pending.remove(chunk);
        }

        private void loseOldest() {
            tested.loseOldest();
            removeLost();
        }

        private void compare(int step) {
            long bytes = pending.values().stream().mapToLong(Sent::bytes).sum();
            assertThat(tested.bytes()).as("seed %d step %d", seed, step).isEqualTo(bytes);
            assertThat(tested.chunks()).isEqualTo(pending.size());
            assertThat(tested.newBytes()).isEqualTo(ackedBytes);
            long chunk = random.nextLong(span);
            assertThat(tested.contains(chunk)).isEqualTo(pending.containsKey(chunk));
        }
    }
}
