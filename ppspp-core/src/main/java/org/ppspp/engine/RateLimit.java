package org.ppspp.engine;

/** A token bucket of bytes. One that is not limited always has enough. */
final class RateLimit {
    private static final long MIN_BURST_BYTES = 64L << 10;

    private final long bytesPerSecond;
    private final double burst;
    private double tokens;
    private long updated;

    /** {@code bytesPerSecond} 0 means no limit. */
    RateLimit(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
        this.burst = Math.max(bytesPerSecond / 20.0, MIN_BURST_BYTES);
        this.tokens = burst;
    }

    boolean limited() {
        return bytesPerSecond > 0;
    }

    /** Whether something may be taken now. The bucket may go into debt by what is taken, so the mean rate holds. */
    boolean available(long now) {
        refill(now);
        return !limited() || tokens > 0;
    }

    void take(long bytes) {
        if (limited()) {
            tokens -= bytes;
        }
    }

    /** When {@link #available} becomes true. */
    long availableAt(long now) {
        if (available(now)) {
            return now;
        }
        return now + Math.max(Limits.MILLISECOND, (long) (-tokens / bytesPerSecond * Limits.SECOND) + 1);
    }

    private void refill(long now) {
        if (limited() && now > updated) {
            tokens = Math.min(burst, tokens + (now - updated) / (double) Limits.SECOND * bytesPerSecond);
        }
        updated = now;
    }
}
