package org.ppspp.congestion;

import org.ppspp.chunk.ChunkRange;

/**
 * Decides how fast DATA may leave to one peer, and which of it was lost. The engine holds one per channel and asks
 * before every datagram with DATA; times are monotonic nanoseconds that never go back, sizes are UDP payload bytes.
 *
 * <p>For each arriving datagram with ACK messages: {@link #acked} per message in their order, then {@link #ackedAll},
 * then {@link #pollLost} until -1. The same polling follows {@link #timeout}, which is due at {@link #deadline}.
 */
public sealed interface CongestionControl permits LedbatControl, Unlimited {
    /** Whether a datagram of so many bytes may leave now. A refusal for the window's sake lets the window grow. */
    boolean maySend(long now, int bytes);

    /** When {@link #maySend} may turn true by time alone; {@link Long#MAX_VALUE} if only an ACK or a loss helps. */
    long sendableAt(long now);

    /** A datagram with this chunk left. Sending a chunk in flight or lost again makes its round trip uncounted. */
    void sent(long now, long chunk, int bytes);

    /** What was sent last is a probe of the path: its loss alone says nothing of congestion (RFC 8899 §3). */
    void probed();

    /** One ACK message; chunks not in flight count for nothing. The delay is the peer's word, any value will do. */
    void acked(long now, ChunkRange chunks, long delayMicros);

    /** The ACK messages of one datagram are through: moves the window, measures, finds losses. */
    void ackedAll(long now);

    /**
     * The next chunk given up as lost, -1 if there is none; its bytes are out of flight. If it is still wanted it
     * should be sent again before anything else: a tail probe (a chunk declared lost on suspicion, after a silence)
     * comes with the permission for one datagram beyond the window.
     */
    long pollLost();

    boolean inFlight(long chunk);

    /** Whether the chunk has been in flight for less than a round trip, so that no answer can have come yet. */
    boolean sentLately(long now, long chunk);

    /** The peer has the chunk by other means or does not want it any more: it leaves the flight without a verdict. */
    void forget(long chunk);

    /** When {@link #timeout} is due, {@link Long#MAX_VALUE} if never. */
    long deadline();

    /** Does what time demands; harmless when nothing is due. */
    void timeout(long now);

    /**
     * The handshake took so many nanoseconds. Until DATA is acknowledged, that is what is known of the path: enough to probe
     * it when the first ACKs do not come, instead of waiting for the second of RFC 6298 §2.
     */
    void roundTrip(long now, long nanos);

    /** Smoothed round-trip time, -1 before a sample. */
    long rttNanos();

    /** Congestion time-out (RFC 6817 §2.4.2), doubled for each one in a row. */
    long ctoNanos();

    long windowBytes();

    long inFlightBytes();

    /** Datagrams declared lost so far. */
    long lostDatagrams();

    /** Share of lost datagrams among the last few hundred, 0 to 1. */
    double lossRate();
}
