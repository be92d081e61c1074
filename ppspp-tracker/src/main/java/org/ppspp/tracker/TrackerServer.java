package org.ppspp.tracker;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.EventExecutorGroup;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import jdk.net.ExtendedSocketOptions;
import org.ppspp.discovery.LengthFraming;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running tracker: its listening sockets and the one thread that serves all clients. */
@SuppressWarnings("FutureReturnValueIgnored") // What is scheduled and closed here is never waited for.
final class TrackerServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrackerServer.class);

    /** Output a client may leave unread before it misses news, in bytes. */
    private static final WriteBufferWaterMark UNREAD = new WriteBufferWaterMark(32 << 10, 64 << 10);

    private static final long TICK_MILLIS = 100;
    private static final long SWEEP_MILLIS = 1_000;
    private static final int BACKLOG = 1_024;
    private static final int KEEP_ALIVE_PROBES = 5;

    /**
     * How to run.
     *
     * @param listen at least one address
     * @param maxConnections more are closed at once
     * @param peerTtlSeconds how long a client may be gone without a word before its connection counts as dead
     */
    record Settings(List<ListenAddress> listen, Limits limits, int maxConnections, int peerTtlSeconds) {
        /** Leaves room for other descriptors under the usual hard limit of 20,000. */
        static final int DEFAULT_MAX_CONNECTIONS = 19_000;

        Settings {
            listen = List.copyOf(listen);
            if (listen.isEmpty() || maxConnections < 1 || peerTtlSeconds < 1) {
                throw new IllegalArgumentException(
                        "listen " + listen + ", connections " + maxConnections + ", ttl " + peerTtlSeconds);
            }
        }
    }

    private final Settings settings;
    private final EventLoopGroup group;
    private final Hub hub;
    private final List<ListenAddress> addresses = new ArrayList<>();
    private final List<Channel> listeners = new ArrayList<>();

    private TrackerServer(Settings settings, RandomGenerator random) {
        this.settings = settings;
        this.group = new MultiThreadIoEventLoopGroup(
                1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        this.hub = new Hub(new TrackerState(settings.limits(), random), settings.maxConnections(), System::nanoTime);
    }

    /**
     * Listens on all addresses of the settings.
     *
     * @param onDefect is called when the tracker cannot do its work any more, which is for the caller to close then
     * @throws CannotListenException if one of them cannot be listened on; nothing is left running then
     */
    static TrackerServer start(Settings settings, RandomGenerator random, Runnable onDefect)
            throws CannotListenException {
        TrackerServer server = new TrackerServer(settings, random);
        try {
            for (ListenAddress address : withoutShadowed(settings.listen())) {
                server.listen(address);
            }
        } catch (CannotListenException e) {
            server.close();
            throw e;
        }
        repeat(server.group, server.hub::tick, TICK_MILLIS, onDefect);
        repeat(server.group, server.hub::sweep, SWEEP_MILLIS, onDefect);
        return server;
    }

    /** Netty says nothing of a task that throws, and runs it no more; a tracker without time serves the dead for ever. */
    static void repeat(EventExecutorGroup group, Runnable task, long everyMillis, Runnable onDefect) {
        group.scheduleAtFixedRate(task, everyMillis, everyMillis, TimeUnit.MILLISECONDS)
                .addListener(ended -> {
                    if (!ended.isCancelled() && ended.cause() != null) {
                        LOG.error("a defect of the tracker, please report it", ended.cause());
                        onDefect.run();
                    }
                });
    }

    /** Where it listens, with the real ports; a socket for both families is two addresses. */
    List<ListenAddress> addresses() {
        return List.copyOf(addresses);
    }

    TrackerStats stats() {
        return group.submit(hub::stats).syncUninterruptibly().getNow();
    }

    /** Closes all sockets and waits for the thread to end, a few seconds at most. */
    @Override
    public void close() {
        if (group.isShuttingDown()) {
            return;
        }
        // First, and awaited: the port is to be free afterwards, and clients that come again at once stay out.
        for (Channel listener : listeners) {
            listener.close().awaitUninterruptibly();
        }
        group.submit(hub::closeAll).syncUninterruptibly();
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }

    /** The IPv6 wildcard takes IPv4 connections too, so a wildcard of IPv4 on the same port is in its way. */
    private static List<ListenAddress> withoutShadowed(List<ListenAddress> listen) {
        List<ListenAddress> distinct = new ArrayList<>();
        for (ListenAddress address : listen) {
            boolean shadowed = address.isIpv4()
                    && address.isWildcard()
                    && listen.stream()
                            .anyMatch(other -> other.isWildcard() && !other.isIpv4() && other.port() == address.port());
            if (!shadowed && !distinct.contains(address)) {
                distinct.add(address);
            }
        }
        return distinct;
    }

    private void listen(ListenAddress address) throws CannotListenException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channelFactory(channels(address.isIpv4()))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new AcceptErrors())
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNREAD)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new LengthFraming(
                                        LengthFraming.MAX_REQUEST_BYTES, LengthFraming.FRAME_TIMEOUT_NANOS))
                                .addLast(new ClientHandler(hub));
                    }
                });
        probeSilentClients(bootstrap);
        ChannelFuture bound = bootstrap.bind(address.socketAddress()).awaitUninterruptibly();
        Throwable failure = bound.cause();
        if (failure != null) {
            throw new CannotListenException(address, failure);
        }
        listeners.add(bound.channel());
        note(address, bound.channel());
    }

    /** PyPPSPP says nothing while it is registered, so it is the kernel that finds out who is gone. */
    private void probeSilentClients(ServerBootstrap bootstrap) {
        int idle = Math.max(1, settings.peerTtlSeconds() / 2);
        int interval = Math.max(1, (settings.peerTtlSeconds() - idle) / KEEP_ALIVE_PROBES);
        if (Epoll.isAvailable()) {
            bootstrap
                    .childOption(EpollChannelOption.TCP_KEEPIDLE, idle)
                    .childOption(EpollChannelOption.TCP_KEEPINTVL, interval)
                    .childOption(EpollChannelOption.TCP_KEEPCNT, KEEP_ALIVE_PROBES);
        } else {
            bootstrap
                    .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), idle)
                    .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), interval)
                    .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), KEEP_ALIVE_PROBES);
        }
    }

    private static ChannelFactory<ServerChannel> channels(boolean ipv4Only) {
        if (Epoll.isAvailable()) {
            return () ->
                    ipv4Only ? new EpollServerSocketChannel(SocketProtocolFamily.INET) : new EpollServerSocketChannel();
        }
        return () -> ipv4Only
                ? new NioServerSocketChannel(SelectorProvider.provider(), SocketProtocolFamily.INET)
                : new NioServerSocketChannel();
    }

    private void note(ListenAddress asked, Channel channel) {
        InetSocketAddress local = (InetSocketAddress) channel.localAddress();
        ListenAddress real = new ListenAddress(local.getAddress(), local.getPort());
        if (asked.isWildcard() && !asked.isIpv4() && local.getAddress() instanceof Inet6Address) {
            addresses.add(new ListenAddress(null, local.getPort()));
        }
        addresses.add(real);
    }

    /** Netty itself pauses accepting for a second after an error, such as too many open files; a human should know. */
    private static final class AcceptErrors extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.warn("cannot accept connections, trying again in 1 s: {}", cause.getMessage());
            ctx.fireExceptionCaught(cause);
        }
    }
}
