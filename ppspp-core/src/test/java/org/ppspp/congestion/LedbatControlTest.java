package org.ppspp.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ppspp.chunk.ChunkRange;

class LedbatControlTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000_000_000;
    private static final int MSS = 1000;

    private LedbatControl control = new LedbatControl(LedbatProfile.DEFAULT, MSS);
    private long next;

    private int sendAll(long now) {
        int sent = 0;
        while (control.maySend(now, MSS)) {
            control.sent(now, next++, MSS);
            sent++;
        }
        return sent;
    }

    private void ack(long now, long first, long last) {
        control.acked(now, new ChunkRange(first, last), 0);
        control.ackedAll(now);
    }

    /** Round trips of 50 ms at full window, until it is at least so large. Returns the time after. */
    private long warmUp(int datagrams) {
        long now = 0;
        while (control.windowBytes() < (long) datagrams * MSS) {
            long first = next;
            long start = now;
            while (control.inFlightBytes() + MSS <= control.windowBytes()) {
                sendAll(start);
                start += MILLI / 10;
            }
            now += 50 * MILLI;
            ack(Math.max(now, start), first, next - 1);
            now = Math.max(now, start);
        }
        return now;
    }

    @Test
    void sendsTheInitialWindowAtOnceAndNoMore() {
        assertThat(sendAll(0)).isEqualTo(4);
        assertThat(control.sendableAt(0)).isEqualTo(Long.MAX_VALUE);
        assertThat(control.inFlightBytes()).isEqualTo(4 * MSS);
    }

    @Test
    void allowsOneDatagramLargerThanTheWindow() {
        control = new LedbatControl(LedbatProfile.DEFAULT, 100);

        assertThat(control.maySend(0, 9000)).isTrue();
        control.sent(0, 0, 9000);
        assertThat(control.windowBytes()).isEqualTo(18_000);
    }

    @Test
    void measuresTheRoundTrip() {
        sendAll(0);
        assertThat(control.rttNanos()).isEqualTo(-1);
        assertThat(control.ctoNanos()).isEqualTo(SECOND);

        ack(30 * MILLI, 0, 3);

        assertThat(control.rttNanos()).isEqualTo(30 * MILLI);
        assertThat(control.windowBytes()).isEqualTo(8 * MSS);
    }

    @Test
    void ignoresAcksOfWhatIsNotInFlight() {
        sendAll(0);
        long window = control.windowBytes();
        long deadline = control.deadline();

        ack(MILLI, 4, ChunkRange.MAX_CHUNK);

        assertThat(control.windowBytes()).isEqualTo(window);
        assertThat(control.rttNanos()).isEqualTo(-1);
        assertThat(control.inFlightBytes()).isEqualTo(4 * MSS);
        assertThat(control.deadline()).isEqualTo(deadline);
    }

    @Test
    void givesNoCreditForRepeatedAcks() {
        sendAll(0);
        ack(30 * MILLI, 0, 1);
        long window = control.windowBytes();

        for (int i = 0; i < 100; i++) {
            ack(31 * MILLI, 0, 1);
        }

        assertThat(control.windowBytes()).isEqualTo(window);
    }

    @ParameterizedTest
    @EnumSource(LedbatProfile.class)
    void backsOffInABlackHoleAtOneThreeSevenAndFifteenSeconds(LedbatProfile profile) {
        control = new LedbatControl(profile, MSS);
        control.sent(0, 0, MSS);

        for (long second : new long[] {1, 3, 7, 15, 31, 63, 123, 183}) {
            long due = second * SECOND;
            assertThat(control.deadline()).isEqualTo(due);
            control.timeout(due - 1);
            assertThat(control.pollLost()).isEqualTo(-1);
            control.timeout(due);
            assertThat(control.windowBytes()).isEqualTo(MSS);
            assertThat(control.pollLost()).isZero();
            assertThat(control.maySend(due, MSS)).isTrue();
            control.sent(due, 0, MSS);
        }
        assertThat(control.lostDatagrams()).isEqualTo(8);
    }

    @Test
    void probesAPathOfWhichOnlyTheHandshakeIsKnown() {
        control = new LedbatControl(LedbatProfile.DEFAULT, MSS);
        control.roundTrip(0, 40 * MILLI);
        control.roundTrip(0, 900 * MILLI);
        control.sent(0, 0, MSS);

        assertThat(control.rttNanos()).as("the first counts").isEqualTo(40 * MILLI);
        assertThat(control.deadline()).isLessThan(200 * MILLI);
        long window = control.windowBytes();
        control.timeout(control.deadline());
        assertThat(control.pollLost()).isZero();
        assertThat(control.windowBytes()).isEqualTo(window);
    }

    @Test
    void givesUpAnUnansweredWindowAndSendsOneDatagramPerTimeout() {
        int sent = sendAll(0);
        control.timeout(SECOND);

        for (int chunk = 0; chunk < sent; chunk++) {
            assertThat(control.pollLost()).isEqualTo(chunk);
        }
        assertThat(control.pollLost()).isEqualTo(-1);
        assertThat(control.inFlightBytes()).isZero();
        assertThat(sendAll(SECOND)).isEqualTo(1);
    }

    @Test
    void takesBackACutWhenAllThatSeemedLostHasArrived() {
        int sent = sendAll(0);
        assertThat(sent).as("enough to be overtaken by three").isGreaterThan(3);
        ack(SECOND / 10, sent - 1, sent - 1);
        long cut = control.windowBytes();
        assertThat(control.pollLost()).isZero();
        ack(SECOND / 10 + MILLI, 0, sent - 1);

        assertThat(control.windowBytes()).isGreaterThan(cut);
    }

    /** An ACK names the largest interval around a chunk, and so what the peer got from others meanwhile (RFC 7574 §4.3.2). */
    @Test
    void whatThePeerHasFromElsewhereHasNotOvertakenAnything() {
        long now = warmUp(16);
        long roundTrip = control.rttNanos();
        long window = control.windowBytes();
        long first = next;
        for (int i = 0; i < 10; i++) {
            control.sent(now + i * MILLI, next++, MSS);
        }
        ack(now + 20 * MILLI, next - 1, next - 1);
        assertThat(control.pollLost()).isEqualTo(-1);
        assertThat(control.rttNanos()).isEqualTo(roundTrip);
        assertThat(control.inFlightBytes()).isEqualTo(9 * MSS);
        ack(now + 60 * MILLI, first, next - 1);
        assertThat(control.lostDatagrams()).isZero();
        assertThat(control.windowBytes()).isGreaterThanOrEqualTo(window);
    }

    @Test
    void believesInTheEndThatAPathHasBecomeShorter() {
        long now = warmUp(4);
        for (int i = 0; i < 40; i++) {
            control.sent(now, next, MSS);
            now += 10 * MILLI;
            ack(now, next, next++);
        }
        assertThat(control.rttNanos()).isBetween(10 * MILLI, 12 * MILLI);
    }

    @Test
    void measuresNothingOnARepeatedChunk() {
        control.sent(0, 0, MSS);
        control.timeout(SECOND);
        assertThat(control.pollLost()).isZero();
        control.sent(SECOND, 0, MSS);
        ack(SECOND + MILLI, 0, 0);

        assertThat(control.rttNanos()).isEqualTo(-1);
        assertThat(control.ctoNanos()).as("only a sample undoes the back-off").isEqualTo(2 * SECOND);
    }

    @Test
    void hasNoTimerWithNothingInFlight() {
        assertThat(control.deadline()).isEqualTo(Long.MAX_VALUE);
        sendAll(0);
        assertThat(control.deadline()).isEqualTo(SECOND);

        ack(30 * MILLI, 0, 2);
        assertThat(control.deadline()).isLessThan(SECOND);
        control.forget(3);
        assertThat(control.deadline()).isEqualTo(Long.MAX_VALUE);
        assertThat(control.inFlightBytes()).isZero();
    }

    @Test
    void halvesOncePerRoundTripHoweverManyAreLost() {
        long now = warmUp(64);
        long window = control.windowBytes();
        long first = next;
        for (int i = 0; i < 40; i++) {
            control.sent(now, next++, MSS);
        }

        ack(now + 50 * MILLI, first + 10, first + 20);
        long halved = control.windowBytes();
        ack(now + 51 * MILLI, first + 25, first + 30);
        ack(now + 52 * MILLI, first + 35, first + 39);

        assertThat(control.lostDatagrams()).isGreaterThanOrEqualTo(16);
        assertThat(halved).isBetween(window / 2, window / 2 + 6 * MSS);
        assertThat(control.windowBytes()).isGreaterThanOrEqualTo(halved);
    }

    @Test
    void halvesThoughThereIsNoQueue() {
        control = new LedbatControl(LedbatProfile.RFC6817, MSS);
        control.sent(0, 0, MSS);
        control.sent(0, 1, MSS);
        control.sent(0, 2, MSS);
        control.sent(0, 3, MSS);

        ack(30 * MILLI, 1, 3);

        assertThat(control.pollLost()).isZero();
        assertThat(control.windowBytes()).isBetween(2L * MSS, 3L * MSS);
    }

    @Test
    void probesASilenceTwiceBeforeTheTimeoutCounts() {
        long now = warmUp(32);
        long window = control.windowBytes();
        for (int i = 0; i < 6; i++) {
            control.sent(now, next++, MSS);
        }

        for (int probe = 0; probe < 2; probe++) {
            long due = control.deadline();
            assertThat(due - now).isGreaterThan(control.rttNanos());
            control.timeout(due);
            assertThat(control.windowBytes()).isEqualTo(window);
            assertThat(control.pollLost()).isNotNegative();
            assertThat(control.maySend(due, MSS)).isTrue();
            control.sent(due, next++, MSS);
            now = due;
        }

        assertThat(control.deadline()).isEqualTo(now + control.ctoNanos());
        control.timeout(control.deadline());
        assertThat(control.windowBytes()).isEqualTo(MSS);
    }

    @Test
    void findsALossByTimeAlone() {
        long now = warmUp(16);
        long first = next;
        control.sent(now, next++, MSS);
        control.sent(now, next++, MSS);
        ack(now + 50 * MILLI, first + 1, first + 1);
        assertThat(control.pollLost()).isEqualTo(-1);

        control.timeout(control.deadline());

        assertThat(control.pollLost()).isEqualTo(first);
    }

    @Test
    void pacesALargeWindowOverTheRoundTrip() {
        long now = warmUp(128);
        int sent = sendAll(now);

        assertThat(sent).isBetween(1, 64);
        assertThat(control.sendableAt(now)).isBetween(now + 1, now + 2 * MILLI);
    }

    @Test
    void believesTheRoundTripOverAPeerThatReportsNoDelay() {
        long now = warmUp(64);
        long window = control.windowBytes();
        for (int i = 0; i < 20; i++) {
            long first = next;
            for (int k = 0; k < 32; k++) {
                control.sent(now, next++, MSS);
            }
            now += 400 * MILLI;
            ack(now, first, next - 1);
        }

        assertThat(control.windowBytes()).isLessThan(window / 4);
    }

    @Test
    void forgetsALargeWindowWhenIdle() {
        long now = warmUp(64);

        control.sent(now + 60 * SECOND, next++, MSS);

        assertThat(control.windowBytes()).isEqualTo(2 * MSS);
    }

    @Test
    void tracksTheShareOfLostDatagrams() {
        assertThat(control.lossRate()).isZero();
        Random random = new Random(5);
        for (long i = 0; i < 20_000; i++) {
            control.sent(i * MILLI, i, MSS);
            if (random.nextInt(50) != 0) {
                ack(i * MILLI + MILLI / 2, i, i);
            }
        }

        assertThat(control.lossRate()).isBetween(0.005, 0.05);
        assertThat(control.lostDatagrams()).isBetween(300L, 500L);
    }

    @Test
    void letsALargerDatagramLeaveInTheEndHoweverSlowThePace() {
        control.sent(0, 0, MSS);
        control.acked(500 * MILLI, ChunkRange.of(0), 0);
        control.ackedAll(500 * MILLI);
        long now = 500 * MILLI;
        for (int i = 1; i < 100 && control.maySend(now, MSS); i++) {
            control.sent(now, i, MSS);
        }
        for (int i = 1; i < 100; i++) {
            control.acked(now + 500 * MILLI, ChunkRange.of(i), 0);
        }
        control.ackedAll(now + 500 * MILLI);
        now += 500 * MILLI;
        int steps = 0;
        while (!control.maySend(now, MSS + 200)) {
            now = control.sendableAt(now);
            assertThat(++steps).as("times it was told to come again").isLessThan(10);
        }
    }

    @Test
    void doesNotTakeALostProbeForCongestion() {
        for (boolean probe : new boolean[] {false, true}) {
            control = new LedbatControl(LedbatProfile.DEFAULT, MSS);
            for (int i = 0; i < 4; i++) {
                control.sent(0, i, MSS);
                if (i == 0 && probe) {
                    control.probed();
                }
            }
            long window = control.windowBytes();
            control.acked(20 * MILLI, new ChunkRange(1, 3), 0);
            control.ackedAll(20 * MILLI);
            assertThat(control.pollLost()).isZero();
            assertThat(control.lostDatagrams()).isOne();
            assertThat(control.windowBytes() < window).isEqualTo(!probe);
        }
    }

    @ParameterizedTest
    @EnumSource(LedbatProfile.class)
    void keepsItsWindowAndFlightInBoundsWhateverHappens(LedbatProfile profile) {
        long seed = 77L + profile.name().length();
        Random random = new Random(seed);
        int steps = 0;
        while (steps < 100_000) {
            control = new LedbatControl(profile, MSS);
            next = 0;
            boolean timedOut = false;
            long now = random.nextLong(SECOND * 1000);
            for (int i = 0; i < 1000; i++, steps++) {
                now += random.nextInt(20) == 0 ? random.nextLong(SECOND) : random.nextLong(MILLI);
                long windowBefore = control.windowBytes();
                act(random, now);
                long window = control.windowBytes();
                timedOut = window == MSS && (timedOut || windowBefore > MSS);
                assertThat(window).as("seed %d step %d", seed, steps).isBetween(timedOut ? MSS : 2L * MSS, 4L << 20);
                assertThat(control.inFlightBytes())
                        .as("seed %d step %d", seed, steps)
                        .isNotNegative();
                assertThat(control.lossRate()).isBetween(0.0, 1.0);
                assertThat(control.deadline() == Long.MAX_VALUE).isEqualTo(control.inFlightBytes() == 0);
            }
        }
    }

    private void act(Random random, long now) {
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                long first = random.nextLong(next + 1);
                control.acked(now, new ChunkRange(first, first + random.nextInt(200)), randomDelay(random));
                control.ackedAll(now);
            }
            case 2 -> control.timeout(random.nextBoolean() ? now : Math.min(control.deadline(), now + SECOND));
            case 3 -> {
                long lost = control.pollLost();
                if (lost >= 0) {
                    control.sent(now, lost, MSS);
                }
            }
            case 4 -> control.forget(random.nextLong(next + 1));
            default -> sendAtMost(random.nextInt(400), now);
        }
    }

    private static long randomDelay(Random random) {
        return random.nextInt(10) == 0 ? random.nextLong() : random.nextInt(300_000);
    }

    /** A flight never exceeds the window by more than the one datagram of a probe. */
    private void sendAtMost(int datagrams, long now) {
        for (int i = 0; i < datagrams && control.maySend(now, MSS); i++) {
            long before = control.inFlightBytes();
            control.sent(now, next++, MSS);
            assertThat(control.inFlightBytes()).isLessThanOrEqualTo(Math.max(before, control.windowBytes()) + MSS);
        }
    }
}
