package org.ppspp.gateway;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;
import org.ppspp.ContentReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The body of one response on its way from a swarm to a viewer. It reads on only as the viewer takes what was read. */
@SuppressWarnings("FutureReturnValueIgnored") // what is read and sent comes back to arrived() and channelInactive()
final class ContentStream implements AutoCloseable {
    /** {@link #ContentStream} of what has no end. */
    static final long ENDLESS = Long.MAX_VALUE;

    private static final Logger LOG = LoggerFactory.getLogger(ContentStream.class);

    private final ChannelHandlerContext ctx;
    private final ContentReader reader;
    private final Runnable done;
    private long left;
    private boolean reading;
    private boolean ended;

    /** Sends {@code length} bytes of {@code reader}, and calls {@code done} after the last one. */
    ContentStream(ChannelHandlerContext ctx, ContentReader reader, long length, Runnable done) {
        this.ctx = ctx;
        this.reader = reader;
        this.left = length;
        this.done = done;
    }

    /** Goes on where the viewer can take more. */
    void pump() {
        if (left == 0 && !ended) {
            end();
        }
        if (ended || reading || !ctx.channel().isWritable()) {
            return;
        }
        reading = true;
        reader.read((int) Math.min(left, GatewayConfig.READ_BYTES))
                .whenComplete((bytes, failure) -> ctx.executor().execute(() -> arrived(bytes, failure)));
    }

    private void arrived(byte @Nullable [] bytes, @Nullable Throwable failure) {
        reading = false;
        if (ended) {
            return;
        }
        if (bytes == null) {
            LOG.debug("content ends early for {}: {}", ctx.channel().remoteAddress(), String.valueOf(failure));
            ctx.close();
        } else if (bytes.length > 0) {
            ctx.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
            left -= left == ENDLESS ? 0 : bytes.length;
            pump();
        } else if (left == ENDLESS) {
            end();
        } else {
            // fewer bytes than promised: only a closed connection says so
            ctx.close();
        }
    }

    private void end() {
        close();
        ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(sent -> {
            if (sent.isSuccess()) {
                done.run();
            }
        });
    }

    @Override
    public void close() {
        ended = true;
        reader.close();
    }
}
