package org.ppspp.congestion;

import java.util.Arrays;

/**
 * The smallest value of the last few minutes, kept as one minimum per minute: BASE_HISTORY of RFC 6817 §2.4.2. Minutes
 * without a value count as passed, so a long silence forgets everything.
 */
final class MinuteMinima {
    /** What {@link #min()} is before any value. */
    static final long NONE = Long.MAX_VALUE;

    private static final long MINUTE_NANOS = 60_000_000_000L;

    private final long[] minima;
    private int current;
    private long minute;
    private long min = NONE;

    MinuteMinima(int minutes) {
        minima = new long[minutes];
        Arrays.fill(minima, NONE);
    }

    void add(long now, long value) {
        long newMinute = Math.floorDiv(now, MINUTE_NANOS);
        if (min == NONE) {
            minute = newMinute;
        } else if (newMinute != minute) {
            roll(newMinute - minute);
            minute = newMinute;
        }
        minima[current] = Math.min(minima[current], value);
        min = Math.min(min, value);
    }

    long min() {
        return min;
    }

    void clear() {
        Arrays.fill(minima, NONE);
        min = NONE;
    }

    private void roll(long minutes) {
        long steps = Math.min(minutes, minima.length);
        for (long i = 0; i < steps; i++) {
            current = (current + 1) % minima.length;
            minima[current] = NONE;
        }
        min = NONE;
        for (long minimum : minima) {
            min = Math.min(min, minimum);
        }
    }
}
