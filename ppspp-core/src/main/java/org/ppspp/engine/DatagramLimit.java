package org.ppspp.engine;

import org.ppspp.chunk.ChunkRange;

/**
 * How long a datagram with DATA may be on one UDP path (RFC 7574 §8.1): at first as long as every path carries, and longer once
 * DATA of that length has arrived.
 *
 * <p>The probe is content that was due anyway, whose hashes have gone ahead as well and on which no other chunk builds: a path
 * that swallows it costs one chunk. One long datagram is always being watched, so a path that gets narrower is noticed too. Nothing
 * depends on what the network says about it: such messages are often filtered, and anyone can forge them.
 */
final class DatagramLimit {
    private static final long NONE = -1;

    private final int safeBytes;
    private final int longBytes;
    private boolean carriesLong;
    private boolean answered;
    private long watched = NONE;
    private boolean othersArrived;
    private int lost;
    private long notBefore;

    /** Both are UDP payload; nothing is ever probed if {@code longBytes} is no more than {@code safeBytes}. */
    DatagramLimit(int safeBytes, int longBytes) {
        this.safeBytes = safeBytes;
        this.longBytes = Math.max(safeBytes, longBytes);
    }

    /** What a datagram may have now, in bytes; {@code dispensable} is one that others do not build on. */
    int bytes(boolean dispensable) {
        return carriesLong && dispensable ? longBytes : safeBytes;
    }

    /** Whether a datagram of {@code bytes} would tell something, and may be lost. */
    boolean probes(long now, int bytes) {
        return !carriesLong
                && answered
                && watched == NONE
                && now >= notBefore
                && bytes > safeBytes
                && bytes <= longBytes;
    }

    /** DATA left in a datagram of so many bytes. */
    void sent(long chunk, int bytes) {
        if (bytes > safeBytes && watched == NONE) {
            watched = chunk;
            othersArrived = false;
        } else if (bytes <= safeBytes && watched == chunk) {
            // An ACK would not say for which of the two.
            watched = NONE;
        }
    }

    /** An ACK message. */
    void acked(ChunkRange chunks) {
        answered = true;
        if (watched == NONE || !chunks.contains(watched)) {
            othersArrived = true;
            return;
        }
        watched = NONE;
        carriesLong = true;
        lost = 0;
    }

    /** The congestion control gave up a chunk. Where nothing arrives, length is not to blame. */
    void lost(long now, long chunk) {
        if (chunk != watched) {
            return;
        }
        watched = NONE;
        if (othersArrived) {
            carriesLong = false;
            lost++;
        }
        if (lost == Limits.LONG_DATAGRAMS_LOST) {
            lost = 0;
            notBefore = now + Limits.LONG_DATAGRAM_PAUSE;
        }
    }
}
