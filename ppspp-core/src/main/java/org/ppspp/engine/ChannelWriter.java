package org.ppspp.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.MessageWriter;

/**
 * Writes the datagrams of one established channel: what is due in small messages first, and DATA behind it, alone or in runs
 * of datagrams of one size (RFC 7574 §3, §8.1).
 */
final class ChannelWriter {
    /** The largest datagram an Ethernet carries whole: longer ones can be cut from one buffer on loopback only. */
    private static final int MAX_SEGMENT_BYTES = 1_472;

    /** Payload of one run: the kernel takes less than 64 KiB with all headers. */
    private static final int MAX_RUN_BYTES = 65_000;

    /** Hashes that may ride with a chunk too large for the usual datagram. */
    private static final int HASHES_WITH_LARGE_CHUNK = 12;

    private final Channel channel;
    private final Swarm swarm;
    private final Engine engine;
    private final DatagramLimit limit;
    private final TuneIn tuneIn;
    private final boolean segments;
    private long blockedUntil = Long.MAX_VALUE;

    ChannelWriter(Channel channel, Swarm swarm, Engine engine) {
        this.channel = channel;
        this.swarm = swarm;
        this.engine = engine;
        this.tuneIn = new TuneIn(channel, swarm);
        int chunkSize = swarm.metadata().chunkSizeBytes();
        this.segments = !channel.reliable()
                && (chunkSize < MAX_SEGMENT_BYTES
                        || channel.address().socket().getAddress().isLoopbackAddress());
        this.limit = channel.reliable() ? new DatagramLimit(MAX_RUN_BYTES, MAX_RUN_BYTES) : limit(chunkSize);
    }

    /** A chunk is not divided: where one is longer than a datagram should be, IP cuts it up, with its hashes or without. */
    private DatagramLimit limit(int chunkSize) {
        MessageWriter sizes =
                new MessageWriter(Unpooled.EMPTY_BUFFER, swarm.content().format());
        int plain = MessageWriter.CHANNEL_BYTES + sizes.dataBytes(chunkSize);
        int most = plain <= MAX_SEGMENT_BYTES
                ? Limits.LONG_DATAGRAM_BYTES
                : Math.min(MAX_RUN_BYTES, plain + HASHES_WITH_LARGE_CHUNK * sizes.integrityBytes());
        return new DatagramLimit(Math.max(plain, engine.config().maxDatagramBytes()), most);
    }

    DatagramLimit limit() {
        return limit;
    }

    /** When DATA that is held back now may leave, or {@code Long.MAX_VALUE}. */
    long blockedUntil() {
        return blockedUntil;
    }

    @Nullable
    Transmit write(long now, ByteBuf out, int maxSegments) {
        blockedUntil = Long.MAX_VALUE;
        int start = out.writerIndex();
        MessageWriter writer = new MessageWriter(out, swarm.content().format());
        Outbox outbox = channel.outbox();
        if (outbox.due(now) || channel.serving().hashesAhead()) {
            return small(now, out, start, writer);
        }
        if (channel.reliable()) {
            writer.channel(channel.remoteId());
            int dataBytes = frame(now, out, start, writer);
            if (dataBytes == 0) {
                out.writerIndex(start);
                return null;
            }
            return done(now, out, start, dataBytes);
        }
        return run(now, out, start, writer, maxSegments);
    }

    /** One datagram or frame that starts with the small messages. */
    private Transmit small(long now, ByteBuf out, int start, MessageWriter writer) {
        writer.channel(channel.remoteId());
        int usual = channel.reliable() ? MAX_RUN_BYTES : engine.config().maxDatagramBytes();
        tuneIn.write(writer, usual - MessageWriter.CHANNEL_BYTES);
        channel.outbox().write(writer, Math.min(usual - (out.writerIndex() - start), mostSmallBytes(writer)));
        channel.serving().writeHashesAhead(writer, usual - (out.writerIndex() - start));
        channel.ready();
        if (channel.reliable()) {
            return done(now, out, start, frame(now, out, start, writer));
        }
        long chunk = channel.serving().hashesAhead() ? -1 : sendable(now);
        if (chunk >= 0) {
            int size = channel.serving().size(writer, chunk);
            int total = out.writerIndex() - start + size;
            if (total <= most() && mayLeave(now, total) && data(now, writer, chunk)) {
                account(now, chunk, out.writerIndex() - start);
                return done(now, out, start, swarm.content().chunkLength(chunk));
            }
        }
        return done(now, out, start, 0);
    }

    /** No more messages than a peer reads, with room for hashes and DATA; HAVE, REQUEST and CANCEL are the shortest. */
    private int mostSmallBytes(MessageWriter writer) {
        int messages = channel.reliable() ? Limits.MESSAGES_PER_FRAME : Limits.MESSAGES_PER_DATAGRAM;
        return messages * 3 / 4 * writer.haveBytes();
    }

