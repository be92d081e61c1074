package org.ppspp.congestion;

/**
 * One-way delays of the datagrams sent to one peer, as the peer measured them: gives the queueing delay as the recent
 * delay above the smallest one (RFC 6817 §2.4.2). The clocks of both ends need not agree, only differences count; a
 * clock that is set meanwhile makes the history start afresh. Delays are in microseconds, may be negative and are not
 * to be trusted.
 */
final class DelayHistory {
    private static final int RECENT = 4;

    /** Beyond this no clock is: such values are noise, and differences of smaller ones cannot overflow. */
    private static final long MAX_MAGNITUDE_MICROS = 1L << 62;

    /** A sample so far from the base is not believed. */
    private static final long MAX_DEVIATION_MICROS = 10_000_000;

    /** Less than this is never taken for a set clock. */
    private static final long MIN_STEP_MICROS = 1_000_000;

    private final MinuteMinima base;
    private final long[] recentMicros = new long[RECENT];
    private final long[] recentAt = new long[RECENT];
    private int recentCount;
    private int newest;

    /** Since when all samples have been far above (+1) or far below (-1) the base; meaningless if 0. */
    private long strangeSince;

    private int strangeSide;

    DelayHistory(int minutes) {
        base = new MinuteMinima(minutes);
    }

    /** Takes a sample; {@code smoothedRtt} in nanoseconds, negative if not known yet. */
    void add(long now, long delayMicros, long smoothedRtt) {
        if (delayMicros >= MAX_MAGNITUDE_MICROS || delayMicros <= -MAX_MAGNITUDE_MICROS) {
            return;
        }
        long deviation = base.min() == MinuteMinima.NONE ? 0 : delayMicros - base.min();
        if (clockWasSet(now, deviation, smoothedRtt)) {
            clear();
        } else if (Math.abs(deviation) > MAX_DEVIATION_MICROS) {
            return;
        }
        base.add(now, delayMicros);
        newest = (newest + 1) % RECENT;
        recentMicros[newest] = delayMicros;
        recentAt[newest] = now;
        recentCount = Math.min(RECENT, recentCount + 1);
    }

    /**
     * The queueing delay in microseconds, not negative: the smallest of the last four samples, none older than a round
     * trip except the newest, above the base. Never more than {@code latestRtt}, since no queue is longer than the
     * exchange that went through it; both times in nanoseconds, negative if not known yet.
     */
    long queueingMicros(long now, long smoothedRtt, long latestRtt) {
        if (recentCount == 0) {
            return 0;
        }
        long smallest = recentMicros[newest];
        for (int i = 1; i < recentCount; i++) {
            int index = (newest + RECENT - i) % RECENT;
            if (now - recentAt[index] > smoothedRtt) {
                break;
            }
            smallest = Math.min(smallest, recentMicros[index]);
        }
        long queueing = Math.max(0, smallest - base.min());
        return latestRtt < 0 ? queueing : Math.min(queueing, latestRtt / 1000);
    }

    /** The smallest delay of the history, {@link MinuteMinima#NONE} if empty. */
    long baseMicros() {
        return base.min();
    }

    /**
     * Whether the samples tell of a clock that was set: a moderate fall at once, since it is plausible only so; all
     * else when a whole round trip brought nothing but samples on the same far side.
     */
    private boolean clockWasSet(long now, long deviation, long smoothedRtt) {
        long step = Math.max(MIN_STEP_MICROS, 4 * Math.max(0, smoothedRtt) / 1000);
        if (Math.abs(deviation) <= step) {
            strangeSide = 0;
            return false;
        }
        int side = Long.signum(deviation);
        if (side < 0 && -deviation <= MAX_DEVIATION_MICROS) {
            return true;
        }
        if (side != strangeSide) {
            strangeSide = side;
            strangeSince = now;
            return false;
        }
        return now - strangeSince >= (smoothedRtt < 0 ? RttEstimator.INITIAL_CTO_NANOS : smoothedRtt);
    }

    private void clear() {
        base.clear();
        recentCount = 0;
        strangeSide = 0;
    }
}
