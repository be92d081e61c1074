package org.ppspp.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.ppspp.net.NetTally.Count;
import org.ppspp.wire.TransportAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One TCP connection behind its {@link DatagramFraming}: frames in and out, and the deadlines of {@link TcpLimits}. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is told to the pipeline, and a closed channel is closed
final class TcpConnection extends ChannelInboundHandlerAdapter {
    /** A handshake or two go out before the connection is there. */
    private static final int MAX_WAITING_FRAMES = 8;

    private static final Logger LOG = LoggerFactory.getLogger(TcpConnection.class);

    private final TransportAddress address;
    private final TcpTransport transport;
    private final Channel channel;
    private final DatagramFraming framing;
    private final Deque<ByteBuf> waiting = new ArrayDeque<>();

    private @Nullable Future<?> ticks;
    private boolean dirty;
    private boolean closing;
    private boolean heardSinceTick;
    private boolean heard;
    private boolean answered;
    private long connectedAt;
    private long lastHeardAt;
    private long lastDrainedAt;
    private long writtenBytes;
    private long drainedBytes;

    TcpConnection(TransportAddress address, TcpTransport transport, Channel channel) {
        this.address = address;
        this.transport = transport;
        this.channel = channel;
        framing = new DatagramFraming(transport.tally());
    }

    /** The handler that has to stand in front of this one. */
    DatagramFraming framing() {
        return framing;
    }

    TransportAddress address() {
        return address;
    }

    /** Writes a length and a frame, and releases {@code frame}. True if a flush is due that was not before. */
    boolean write(ByteBuf frame) {
        if (closing || (!channel.isActive() && waiting.size() == MAX_WAITING_FRAMES)) {
            transport.tally().increment(Count.FRAMES_DROPPED);
            frame.release();
            return false;
        }
        transport.tally().increment(Count.FRAMES_SENT);
        transport.tally().add(Count.FRAME_BYTES_SENT, frame.readableBytes() - DatagramFraming.LENGTH_BYTES);
        answered = true;
        if (!channel.isActive()) {
            waiting.add(frame);
            return false;
        }
        writeNow(frame);
        boolean firstSinceFlush = !dirty;
        dirty = true;
        return firstSinceFlush;
    }

    void flush() {
        dirty = false;
        channel.flush();
    }

    /** Closes once everything written has left, or the peer takes too long. */
    void closeAfterFlush() {
        closing = true;
        if (channel.isActive()) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        } else {
            channel.close();
        }
    }

    /** Closes with what was not sent yet. */
    void abort() {
        closing = true;
        channel.close();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        long now = now(context);
        connectedAt = now;
        lastHeardAt = now;
        lastDrainedAt = now;
        long period = transport.limits().tickNanos();
        ticks = context.executor()
                .scheduleWithFixedDelay(() -> tick(now(context)), period, period, TimeUnit.NANOSECONDS);
        transport.connected(this);
        for (ByteBuf frame = waiting.poll(); frame != null; frame = waiting.poll()) {
            writeNow(frame);
        }
        channel.flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf frame = (ByteBuf) message;
        try {
            heard = true;
            heardSinceTick = true;
            if (!closing) {
                transport.receiver().received(address, frame);
            }
        } finally {
            frame.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        transport.receiver().ready();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (!closing && channel.isActive()) {
            transport.receiver().writable(address, channel.isWritable());
            transport.receiver().ready();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof DatagramFraming.Rejected rejected) {
            LOG.debug("{} sent a frame of {} bytes", address, rejected.lengthBytes());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("{}: {}", address, cause.toString());
        context.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (ticks != null) {
            ticks.cancel(false);
        }
        waiting.forEach(ByteBuf::release);
        waiting.clear();
        transport.gone(this);
    }

    private static long now(ChannelHandlerContext context) {
        return context.executor().ticker().nanoTime();
    }

    private void writeNow(ByteBuf frame) {
        writtenBytes += frame.readableBytes();
        channel.write(frame, channel.voidPromise());
    }

    private void tick(long now) {
        if (heardSinceTick) {
            heardSinceTick = false;
            lastHeardAt = now;
        }
        noteDrained(now);
        String overdue = overdue(now);
        if (overdue != null) {
            LOG.debug("{} closed: {}", address, overdue);
            transport.tally().increment(Count.CONNECTIONS_OVERDUE);
            channel.close();
        }
    }

    private void noteDrained(long now) {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        if (pending == null) {
            return;
        }
        // Bytes of a frame that is partly written count as pending; progress says how many of them have left. Frames
        // that
        // join the queue add a little to what is pending beyond their bytes, so only growth means progress.
        long drained = writtenBytes - pending.totalPendingWriteBytes() + pending.currentProgress();
        if (drained > drainedBytes || pending.isEmpty()) {
            drainedBytes = drained;
            lastDrainedAt = now;
        }
    }

    private @Nullable String overdue(long now) {
        TcpLimits limits = transport.limits();
        if (framing.overdue(now, limits.frameNanos())) {
            return "a frame takes too long";
        }
        if (!(heard && answered) && now - connectedAt >= limits.handshakeNanos()) {
            return "no handshake";
        }
        if (now - lastDrainedAt >= limits.writeStallNanos()) {
            return "takes nothing in";
        }
        if (now - lastHeardAt >= limits.silenceNanos()) {
            return "silent for too long";
        }
        return null;
    }
}
