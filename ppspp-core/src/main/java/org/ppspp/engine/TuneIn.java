package org.ppspp.engine;

import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.integrity.SignedNode;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.NtpTime;

/**
 * Tells one peer the newest munro of a live stream, in each datagram until the peer shows that it has a chunk of it or behind
 * it (RFC 7574 §6.1.2.4). Never in the first datagram of either side: those are not written here.
 */
final class TuneIn {
    private final Channel channel;
    private final Swarm swarm;
    /** The time of what was said last: what a connection has carried need not be said again. */
    private long said = NtpTime.UNKNOWN;

    TuneIn(Channel channel, Swarm swarm) {
        this.channel = channel;
        this.swarm = swarm;
    }

    /** Bytes of what is to be said, or 0. */
    int bytes(MessageWriter writer) {
        SignedNode newest = news();
        return newest == null ? 0 : ProofWriter.bytes(newest, writer);
    }

    /** Writes it if {@code room} bytes are enough. */
    void write(MessageWriter writer, int room) {
        SignedNode newest = news();
        if (newest != null && ProofWriter.bytes(newest, writer) <= room) {
            swarm.content().tellNewest(new ProofWriter(writer));
            said = newest.ntpTime();
        }
    }

    private @Nullable SignedNode news() {
        SignedNode newest = swarm.content().newestMunro();
        boolean news = newest != null
                && channel.dialect().hashes()
                && !(channel.reliable() && said == newest.ntpTime())
                && !channel.peerHas().intersects(newest.chunks().first(), ChunkRange.MAX_CHUNK);
        return news ? newest : null;
    }
}
