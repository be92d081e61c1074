package org.ppspp.tracker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.ppspp.discovery.TrackerCodec;
import org.ppspp.discovery.TrackerMessage;

/**
 * Carries messages between the connections and the {@link TrackerState}, and decides which connections may stay.
 *
 * <p>Everything here happens on the server's one event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failed writes and closes end in channelInactive.
final class Hub {
    /** Most open connections of one IPv4 address or IPv6 /64; local networks are exempt. */
    static final int CONNECTIONS_PER_SITE = 64;

    private static final long FIRST_FRAME_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final TrackerState state;
    private final int maxConnections;
    private final LongSupplier clock;
    private final TrackerCodec codec = TrackerCodec.server();
    private final Map<Long, Link> links = new HashMap<>();
    private final Map<Site, Integer> linksPerSite = new HashMap<>();
    private long accepted;
    private long turnedAway;
    private long received;
    private long sent;
    private long dropped;
    private long malformed;

    /** One open connection. */
    private static final class Link {
        private final Channel channel;
        private final @Nullable Site site;
        private long lastFrame;
        private boolean spoken;

        Link(long now, Channel channel, @Nullable Site site) {
            this.channel = channel;
            this.site = site;
            this.lastFrame = now;
        }

        /** How long it may still be silent; registered connections may be for ever. */
        boolean isOverdue(long now, boolean registered) {
            return !registered && now - lastFrame >= (spoken ? IDLE_NANOS : FIRST_FRAME_NANOS);
        }
    }

    Hub(TrackerState state, int maxConnections, LongSupplier clock) {
        this.state = state;
        this.maxConnections = maxConnections;
        this.clock = clock;
    }

    TrackerCodec codec() {
        return codec;
    }

    /**
     * Admits a new connection.
     *
     * @return its number, or null if there are too many: to be closed
     */
    @Nullable
    Long open(Channel channel, InetAddress source) {
        Site site = Site.isLocal(source) ? null : Site.of(source);
        accepted++;
        if (links.size() >= maxConnections
                || (site != null && linksPerSite.getOrDefault(site, 0) >= CONNECTIONS_PER_SITE)) {
            turnedAway++;
            return null;
        }
        if (site != null) {
            linksPerSite.merge(site, 1, Integer::sum);
        }
        Long id = accepted;
        links.put(id, new Link(clock.getAsLong(), channel, site));
        state.opened(clock.getAsLong(), id, source);
        return id;
    }

    /**
     * A frame has come from a connection.
     *
     * @param message null if it meant nothing to this version
     */
    void received(Long id, @Nullable TrackerMessage message) {
        Link link = links.get(id);
        if (link == null) {
            return;
        }
        long now = clock.getAsLong();
        link.lastFrame = now;
        link.spoken = true;
        received++;
        if (message != null) {
            deliver(state.received(now, id, message));
        }
    }

    void malformed() {
        malformed++;
    }

    void close(Long id) {
        Link link = links.remove(id);
        if (link == null) {
            return;
        }
        if (link.site != null) {
            linksPerSite.computeIfPresent(link.site, (site, count) -> count == 1 ? null : count - 1);
        }
        state.closed(clock.getAsLong(), id);
    }

    /** Lets time pass for the members. */
    void tick() {
        deliver(state.tick(clock.getAsLong()));
    }

    /** Closes the connections that are good for nothing. */
    void sweep() {
        long now = clock.getAsLong();
        for (Map.Entry<Long, Link> entry : new ArrayList<>(links.entrySet())) {
            if (entry.getValue().isOverdue(now, state.hasRegistered(entry.getKey()))) {
                entry.getValue().channel.close();
            }
        }
    }

    void closeAll() {
        for (Link link : new ArrayList<>(links.values())) {
            link.channel.close();
        }
    }

    TrackerStats stats() {
        return new TrackerStats(
                links.size(),
                state.peers(),
                state.swarms(),
                accepted,
                turnedAway,
                state.registrations(),
                received,
                sent,
                dropped,
                state.refused(),
                malformed);
    }

    /** News for many clients is one message, so it is turned into bytes once. */
    private void deliver(List<Delivery> deliveries) {
        TrackerMessage encoded = null;
        ByteBuf bytes = Unpooled.EMPTY_BUFFER;
        for (Delivery delivery : deliveries) {
            Link link = links.get(delivery.connection());
            if (link == null) {
                continue;
            }
            if (!link.channel.isWritable()) {
                drop(link, delivery);
                continue;
            }
            if (delivery.message() != encoded) {
                encoded = delivery.message();
                bytes = Unpooled.wrappedBuffer(codec.encode(encoded));
            }
            sent++;
            link.channel.writeAndFlush(bytes.retainedDuplicate());
        }
    }

    /** A client that asks and never reads would be owed more and more. */
    private void drop(Link link, Delivery delivery) {
        dropped++;
        if (!delivery.isPush()) {
            link.channel.close();
        }
    }
}
