package org.ppspp.net;

import java.util.concurrent.TimeUnit;

/**
 * What TCP connections may cost us. A peer that exceeds one of the times loses its connection.
 *
 * @param maxIncoming connections accepted at a time, over all swarms
 * @param maxOutgoing connections opened at a time, over all swarms
 * @param connectNanos from the first packet to an established connection
 * @param handshakeNanos until the peer has sent its first whole frame and we had a reason to answer
 * @param frameNanos from the first to the last byte of a frame
 * @param writeStallNanos that the peer may take in nothing of what we have for it
 * @param silenceNanos between two frames of the peer; longer than the three minutes after which RFC 7574 §8.14 calls it dead
 */
public record TcpLimits(
        int maxIncoming,
        int maxOutgoing,
        long connectNanos,
        long handshakeNanos,
        long frameNanos,
        long writeStallNanos,
        long silenceNanos) {

    public TcpLimits {
        if (maxIncoming < 0 || maxOutgoing < 0) {
            throw new IllegalArgumentException("connection limits must not be negative");
        }
        if (Math.min(connectNanos, Math.min(handshakeNanos, frameNanos)) <= 0
                || Math.min(writeStallNanos, silenceNanos) <= 0) {
            throw new IllegalArgumentException("times must be positive");
        }
    }

    public static TcpLimits defaults() {
        return new TcpLimits(
                200,
                200,
                TimeUnit.SECONDS.toNanos(5),
                TimeUnit.SECONDS.toNanos(10),
                TimeUnit.SECONDS.toNanos(10),
                TimeUnit.SECONDS.toNanos(30),
                TimeUnit.SECONDS.toNanos(190));
    }

    /** How often deadlines are looked at: often enough to be at most half a second late. */
    long tickNanos() {
        long shortest = Math.min(Math.min(handshakeNanos, frameNanos), Math.min(writeStallNanos, silenceNanos));
        return Math.max(TimeUnit.MILLISECONDS.toNanos(1), Math.min(TimeUnit.MILLISECONDS.toNanos(500), shortest / 4));
    }
}
