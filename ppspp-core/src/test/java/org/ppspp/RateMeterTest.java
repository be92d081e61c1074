package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class RateMeterTest {
    private static final long SECOND = 1_000_000_000;
    private final RateMeter meter = new RateMeter();

    @Test
    void knowsNothingFromOneSample() {
        assertThat(meter.perSecond()).isZero();
        meter.add(5, 1000);
        assertThat(meter.perSecond()).isZero();
    }

    @Test
    void forgetsWhatIsLongAgo() {
        for (int second = 0; second <= 20; second++) {
            meter.add(second * SECOND, second < 10 ? 0 : (second - 10) * 300L);
        }
        assertThat(meter.perSecond()).isCloseTo(300, within(1e-6));
    }

    @Test
    void isNotShortenedByFrequentSamples() {
        for (int i = 0; i <= 10_000; i++) {
            meter.add(i * SECOND / 1000, i);
        }
        assertThat(meter.perSecond()).isCloseTo(1000, within(1.0));
        meter.add(10 * SECOND + 1, 10_000);
        assertThat(meter.perSecond()).isCloseTo(1000, within(1.0));
    }

    @Test
    void startsAnewWhenTheCounterDoes() {
        meter.add(0, 1_000_000);
        meter.add(SECOND, 10);
        meter.add(2 * SECOND, 20);
        assertThat(meter.perSecond()).isCloseTo(10, within(1e-6));
    }
}
