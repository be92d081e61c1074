package org.ppspp.congestion;

import org.ppspp.chunk.ChunkRange;

/** For TCP, which controls congestion and repairs losses itself: limits nothing and remembers nothing. */
public final class Unlimited implements CongestionControl {
    @Override
    public boolean maySend(long now, int bytes) {
        return true;
    }

    @Override
    public long sendableAt(long now) {
        return now;
    }

    @Override
    public void sent(long now, long chunk, int bytes) {}

    @Override
    public void probed() {}

    @Override
    public void acked(long now, ChunkRange chunks, long delayMicros) {}

    @Override
    public void ackedAll(long now) {}

    @Override
    public long pollLost() {
        return -1;
    }

    @Override
    public boolean inFlight(long chunk) {
        return false;
    }

    @Override
    public boolean sentLately(long now, long chunk) {
        return false;
    }

    @Override
    public void forget(long chunk) {}

    @Override
    public long deadline() {
        return Long.MAX_VALUE;
    }

    @Override
    public void timeout(long now) {}

    @Override
    public void roundTrip(long now, long nanos) {}

    @Override
    public long rttNanos() {
        return -1;
    }

    /** The initial time-out of RFC 6298, as nothing is ever measured. */
    @Override
    public long ctoNanos() {
        return RttEstimator.INITIAL_CTO_NANOS;
    }

    @Override
    public long windowBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public long inFlightBytes() {
        return 0;
    }

    @Override
    public long lostDatagrams() {
        return 0;
    }

    @Override
    public double lossRate() {
        return 0;
    }
}
