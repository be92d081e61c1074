package org.ppspp.media;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TsDurationTest {
    private static final long SECOND = 27_000_000;

    private static byte[] stream(long from, int seconds) {
        TsMaker maker = new TsMaker();
        for (int i = 0; i <= seconds * 10; i++) {
            maker.clock((from + i * SECOND / 10) % ((1L << 33) * 300));
            for (int j = 0; j < 9; j++) {
                maker.sound(0);
            }
        }
        return maker.bytes();
    }

    @Test
    void measuresFromTheFirstToTheLastClock() {
        TsDuration duration = new TsDuration();
        byte[] stream = stream(5 * SECOND, 7);
        duration.accept(0, stream, 0, stream.length);
        assertThat(duration.micros()).isEqualTo(7_000_000);
        assertThat(duration.bytes()).isBetween(stream.length - 20 * 188L, (long) stream.length);
    }

    @Test
    void needsTheEndsOnly() {
        TsDuration duration = new TsDuration();
        byte[] stream = stream(0, 100);
        duration.accept(0, stream, 0, 60_000);
        int rest = stream.length - 60_001;
        duration.accept(rest, stream, rest, 60_001);
        assertThat(duration.micros()).isEqualTo(100_000_000);
    }

    @Test
    void theClockMayBeginAnew() {
        TsDuration duration = new TsDuration();
        byte[] stream = stream((1L << 33) * 300 - 3 * SECOND, 8);
        duration.accept(0, stream, 0, stream.length);
        assertThat(duration.micros()).isEqualTo(8_000_000);
    }

    @Test
    void whatHasNoClockHasNoDuration() {
        TsDuration duration = new TsDuration();
        duration.accept(0, new byte[10_000], 0, 10_000);
        assertThat(duration.micros()).isEqualTo(-1);
        byte[] once = new TsMaker().clock(1).sound(0).sound(0).sound(0).bytes();
        duration.accept(10_000, once, 0, once.length);
        assertThat(duration.micros()).isEqualTo(-1);
    }
}
