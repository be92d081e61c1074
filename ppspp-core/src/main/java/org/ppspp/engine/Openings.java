package org.ppspp.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.HalfOpenTable.HalfOpen;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.ProtocolOptions;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.WireFormat;

/**
 * The responder's side of the handshake (RFC 7574 §3.1.1): datagrams to channel 0.
 *
 * <p>The source may be forged, so whatever fails a check gets no answer at all, and an answer is never longer than what it
 * answers, sent once for each opening received, and never repeated by us.
 */
final class Openings {
    /** A closing handshake depends on no swarm. */
    static final WireFormat CLOSING_FORMAT = new WireFormat(ChunkAddressing.CHUNK_RANGES_32, 0, 0, 1, -1);

    private static final int TCP_REPLY_BYTES = 1_232;

    private final Engine engine;
    private final HalfOpenTable table = new HalfOpenTable();

    Openings(Engine engine) {
        this.engine = engine;
    }

    /** A datagram to channel 0; {@code messages} is what follows the channel number. */
    void receive(long now, TransportAddress from, ByteBuf messages) {
        int received = messages.readableBytes() + Integer.BYTES;
        try {
            if (messages.isReadable()) {
                Message.Handshake handshake = MessageReader.readHandshake(messages, from.reliable());
                if (!handshake.closing() && accepts(now, from, handshake)) {
                    answer(now, from, handshake, messages, received);
                    return;
                }
            }
        } catch (MalformedMessageException e) {
            engine.counters().malformed();
        }
        engine.counters().refusedOpening();
    }

    private boolean accepts(long now, TransportAddress from, Message.Handshake handshake) {
        return !engine.bans().banned(from.socket(), now) && !ownOpening(handshake.sourceChannel(), from);
    }

    /** Whether this is our own opening: someone told us our own address. */
    private boolean ownOpening(int sourceChannel, TransportAddress from) {
        Channel own = engine.channel(sourceChannel);
        if (own == null || !own.opening()) {
            return false;
        }
        own.swarm().book().own(own.address().socket());
        own.swarm().book().forget(from.socket());
        return true;
    }

    private void answer(long now, TransportAddress from, Message.Handshake handshake, ByteBuf rest, int received)
            throws MalformedMessageException {
        SwarmId id = handshake.options().swarmId();
        Swarm swarm = id == null ? null : engine.swarm(id);
        if (swarm == null) {
            engine.counters().refusedOpening();
            return;
        }
        Greeting.Heard heard = swarm.greeting().hear(handshake.options(), true, from.reliable());
        if (heard.mismatch() != null) {
            engine.counters().refusedOpening();
            return;
        }
        HalfOpen duplicate = table.duplicate(from, handshake.sourceChannel());
        if (duplicate != null) {
            // A forged repetition may be shorter than the opening, and must not draw more than it is.
            if (duplicate.reply().length <= received) {
                engine.reply(from, duplicate.reply());
            }
            return;
        }
        if (!interested(now, from, swarm, handshake.sourceChannel())) {
            engine.counters().refusedOpening();
            return;
        }
        List<ChunkRange> theirs = announced(rest, swarm, from.reliable());
        int localId = engine.newChannelId();
        ByteBuf reply = Unpooled.buffer(256);
        int limit = from.reliable() ? TCP_REPLY_BYTES : received;
        ProtocolOptions ours = swarm.greeting().options(false, heard.dialect(), from.reliable());
        ChunkMap have = swarm.announceable(from.reliable());
        Greeting.write(reply, swarm.content().format(), handshake.sourceChannel(), localId, ours, have, limit);
        byte[] bytes = ByteBufUtil.getBytes(reply);
        HalfOpen half = new HalfOpen(
                from, handshake.sourceChannel(), localId, swarm, theirs, heard, bytes, now + Limits.HALF_OPEN_LIFE);
        engine.reply(from, bytes);
        if (from.reliable()) {
            // The connection proves the address, and a peer with nothing to say may not speak for long.
            engine.accept(half, now);
        } else {
            table.add(half);
        }
    }

    /** Whether there is room for this peer; settles two peers opening to each other at once (smaller number wins). */
    private boolean interested(long now, TransportAddress from, Swarm swarm, int sourceChannel) {
        int sameHost = 0;
        for (Channel channel : List.copyOf(swarm.channels())) {
            boolean same = channel.address().equals(from);
            if (same && channel.opening()) {
                if (Integer.compareUnsigned(channel.localId(), sourceChannel) < 0) {
                    return false;
                }
                swarm.neighbours().drop(channel, now, "it came to us");
            } else if (same && channel.remoteId() == sourceChannel) {
                // The channel this opened is up already: a late duplicate.
                return false;
            } else if (!same && HostKey.host(channel.address().socket()) == HostKey.host(from.socket())) {
                sameHost++;
            }
        }
        return engine.channelCount() < Limits.CHANNELS
                && swarm.neighbours().slots().admits(from, now)
                && (HostKey.exempt(from.socket()) || sameHost < Limits.CHANNELS_PER_HOST)
                && table.admits(from);
    }

    /** What the initiator says it has; DATA or a signature this early is a breach (RFC 7574 §3.1.1). */
    private List<ChunkRange> announced(ByteBuf rest, Swarm swarm, boolean reliable) throws MalformedMessageException {
        List<ChunkRange> have = new ArrayList<>();
        int messages = reliable ? Limits.MESSAGES_PER_FRAME : Limits.MESSAGES_PER_DATAGRAM;
        // A connection gets its channel at once, which has room for them all.
        int most = reliable ? messages : table.rangesToKeep();
        MessageReader reader =
                MessageReader.afterHandshake(rest, swarm.content().format(), messages);
        for (Message message = reader.next(); message != null; message = reader.next()) {
            if (message instanceof Message.Data || message instanceof Message.SignedIntegrity) {
                throw new MalformedMessageException("heavy payload before the handshake is complete");
            }
            if (message instanceof Message.Have announced) {
                keep(announced.chunks(), have, most);
            }
        }
        return have;
    }

    private static void keep(ChunkRange range, List<ChunkRange> kept, int most) {
        ChunkRange last = kept.isEmpty() ? null : kept.get(kept.size() - 1);
        if (last != null && range.first() <= last.last() + 1 && last.first() <= range.last() + 1) {
            ChunkRange both =
                    new ChunkRange(Math.min(last.first(), range.first()), Math.max(last.last(), range.last()));
            kept.set(kept.size() - 1, both);
        } else if (kept.size() < most) {
            kept.add(range);
        }
    }

    /** Takes the handshake that {@code from} completes by using {@code localId}, or returns null. */
    @Nullable
    HalfOpen take(int localId, TransportAddress from) {
        return table.take(localId, from);
    }

    boolean contains(int localId) {
        return table.contains(localId);
    }

    int halfOpen() {
        return table.size();
    }

    void expire(long now) {
        table.expire(now);
    }

    void forget(Swarm swarm) {
        table.forget(swarm);
    }

    void forget(TransportAddress address) {
        table.forget(address);
    }

    long nextExpiry() {
        return table.nextExpiry();
    }
}
