package org.ppspp;

/**
 * The rate of a counter over the last few seconds. Fed with its total at any times; time is in nanoseconds.
 */
final class RateMeter {
    /** Samples kept: at one a second, the seconds the average covers. */
    private static final int SAMPLES = 6;

    private static final long MIN_SPACING_NANOS = 500_000_000;

    private final long[] times = new long[SAMPLES];
    private final long[] totals = new long[SAMPLES];
    private int count;

    /** Takes in the counter's value at {@code now}. A value that fell starts anew. */
    void add(long now, long total) {
        if (count > 0 && total < totals[count - 1]) {
            count = 0;
        }
        if (count > 1 && now - times[count - 2] < MIN_SPACING_NANOS) {
            count--;
        } else if (count == SAMPLES) {
            System.arraycopy(times, 1, times, 0, SAMPLES - 1);
            System.arraycopy(totals, 1, totals, 0, SAMPLES - 1);
            count--;
        }
        times[count] = now;
        totals[count] = total;
        count++;
    }

    /** Units a second, 0 before there are two samples. */
    double perSecond() {
        if (count < 2) {
            return 0;
        }
        long nanos = times[count - 1] - times[0];
        return nanos <= 0 ? 0 : (totals[count - 1] - totals[0]) * 1e9 / nanos;
    }
}