    /** Writes DATA behind what is in the frame already; returns the bytes of content. */
    private int frame(long now, ByteBuf out, int start, MessageWriter writer) {
        int dataBytes = 0;
        for (long chunk = sendable(now); chunk >= 0; chunk = sendable(now)) {
            boolean shortChunk =
                    swarm.content().chunkLength(chunk) < swarm.metadata().chunkSizeBytes();
            int total = out.writerIndex() - start + channel.serving().size(writer, chunk);
            // RFC 7574 §8.6: a last chunk that is shorter than the others is the only one of its datagram.
            boolean full = dataBytes > 0 && (shortChunk || total > most());
            if (full || !mayLeave(now, total)) {
                channel.ready();
                break;
            }
            if (data(now, writer, chunk)) {
                account(now, chunk, swarm.content().chunkLength(chunk));
                dataBytes += swarm.content().chunkLength(chunk);
                channel.ready();
                if (shortChunk || channel.dialect().bareMessages()) {
                    break;
                }
            }
        }
        return dataBytes;
    }

    /** Datagrams of DATA, as many of the same size as there are; the last may be shorter. */
    private @Nullable Transmit run(long now, ByteBuf out, int start, MessageWriter writer, int maxSegments) {
        int segment = 0;
        int dataBytes = 0;
        int datagrams = 0;
        for (long chunk = sendable(now); chunk >= 0; chunk = sendable(now)) {
            int size = MessageWriter.CHANNEL_BYTES + channel.serving().size(writer, chunk);
            int used = out.writerIndex() - start;
            int news = tuneIn.bytes(writer);
            news = size + news <= most() ? news : 0;
            size += news;
            boolean probe = datagrams == 0 && probes(now, writer, chunk);
            if (probe) {
                size = MessageWriter.CHANNEL_BYTES + channel.serving().sizeWithHashes(writer, chunk);
            }
            if (datagrams > 0 && (size > segment || used + size > MAX_RUN_BYTES)) {
                break;
            }
            if (size > most() && !probe) {
                channel.serving().sendHashesAhead(chunk);
                channel.ready();
                return channel.serving().hashesAhead() ? small(now, out, start, writer) : null;
            }
            if (!mayLeave(now, size)) {
                break;
            }
            if (probe) {
                channel.serving().repeatHashes();
            }
            writer.channel(channel.remoteId());
            if (news > 0) {
                tuneIn.write(writer, news);
            }
            if (!data(now, writer, chunk)) {
                out.writerIndex(start + used);
                continue;
            }
            account(now, chunk, size);
            if (probe) {
                channel.congestion().probed();
            }
            dataBytes += swarm.content().chunkLength(chunk);
            segment = datagrams == 0 ? size : segment;
            datagrams++;
            if (probe || size < segment || datagrams == maxSegments || !segments) {
                break;
            }
        }
        if (datagrams == 0) {
            return null;
        }
        channel.ready();
        int length = out.writerIndex() - start;
        channel.left(now, length, dataBytes);
        return new Transmit(channel.address(), length, segment);
    }

    /** Whether to try a long datagram with this chunk, whose hashes have left: losing it costs nothing else. */
    private boolean probes(long now, MessageWriter writer, long chunk) {
        return channel.serving().hashesWentAhead(chunk)
                && channel.serving().independent()
                && limit.probes(
                        now, MessageWriter.CHANNEL_BYTES + channel.serving().sizeWithHashes(writer, chunk));
    }

    private int most() {
        return limit.bytes(channel.serving().independent());
    }

    private long sendable(long now) {
        if (!channel.wantsContent()
                || channel.serving().choking()
                || !swarm.content().sized()) {
            return -1;
        }
        if (!engine.uploadLimit().available(now)) {
            blockedUntil = engine.uploadLimit().availableAt(now);
            return -1;
        }
        return channel.serving().next(now);
    }

    private boolean mayLeave(long now, int bytes) {
        if (channel.congestion().maySend(now, bytes)) {
            return true;
        }
        blockedUntil = channel.congestion().sendableAt(now);
        return false;
    }

    private boolean data(long now, MessageWriter writer, long chunk) {
        return channel.serving().write(writer, chunk, engine.micros(now));
    }

    /** {@code chunk} leaves in {@code bytes} that count for the congestion control. */
    private void account(long now, long chunk, int bytes) {
        channel.serving().sent(chunk);
        channel.exchange().dataSent(now);
        channel.congestion().sent(now, chunk, bytes);
        limit.sent(chunk, bytes);
        engine.uploadLimit().take(swarm.content().chunkLength(chunk));
    }

    private Transmit done(long now, ByteBuf out, int start, int dataBytes) {
        int length = out.writerIndex() - start;
        channel.left(now, length, dataBytes);
        return new Transmit(channel.address(), length, length);
    }
}
