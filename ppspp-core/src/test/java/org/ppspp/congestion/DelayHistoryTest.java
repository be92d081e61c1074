package org.ppspp.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DelayHistoryTest {
    private static final long MILLI = 1_000_000;
    private static final long MINUTE = 60_000 * MILLI;
    private static final long RTT = 50 * MILLI;

    private final DelayHistory delays = new DelayHistory(10);

    private void add(long now, long micros) {
        delays.add(now, micros, RTT);
    }

    private long queueing(long now) {
        return delays.queueingMicros(now, RTT, RTT);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 5_000_000, -3_000_000, 1L << 61, -(1L << 61), 1_600_000_000_000_000L})
    void cancelsTheOffsetOfTheClocks(long offset) {
        add(0, offset + 20_000);
        for (int i = 0; i < 4; i++) {
            add(RTT + i, offset + 35_000);
        }

        assertThat(queueing(RTT + 4)).isEqualTo(15_000);
    }

    @Test
    void takesTheSmallestOfTheLastFour() {
        add(0, 10_000);
        add(2 * RTT, 40_000);
        add(2 * RTT, 30_000);
        add(2 * RTT, 50_000);
        add(2 * RTT, 60_000);
        assertThat(queueing(2 * RTT)).isEqualTo(20_000);

        add(2 * RTT, 45_000);
        add(2 * RTT, 45_000);
        assertThat(queueing(2 * RTT)).isEqualTo(35_000);
    }

    @Test
    void doesNotLetAnOldLowSampleHideAQueue() {
        add(0, 10_000);
        add(RTT + 1, 40_000);

        assertThat(queueing(RTT + 1)).isEqualTo(30_000);
    }

    @Test
    void neverExceedsTheRoundTrip() {
        add(0, 0);
        add(2 * RTT, 900_000);

        assertThat(queueing(2 * RTT)).isEqualTo(50_000);
        assertThat(delays.queueingMicros(2 * RTT, RTT, -1)).isEqualTo(900_000);
    }

    @Test
    void keepsTheBaseForTenMinutesAndForgetsItInTheEleventh() {
        add(0, 10_000);
        for (int minute = 1; minute <= 9; minute++) {
            add(minute * MINUTE, 30_000);
        }
        assertThat(delays.baseMicros()).isEqualTo(10_000);

        add(10 * MINUTE, 30_000);
        assertThat(delays.baseMicros()).isEqualTo(30_000);
    }

    @Test
    void forgetsEverythingInTenIdleMinutes() {
        add(0, 10_000);
        add(10 * MINUTE, 80_000);

        assertThat(delays.baseMicros()).isEqualTo(80_000);
        assertThat(queueing(10 * MINUTE)).isZero();
    }

    @Test
    void followsAShorterRouteAtOnce() {
        add(0, 40_000);
        add(1, 20_000);

        assertThat(delays.baseMicros()).isEqualTo(20_000);
    }

    @Test
    void disbelievesASingleSampleFarAway() {
        add(0, 10_000);
        add(1, 10_000 + 10_000_001);
        add(2, 10_000 - 10_000_001);
        add(3, Long.MAX_VALUE);
        add(4, Long.MIN_VALUE);

        assertThat(delays.baseMicros()).isEqualTo(10_000);
        assertThat(queueing(4)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {2_000_000, 20_000_000, -20_000_000, 31_536_000_000_000L, -31_536_000_000_000L})
    void startsAfreshWhenAWholeRoundTripAgreesOnANewClock(long step) {
        add(0, 10_000);
        for (int i = 1; i <= 10; i++) {
            add(i * RTT / 5, 10_000 + step);
        }

        assertThat(delays.baseMicros()).isEqualTo(10_000 + step);
        assertThat(queueing(2 * RTT)).isZero();
    }

    @Test
    void startsAfreshAtOnceWhenTheClockFallsBackSeconds() {
        add(0, 10_000);
        add(1, -4_990_000);

        assertThat(delays.baseMicros()).isEqualTo(-4_990_000);
        assertThat(queueing(1)).isZero();
    }

    @Test
    void neverGoesNegativeWhateverThePeerSays() {
        long seed = 20_240_611;
        Random random = new Random(seed);
        long now = -5 * MINUTE;
        for (int i = 0; i < 100_000; i++) {
            now += random.nextInt(4) == 0 ? random.nextLong(2 * MINUTE) : random.nextLong(MILLI);
            delays.add(now, random.nextLong() >> random.nextInt(64), random.nextBoolean() ? -1 : RTT);
            assertThat(queueing(now)).as("seed %d step %d", seed, i).isBetween(0L, RTT / 1000);
        }
    }
}
