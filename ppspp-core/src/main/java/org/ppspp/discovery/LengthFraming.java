package org.ppspp.discovery;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a tracker connection: four bytes of length, most significant first, and that many bytes of body.
 *
 * <p>Passes on each received body as a {@link ByteBuf} of its own reference; sends each written {@link ByteBuf} as one
 * frame. Memory grows with the bytes received, never with the length claimed. A connection that claims a length outside
 * the limits, or is too slow with a frame, is closed after a {@link Violation} went down the pipeline as a user event.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failed writes and closes end in channelInactive.
public final class LengthFraming extends ChannelDuplexHandler {
    /** Longest body a tracker takes from a client, in bytes. */
    public static final int MAX_REQUEST_BYTES = 16_384;

    /** Longest body a client takes from a tracker, in bytes. */
    public static final int MAX_REPLY_BYTES = 1 << 20;

    /** A frame must be whole this long after its first byte. */
    public static final long FRAME_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Shortest body: the empty JSON object. */
    private static final int MIN_BODY_BYTES = 2;

    private static final int HEADER_BYTES = Integer.BYTES;

    /** Why a connection was closed. */
    public enum Violation {
        LENGTH,
        SLOW_FRAME
    }

    private final int maxBodyBytes;
    private final long frameTimeoutNanos;
    private @Nullable ByteBuf received;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean closing;

    /**
     * @param maxBodyBytes the longest body accepted; sending is not limited
     * @param frameTimeoutNanos how long a frame may take from its first byte to its last
     */
    public LengthFraming(int maxBodyBytes, long frameTimeoutNanos) {
        this.maxBodyBytes = maxBodyBytes;
        this.frameTimeoutNanos = frameTimeoutNanos;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (closing) {
            bytes.release();
            return;
        }
        ByteBuf buffer =
                received == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), received, bytes);
        received = buffer;
        boolean progressed = false;
        while (!closing && ctx.channel().isActive() && buffer.readableBytes() >= HEADER_BYTES) {
            long length = buffer.getUnsignedInt(buffer.readerIndex());
            if (length < MIN_BODY_BYTES || length > maxBodyBytes) {
                violate(ctx, Violation.LENGTH);
            } else if (buffer.readableBytes() >= HEADER_BYTES + length) {
                buffer.skipBytes(HEADER_BYTES);
                progressed = true;
                ctx.fireChannelRead(buffer.readRetainedSlice((int) length));
            } else {
                break;
            }
        }
        keepRest(ctx, buffer, progressed);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stop();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stop();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ByteBuf body = (ByteBuf) message;
        ctx.write(ctx.alloc().buffer(HEADER_BYTES, HEADER_BYTES).writeInt(body.readableBytes()));
        ctx.write(body, promise);
    }

    private void keepRest(ChannelHandlerContext ctx, ByteBuf buffer, boolean progressed) {
        if (received == null) {
            return; // Released by a close while the bodies were being handled.
        }
        if (progressed) {
            cancelDeadline();
        }
        if (!buffer.isReadable()) {
            buffer.release();
            received = null;
            return;
        }
        if (buffer.refCnt() == 1) {
            received = buffer.discardSomeReadBytes();
        }
        if (deadline == null) {
            deadline = ctx.executor()
                    .schedule(() -> violate(ctx, Violation.SLOW_FRAME), frameTimeoutNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void violate(ChannelHandlerContext ctx, Violation violation) {
        stop();
        ctx.fireUserEventTriggered(violation);
        ctx.close();
    }

    private void stop() {
        closing = true;
        cancelDeadline();
        if (received != null) {
            received.release();
            received = null;
        }
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
