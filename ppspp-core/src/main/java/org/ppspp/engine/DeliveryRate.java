package org.ppspp.engine;

/**
 * How fast one peer brings what we ask of it, in the time in which it owes us something: what it could do, not what it had to.
 * Falls by itself while it owes and brings nothing.
 */
final class DeliveryRate {
    static final long UNKNOWN = -1;

    private static final long SLICE = 250 * Limits.MILLISECOND;

    private long bytesPerSecond = UNKNOWN;
    private boolean owing;
    private long owingSince;
    private long sliceNanos;
    private long sliceBytes;

    /** The peer was asked; its answer can be here after {@code rttNanos}. */
    void asked(long now, long rttNanos) {
        if (!owing) {
            owing = true;
            owingSince = now + rttNanos;
        }
    }

    /** DATA that was asked for came. */
    void received(long now, int bytes, boolean owesMore) {
        sliceBytes += bytes;
        long busy = busyNanos(now);
        if (busy >= SLICE) {
            long measured = rate(busy);
            bytesPerSecond = bytesPerSecond == UNKNOWN ? measured : (bytesPerSecond + measured) / 2;
            sliceBytes = 0;
            sliceNanos = 0;
            owingSince = now;
        }
        if (!owesMore) {
            stop(now);
        }
    }

    /** The peer owes us nothing any more. */
    void stop(long now) {
        if (owing) {
            sliceNanos = busyNanos(now);
            owing = false;
        }
    }

    /** Bytes a second, or {@link #UNKNOWN}. */
    long perSecond(long now) {
        long busy = busyNanos(now);
        if (busy < SLICE) {
            return bytesPerSecond;
        }
        // It has not come to the end of its slice in time.
        return bytesPerSecond == UNKNOWN ? rate(busy) : Math.min(bytesPerSecond, rate(busy));
    }

    private long busyNanos(long now) {
        return sliceNanos + (owing ? Math.max(0, now - owingSince) : 0);
    }

    private long rate(long busy) {
        return (long) (sliceBytes / (busy / (double) Limits.SECOND));
    }
}
