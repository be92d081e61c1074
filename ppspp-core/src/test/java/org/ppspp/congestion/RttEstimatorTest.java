package org.ppspp.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RttEstimatorTest {
    private static final long MILLI = 1_000_000;
    private static final long FLOOR = 200 * MILLI;

    private final RttEstimator rtt = new RttEstimator(FLOOR);

    @Test
    void followsTheVectorsOfRfc6298() {
        double[][] vectors = {
            {100, 100, 50, 300},
            {120, 102.5, 42.5, 272.5},
            {80, 99.688, 37.5, 249.688},
            {80, 97.227, 33.047, 229.414},
            {80, 95.073, 29.092, 211.440},
            {200, 108.189, 48.051, 300.391}
        };

        for (double[] vector : vectors) {
            rtt.sample(0, (long) (vector[0] * MILLI));
            assertThat(rtt.smoothed() / 1e6).isCloseTo(vector[1], within(0.001));
            assertThat(rtt.variation() / 1e6).isCloseTo(vector[2], within(0.001));
            assertThat(rtt.rto() / 1e6).isCloseTo(vector[3], within(0.001));
        }
    }

    @Test
    void addsTheGranularityWhereNothingVaries() {
        for (int i = 0; i < 100; i++) {
            rtt.sample(0, 300_000);
        }

        assertThat(rtt.rto()).isEqualTo(1_300_000);
        assertThat(rtt.cto()).isEqualTo(FLOOR);
    }

    @Test
    void startsWithOneSecond() {
        assertThat(rtt.known()).isFalse();
        assertThat(rtt.smoothed()).isEqualTo(-1);
        assertThat(rtt.cto()).isEqualTo(1000 * MILLI);
    }

    @Test
    void doublesUpToAMinuteAndCollapsesWithASample() {
        rtt.sample(0, 100 * MILLI);
        long before = rtt.cto();
        rtt.backOff();
        rtt.backOff();
        assertThat(rtt.cto()).isEqualTo(4 * before);

        for (int i = 0; i < 20; i++) {
            rtt.backOff();
        }
        assertThat(rtt.cto()).isEqualTo(60_000 * MILLI);

        rtt.sample(0, 500 * MILLI);
        assertThat(rtt.backedOff()).isFalse();
        assertThat(rtt.smoothed())
                .as("a sample after many time-outs is like the first")
                .isEqualTo(500 * MILLI);
        assertThat(rtt.cto()).isEqualTo(1500 * MILLI);
    }

    @Test
    void forgetsTheSmallestAfterTenMinutes() {
        rtt.sample(0, 10 * MILLI);
        rtt.sample(9 * 60_000 * MILLI, 50 * MILLI);
        assertThat(rtt.base()).isEqualTo(10 * MILLI);

        rtt.sample(10 * 60_000 * MILLI, 60 * MILLI);
        assertThat(rtt.base()).isEqualTo(50 * MILLI);
    }
}
