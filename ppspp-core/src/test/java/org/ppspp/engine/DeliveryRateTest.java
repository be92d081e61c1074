package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeliveryRateTest {
    private static final long MILLISECOND = 1_000_000;

    private final DeliveryRate rate = new DeliveryRate();

    /** The peer is asked every second for as much as it brings in 100 ms, at 100 bytes a millisecond after a round trip. */
    private void deliver(int times) {
        for (long second = 0; second < times; second++) {
            long asked = second * 1_000 * MILLISECOND;
            rate.asked(asked, 50 * MILLISECOND);
            for (int each = 1; each <= 10; each++) {
                rate.received(asked + (50 + 10 * each) * MILLISECOND, 1_000, each < 10);
            }
        }
    }

    @Test
    void isUnknownAtFirst() {
        assertThat(rate.perSecond(0)).isEqualTo(DeliveryRate.UNKNOWN);
        deliver(2);
        assertThat(rate.perSecond(2_000 * MILLISECOND)).isEqualTo(DeliveryRate.UNKNOWN);
    }

    @Test
    void isWhatThePeerDidWhileItOwedSomething() {
        deliver(20);
        assertThat(rate.perSecond(60_000 * MILLISECOND)).isBetween(95_000L, 105_000L);
    }

    @Test
    void fallsWhileThePeerOwesAndBringsNothing() {
        deliver(9);
        long asked = 10_000 * MILLISECOND;
        rate.asked(asked, 50 * MILLISECOND);
        assertThat(rate.perSecond(asked + 100 * MILLISECOND)).isGreaterThan(90_000);
        assertThat(rate.perSecond(asked + 1_050 * MILLISECOND)).isLessThan(30_000);
        rate.stop(asked + 1_100 * MILLISECOND);
        assertThat(rate.perSecond(asked + 99_000 * MILLISECOND)).isLessThan(30_000);
    }
}
