package org.ppspp.client;

import java.time.Duration;

/** Says when something that repeats is due; the first time at once. */
final class Ticker {
    private final long intervalNanos;
    private boolean started;
    private long next;

    Ticker(Duration interval) {
        this.intervalNanos = interval.toNanos();
    }

    /** Whether it is time, in which case it is time again an interval later. */
    boolean due(long nowNanos) {
        if (started && nowNanos - next < 0) {
            return false;
        }
        started = true;
        next = nowNanos + intervalNanos;
        return true;
    }
}
