package org.ppspp.engine;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The initiator's side of the handshake on one channel (RFC 7574 §3.1.1): the first datagram, again after growing pauses, and in
 * turn with another dialect where one may be spoken. {@link Openings} is the other side.
 */
final class Dialling {
    private final Channel channel;
    private final Swarm swarm;
    private final Engine engine;
    private int tries;
    private long nextAt;
    private long sentAt;

    Dialling(Channel channel, Swarm swarm, Engine engine, long now) {
        this.channel = channel;
        this.swarm = swarm;
        this.engine = engine;
        this.nextAt = now;
    }

    /** The answer came: how long that took, in nanoseconds. */
    long roundTrip(long now) {
        return now - sentAt;
    }

    long nextWake() {
        return nextAt;
    }

    /** Writes the datagram that opens the channel, or returns null before its time. */
    @Nullable
    Transmit write(long now, ByteBuf out) {
        if (nextAt > now) {
            return null;
        }
        int start = out.writerIndex();
        boolean reliable = channel.reliable();
        Greeting.write(
                out,
                swarm.content().format(),
                0,
                channel.localId(),
                swarm.greeting().options(true, channel.dialect(), reliable),
                swarm.announceable(reliable),
                engine.config().maxDatagramBytes());
        tries++;
        sentAt = now;
        nextAt = now + (reliable ? Limits.HANDSHAKE_TCP : Limits.HANDSHAKE_RETRY << (tries - 1));
        int length = out.writerIndex() - start;
        channel.left(now, length, 0);
        return new Transmit(channel.address(), length, length);
    }

    /** Tries again, or gives up. */
    void timeout(long now) {
        if (nextAt > now) {
            return;
        }
        if (tries >= (channel.reliable() ? 1 : swarm.neighbours().handshakeTries(channel))) {
            swarm.neighbours().drop(channel, now, "no answer");
            return;
        }
        if (tries == Limits.HANDSHAKE_TRIES_BEFORE_SECOND_DIALECT
                && swarm.neighbours().trySecondDialect(channel, now)) {
            // The two take turns.
            nextAt = now + (Limits.HANDSHAKE_RETRY << tries);
            tries++;
        }
        channel.ready();
    }
}
