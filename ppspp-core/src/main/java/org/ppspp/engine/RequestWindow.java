package org.ppspp.engine;

/**
 * How much to ask of one peer at once: what it delivers in a round trip or two and a little more, so that it never runs dry
 * and a slow peer never sits on much.
 */
final class RequestWindow {
    private static final long SLICE = 20 * Limits.MILLISECOND;

    private final int chunkSizeBytes;
    private long bytesPerSecond;
    private long sliceStart;
    private long sliceBytes;
    private long minRtt;

    RequestWindow(int chunkSizeBytes) {
        this.chunkSizeBytes = chunkSizeBytes;
    }

    /** DATA that was asked for came; {@code minRttNanos} is the shortest time from a request to its first answer. */
    void received(long now, int bytes, long minRttNanos) {
        minRtt = minRttNanos;
        if (sliceBytes == 0) {
            sliceStart = now;
        }
        sliceBytes += bytes;
        long elapsed = now - sliceStart;
        if (elapsed >= SLICE) {
            long rate = (long) (sliceBytes / (elapsed / (double) Limits.SECOND));
            // Up at once, down slowly: a pause in the sending is not a slow path.
            bytesPerSecond = rate >= bytesPerSecond ? rate : bytesPerSecond - (bytesPerSecond - rate) / 4;
            sliceBytes = 0;
        }
    }

    void stalled() {
        bytesPerSecond = 0;
        sliceBytes = 0;
    }

    /** The time in nanoseconds from one chunk to the next at the rate they came, 0 while that is not known. */
    long gap() {
        return bytesPerSecond == 0 ? 0 : chunkSizeBytes * Limits.SECOND / bytesPerSecond;
    }

    /** Chunks that may be asked for and not yet stored, with at most {@code shareBytes} of them. */
    int chunks(long shareBytes) {
        double seconds = (2 * minRtt + Limits.WINDOW_TIME) / (double) Limits.SECOND;
        long bytes = Math.max(Limits.WINDOW_MIN_BYTES, (long) (bytesPerSecond * seconds));
        return (int) Math.max(2, Math.min(bytes, shareBytes) / chunkSizeBytes);
    }
}
