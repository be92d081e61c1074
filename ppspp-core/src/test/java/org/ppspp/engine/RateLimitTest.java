package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    @Test
    void limitsNothingWithoutALimit() {
        RateLimit limit = new RateLimit(0);
        limit.take(Long.MAX_VALUE);

        assertThat(limit.limited()).isFalse();
        assertThat(limit.available(0)).isTrue();
        assertThat(limit.availableAt(5)).isEqualTo(5);
    }

    @Test
    void keepsTheMeanRateOverRandomDraws() {
        for (long seed = 1; seed <= 40; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long rate = 1_000L << random.nextInt(17);
            long largest = 64 + random.nextLong(rate / 10);
            RateLimit limit = new RateLimit(rate);
            long now = 0;
            double taken = 0;
            while (taken < 20.0 * (rate + (64 << 10))) {
                if (limit.available(now)) {
                    long bytes = 1 + random.nextLong(largest);
                    limit.take(bytes);
                    taken += bytes;
                } else {
                    long named = limit.availableAt(now);
                    assertThat(named).isGreaterThanOrEqualTo(now + Limits.MILLISECOND);
                    // Rounding may leave the bucket at exactly nothing.
                    now = limit.availableAt(named);
                    assertThat(limit.available(now))
                            .as("seed %d: at the time it named", seed)
                            .isTrue();
                }
            }
            double seconds = now / (double) Limits.SECOND;
            double burst = Math.max(rate / 20.0, 64 << 10);
            assertThat(taken).as("seed %d", seed).isLessThanOrEqualTo(burst + rate * seconds + largest);
            // Refills wait a millisecond or more: a bucket never overflows for that.
            assertThat(taken).as("seed %d", seed).isGreaterThanOrEqualTo(0.98 * rate * seconds);
        }
    }

    @Test
    void savesUpNoMoreThanABurst() {
        RateLimit limit = new RateLimit(1 << 20);
        assertThat(limit.available(3_600 * Limits.SECOND)).isTrue();
        limit.take(64 << 10);

        assertThat(limit.available(3_600 * Limits.SECOND)).isFalse();
    }

    @Test
    void paysItsDebtFirst() {
        RateLimit limit = new RateLimit(1_000);
        limit.take((64 << 10) + 5_000);

        assertThat(limit.availableAt(0)).isBetween(5 * Limits.SECOND, 5 * Limits.SECOND + Limits.MILLISECOND);
        assertThat(limit.available(5 * Limits.SECOND)).isFalse();
    }
}
