package org.ppspp.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PacerTest {
    private static final int MSS = 1100;
    private static final long MILLI = 1_000_000;

    private final Pacer pacer = new Pacer();

    private int burst(long now, double rate, double window) {
        int sent = 0;
        pacer.pace(now, rate, window, MSS);
        while (sent < 100_000 && pacer.allows(MSS)) {
            pacer.spend(MSS);
            sent++;
        }
        return sent;
    }

    @Test
    void limitsNothingWithoutARate() {
        assertThat(burst(0, 0, 4 * MSS)).isEqualTo(100_000);
        assertThat(pacer.readyAt(0)).isZero();
    }

    @Test
    void boundsTheFirstBurst() {
        assertThat(burst(0, 0.0001, 20 * MSS)).as("10 ms of 100 kB/s").isEqualTo(1);
        assertThat(new PacerTest().burst(0, 0.004, 100 * MSS))
                .as("16 datagrams")
                .isEqualTo(16);
        assertThat(new PacerTest().burst(0, 0.004, 256 * MSS)).as("a run of 64").isEqualTo(64);
        assertThat(new PacerTest().burst(0, 0.07, 1000 * MSS)).as("2 ms").isEqualTo(127);
        assertThat(new PacerTest().burst(0, 1, 4000 * MSS)).as("256 datagrams").isEqualTo(256);
    }

    @Test
    void sendsInRunsOfAMillisecondAtTheMeanRate() {
        double rate = 0.025;
        long now = 0;
        long sent = 0;
        long runs = 0;
        burst(now, rate, 300 * MSS);
        while (now < 1000 * MILLI) {
            now = pacer.readyAt(now);
            int run = burst(now, rate, 300 * MSS);
            assertThat(run).isBetween(20, 24);
            sent += run;
            runs++;
        }

        assertThat((double) sent * MSS / now).isCloseTo(rate, within(rate * 0.02));
        assertThat(runs).isBetween(900L, 1200L);
    }

    @Test
    void staysClosedUntilASliceIsThere() {
        burst(0, 0.025, 100 * MSS);
        long ready = pacer.readyAt(0);

        assertThat(burst(ready / 2, 0.025, 100 * MSS)).isZero();
        assertThat(pacer.readyAt(ready / 2)).isCloseTo(ready, within(2L));
        assertThat(burst(ready, 0.025, 100 * MSS)).isPositive();
    }

    @Test
    void makesUpForADatagramThatWasNotAllowed() {
        burst(0, 0.001, 100 * MSS);
        pacer.spend(MSS);

        assertThat(pacer.readyAt(0)).isBetween(1000L * MSS, 2000L * MSS);
    }
}
