package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RequestWindowTest {
    private static final int CHUNK = 1_024;
    private static final long SHARE = Limits.WINDOW_MAX_BYTES;
    private static final long MILLI = Limits.MILLISECOND;

    private final RequestWindow window = new RequestWindow(CHUNK);
    private long now;

    /** Chunks come at {@code bytesPerSecond} for {@code nanos}. */
    private void receive(long bytesPerSecond, long nanos, long rtt) {
        long gap = CHUNK * Limits.SECOND / bytesPerSecond;
        for (long end = now + nanos; now < end; now += gap) {
            window.received(now, CHUNK, rtt);
        }
    }

    @Test
    void startsWithTheLeast() {
        assertThat(window.chunks(SHARE)).isEqualTo((int) Limits.WINDOW_MIN_BYTES / CHUNK);
        assertThat(new RequestWindow(62_000).chunks(SHARE))
                .as("never less than two")
                .isEqualTo(2);
    }

    @Test
    void growsWithTheRateAndTheRoundTrip() {
        receive(20_000_000, Limits.SECOND, 10 * MILLI);
        int near = window.chunks(SHARE);
        assertThat(near * CHUNK).isBetween(900_000, 1_200_000);

        receive(20_000_000, Limits.SECOND, 40 * MILLI);
        assertThat(window.chunks(SHARE)).isGreaterThan(2 * near);
    }

    @Test
    void growsAtOnceAndShrinksSlowly() {
        receive(50_000_000, Limits.SECOND / 2, MILLI);
        int fast = window.chunks(SHARE);
        receive(1_000_000, 45 * MILLI, MILLI);
        assertThat(window.chunks(SHARE)).as("a pause is not a slow path").isGreaterThan(fast / 3);

        receive(1_000_000, Limits.SECOND, MILLI);
        assertThat(window.chunks(SHARE)).isEqualTo((int) Limits.WINDOW_MIN_BYTES / CHUNK);
        receive(50_000_000, 50 * MILLI, MILLI);
        assertThat(window.chunks(SHARE)).isGreaterThan(fast * 3 / 4);
    }

    @Test
    void fallsToTheLeastAfterAStall() {
        receive(50_000_000, Limits.SECOND, MILLI);
        window.stalled();

        assertThat(window.chunks(SHARE)).isEqualTo((int) Limits.WINDOW_MIN_BYTES / CHUNK);
    }

    @Test
    void staysWithinTheShareWhateverComes() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 20_000; i++) {
            now += random.nextLong(1 << random.nextInt(1, 30));
            window.received(now, 1 + random.nextInt(CHUNK), random.nextLong(-1, Limits.SECOND));
            long share = Limits.WINDOW_MIN_BYTES << random.nextInt(7);
            assertThat((long) window.chunks(share) * CHUNK).as("step %d", i).isBetween(2L * CHUNK, share);
        }
    }
}
