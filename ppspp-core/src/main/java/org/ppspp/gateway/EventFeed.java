package org.ppspp.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells all who listen how things stand, once a second, as server-sent events. For the gateway's thread alone. */
@SuppressWarnings("FutureReturnValueIgnored") // whoever cannot be written to is closed and leaves
final class EventFeed {
    private static final byte[] BEFORE = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] AFTER = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final long PERIOD_MILLIS = 1_000;

    private final EventLoop loop;
    private final Supplier<byte[]> status;
    private final Set<Channel> listeners = new LinkedHashSet<>();
    private @Nullable ScheduledFuture<?> ticking;

    EventFeed(EventLoop loop, Supplier<byte[]> status) {
        this.loop = loop;
        this.status = status;
    }

    /** {@code listener} has the head of its response and is told at once. */
    void add(Channel listener) {
        listeners.add(listener);
        tell(listener, status.get());
        if (ticking == null) {
            ticking = loop.scheduleAtFixedRate(this::tick, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    void remove(Channel listener) {
        listeners.remove(listener);
        if (listeners.isEmpty() && ticking != null) {
            ticking.cancel(false);
            ticking = null;
        }
    }

    private void tick() {
        byte[] now = status.get();
        listeners.forEach(listener -> tell(listener, now));
    }

    /** Who does not keep up misses some: the next one says all. */
    private static void tell(Channel listener, byte[] now) {
        if (listener.isWritable()) {
            ByteBuf event = Unpooled.wrappedBuffer(BEFORE, now, AFTER);
            listener.writeAndFlush(new DefaultHttpContent(event));
        }
    }
}
