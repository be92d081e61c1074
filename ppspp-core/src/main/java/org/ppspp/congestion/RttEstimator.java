package org.ppspp.congestion;

/**
 * Round-trip time and the congestion time-out that follows from it: RFC 6298 with a floor per profile in place of its
 * one second. All times in nanoseconds.
 */
public final class RttEstimator {
    static final long INITIAL_CTO_NANOS = 1_000_000_000L;
    static final long MAX_CTO_NANOS = 60_000_000_000L;

    private static final long GRANULARITY_NANOS = 1_000_000;

    /** Time-outs in a row after which the old measurements say nothing about the path any more: RFC 6298 §5. */
    private static final int BACK_OFFS_TO_FORGET = 3;

    private static final int BASE_MINUTES = 10;

    private final long ctoFloor;
    private final MinuteMinima minima = new MinuteMinima(BASE_MINUTES);
    private long smoothed = -1;
    private long variation;
    private long latest = -1;
    private long cto = INITIAL_CTO_NANOS;
    private int backOffs;

    public RttEstimator(long ctoFloorNanos) {
        this.ctoFloor = ctoFloorNanos;
    }

    /** Takes a measurement of a datagram that was sent once only (Karn's rule is the caller's). */
    public void sample(long now, long rtt) {
        long r = Math.max(1, rtt);
        latest = r;
        minima.add(now, r);
        if (smoothed < 0 || backOffs >= BACK_OFFS_TO_FORGET) {
            smoothed = r;
            variation = r / 2;
        } else {
            variation += (Math.abs(smoothed - r) - variation) / 4;
            smoothed += (r - smoothed) / 8;
        }
        backOffs = 0;
        cto = Math.min(MAX_CTO_NANOS, Math.max(ctoFloor, rto()));
    }

    /** The congestion time-out passed without an ACK: doubles it until the next sample. */
    void backOff() {
        backOffs++;
        cto = Math.min(MAX_CTO_NANOS, 2 * cto);
    }

    boolean backedOff() {
        return backOffs > 0;
    }

    public boolean known() {
        return smoothed >= 0;
    }

    /** The smoothed round-trip time, -1 before a sample. */
    public long smoothed() {
        return smoothed;
    }

    long variation() {
        return variation;
    }

    /** The last sample, -1 before one. */
    long latest() {
        return latest;
    }

    /** The smallest sample of the last ten minutes, {@link MinuteMinima#NONE} before one. */
    public long base() {
        return minima.min();
    }

    /** The retransmission time-out of RFC 6298 §2 without floor, ceiling and back-off. */
    public long rto() {
        return known() ? smoothed + Math.max(GRANULARITY_NANOS, 4 * variation) : INITIAL_CTO_NANOS;
    }

    long cto() {
        return cto;
    }
}
