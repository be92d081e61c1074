package org.ppspp.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;
import org.ppspp.net.NetTally.Count;

/**
 * Cuts a TCP stream into frames: a 32-bit length, then that many bytes, which are what a datagram would hold. Passes on a
 * {@link ByteBuf} for each frame, without its length; closes the connection at a length that is not allowed.
 *
 * <p>Memory grows with the bytes that came, never with the length a peer claims.
 */
final class DatagramFraming extends ChannelInboundHandlerAdapter {
    static final int LENGTH_BYTES = 4;

    /** A channel ID: the shortest datagram there is. */
    static final int MIN_FRAME_BYTES = 4;

    /** PyPPSPP sends all ranges it has in one handshake frame. */
    static final int MAX_FRAME_BYTES = 131_072;

    private final NetTally tally;

    /** The frame that is not complete yet, with its length in front, or null between frames. */
    private @Nullable ByteBuf partial;

    private long partialSince;
    private boolean rejected;

    DatagramFraming(NetTally tally) {
        this.tally = tally;
    }

    /** Whether a frame has been incomplete for {@code nanos} or longer, by the clock of the channel's executor. */
    boolean overdue(long now, long nanos) {
        return partial != null && now - partialSince >= nanos;
    }

    /** Memory that an incomplete frame takes. */
    int heldBytes() {
        return partial == null ? 0 : partial.capacity();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            while (bytes.isReadable() && !rejected) {
                if (partial != null) {
                    resume(context, partial, bytes);
                } else if (!passWhole(context, bytes)) {
                    begin(context, bytes);
                }
            }
        } finally {
            bytes.release();
        }
    }

    /** Passes on a frame that is all there, without copying it. False if it is not, or not allowed. */
    private boolean passWhole(ChannelHandlerContext context, ByteBuf bytes) {
        if (bytes.readableBytes() < LENGTH_BYTES) {
            return false;
        }
        long length = bytes.getUnsignedInt(bytes.readerIndex());
        if (!allowed(length)) {
            return false;
        }
        if (bytes.readableBytes() - LENGTH_BYTES < length) {
            return false;
        }
        bytes.skipBytes(LENGTH_BYTES);
        pass(context, bytes.readRetainedSlice((int) length));
        return true;
    }

    private void begin(ChannelHandlerContext context, ByteBuf bytes) {
        int received = Math.min(Math.max(LENGTH_BYTES, bytes.readableBytes()), LENGTH_BYTES + MAX_FRAME_BYTES);
        ByteBuf begun = context.alloc().directBuffer(received, LENGTH_BYTES + MAX_FRAME_BYTES);
        partial = begun;
        partialSince = context.executor().ticker().nanoTime();
        resume(context, begun, bytes);
    }

    private void resume(ChannelHandlerContext context, ByteBuf begun, ByteBuf bytes) {
        move(bytes, begun, LENGTH_BYTES - begun.writerIndex());
        if (begun.writerIndex() < LENGTH_BYTES) {
            return;
        }
        long length = begun.getUnsignedInt(0);
        if (!allowed(length)) {
            reject(context, length);
            return;
        }
        move(bytes, begun, LENGTH_BYTES + (int) length - begun.writerIndex());
        if (begun.writerIndex() == LENGTH_BYTES + length) {
            partial = null;
            pass(context, begun.skipBytes(LENGTH_BYTES));
        }
    }

    private static void move(ByteBuf from, ByteBuf to, int wanted) {
        int amount = Math.min(wanted, from.readableBytes());
        if (amount > 0) {
            to.writeBytes(from, amount);
        }
    }

    private static boolean allowed(long length) {
        return length >= MIN_FRAME_BYTES && length <= MAX_FRAME_BYTES;
    }

    private void pass(ChannelHandlerContext context, ByteBuf frame) {
        tally.increment(Count.FRAMES_RECEIVED);
        tally.add(Count.FRAME_BYTES_RECEIVED, frame.readableBytes());
        context.fireChannelRead(frame);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // closing cannot fail in a way that leaves anything to do
    private void reject(ChannelHandlerContext context, long length) {
        rejected = true;
        tally.increment(Count.FRAMES_REJECTED);
        context.fireUserEventTriggered(new Rejected(length));
        context.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }

    /** A frame's length is not allowed; nothing more is read, and the connection closes. */
    record Rejected(long lengthBytes) {}
}
