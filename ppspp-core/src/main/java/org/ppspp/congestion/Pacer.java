package org.ppspp.congestion;

/**
 * Spreads a window over its round trip: a token bucket of bytes that is refilled continuously and, once empty, opens
 * again when a slice of about a millisecond has gathered, so that datagrams leave in runs and timers need not be
 * finer than they are. A burst is at least 16 datagrams and at most 256, but not more than 10 ms of the rate unless
 * the window is so large that 64 datagrams are a small part of it.
 */
final class Pacer {
    private static final double SLICE_NANOS = 1e6;
    private static final double BURST_NANOS = 2e6;
    private static final double LONGEST_BURST_NANOS = 1e7;
    private static final int MIN_BURST_DATAGRAMS = 16;
    private static final int RUN_DATAGRAMS = 64;
    private static final int MAX_BURST_DATAGRAMS = 256;

    /** Bytes per nanosecond; 0 for no pacing. */
    private double rate;

    private double capacity;
    private double slice;
    private double tokens;
    private long refilledAt;
    private boolean refilling;

    /** Sets the rate, in bytes per nanosecond, 0 for no pacing at all; sizes are in bytes. */
    void pace(long now, double newRate, double window, int datagramBytes) {
        boolean first = rate == 0;
        if (!first) {
            tokens += rate * Math.max(0, now - refilledAt);
        }
        refilledAt = now;
        rate = newRate;
        double burst = clamp(rate * BURST_NANOS, MIN_BURST_DATAGRAMS, MAX_BURST_DATAGRAMS, datagramBytes);
        capacity = Math.min(burst, rate * LONGEST_BURST_NANOS);
        if (window >= 4.0 * RUN_DATAGRAMS * datagramBytes) {
            capacity = Math.max(capacity, (double) RUN_DATAGRAMS * datagramBytes);
        }
        capacity = Math.max(capacity, datagramBytes);
        slice = Math.min(capacity, Math.max(datagramBytes, rate * SLICE_NANOS));
        tokens = first ? capacity : Math.min(tokens, capacity);
    }

    boolean allows(int bytes) {
        if (rate == 0) {
            return true;
        }
        refilling = tokens < (refilling ? Math.max(slice, bytes) : bytes);
        return !refilling;
    }

    /** When a datagram may leave if none does before. */
    long readyAt(long now) {
        if (rate == 0 || !refilling || tokens >= slice) {
            return now;
        }
        return now + 1 + (long) Math.ceil((slice - tokens) / rate);
    }

    /** A datagram left; also one that was not allowed, whose bytes are then made up for. */
    void spend(int bytes) {
        tokens = Math.max(tokens - bytes, -capacity);
    }

    private static double clamp(double bytes, int minDatagrams, int maxDatagrams, int datagramBytes) {
        double min = (double) minDatagrams * datagramBytes;
        double max = (double) maxDatagrams * datagramBytes;
        return Math.max(min, Math.min(bytes, max));
    }
}
