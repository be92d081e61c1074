package org.ppspp.gateway;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small HTTP server with some content and a page about it. It serves what it was started with and nothing else, to
 * programs and to its own page; a page of somebody else's reads nothing. Its methods may be called from any thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what is closed here is never waited for
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final WriteBufferWaterMark UNTAKEN = new WriteBufferWaterMark(
            GatewayConfig.READ_BYTES, GatewayConfig.MAX_UNTAKEN_BYTES - GatewayConfig.READ_BYTES);
    private static final long CLOSE_SECONDS = 2;

    private final GatewayConfig config;
    private final List<ServedContent> contents;
    private final EventLoopGroup group;
    private final ChannelGroup channels;
    private final Site site;
    private final InetSocketAddress address;

    private Gateway(GatewayConfig config, List<GatewayContent> contents) throws BindException {
        this.config = config;
        this.group = new MultiThreadIoEventLoopGroup(
                1,
                new DefaultThreadFactory("ppspp-http", true),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        EventLoop loop = group.next();
        this.contents = contents.stream()
                .map(content -> new ServedContent(content, loop))
                .toList();
        this.channels = new DefaultChannelGroup(loop, true);
        this.site = new Site(config, this.contents, loop);
        try {
            this.address = listen();
        } catch (BindException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts to serve.
     *
     * @param contents at least one; their names differ
     * @throws BindException naming the address that cannot be listened on
     */
    public static Gateway start(GatewayConfig config, List<GatewayContent> contents) throws BindException {
        Gateway gateway = new Gateway(config, contents);
        Set<String> names = new HashSet<>();
        for (ServedContent content : gateway.contents) {
            if (!names.add(content.name())) {
                gateway.close();
                throw new IllegalArgumentException("two contents are called " + content.name());
            }
        }
        return gateway;
    }

    /** What is listened on. */
    public InetSocketAddress address() {
        return address;
    }

    /** Where the page is. Whoever knows it may watch. */
    public URI page() {
        InetAddress shown = address.getAddress().isAnyLocalAddress() ? NetUtil.LOCALHOST4 : address.getAddress();
        AccessToken token = config.token();
        return URI.create("http://" + NetUtil.toSocketAddressString(new InetSocketAddress(shown, address.getPort()))
                + '/' + (token == null ? "" : token.text() + '/'));
    }

    /** Where the first content is. */
    public URI content() {
        return page().resolve(contents.get(0).path());
    }

    /** Where the playlist of the first content is, which is there for MPEG transport streams. */
    public URI playlist() {
        return page().resolve("hls/index.m3u8");
    }

    /** Ends all connections and frees the port, within a few seconds. */
    @Override
    public void close() {
        if (group.isShuttingDown()) {
            return;
        }
        channels.close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
        group.submit(() -> contents.forEach(ServedContent::close))
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
        group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS + 1, TimeUnit.SECONDS);
    }

    private InetSocketAddress listen() throws BindException {
        InetAddress wanted = config.address();
        if (wanted != null) {
            return bind(new InetSocketAddress(wanted, config.port()));
        }
        InetSocketAddress first = bind(new InetSocketAddress(NetUtil.LOCALHOST4, config.port()));
        try {
            bind(new InetSocketAddress(NetUtil.LOCALHOST6, first.getPort()));
        } catch (BindException e) {
            LOG.debug("not over IPv6: {}", e.getMessage());
        }
        return first;
    }

    private InetSocketAddress bind(InetSocketAddress wanted) throws BindException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channelFactory(Gateway::listener)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNTAKEN)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        converse(channel);
                    }
                });
        ChannelFuture bound = bootstrap.bind(wanted).awaitUninterruptibly();
        Throwable failure = bound.cause();
        if (failure != null) {
            BindException problem = new BindException(
                    "cannot listen on " + NetUtil.toSocketAddressString(wanted) + ": " + failure.getMessage());
            problem.initCause(failure);
            throw problem;
        }
        channels.add(bound.channel());
        return (InetSocketAddress) bound.channel().localAddress();
    }

    private void converse(SocketChannel channel) {
        channels.add(channel);
        HttpDecoderConfig limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(GatewayConfig.MAX_REQUEST_LINE_BYTES)
                .setMaxHeaderSize(GatewayConfig.MAX_HEADER_BYTES);
        channel.pipeline()
                .addLast(new IdleStateHandler(true, 0, config.stallPatience().toMillis(), 0, TimeUnit.MILLISECONDS))
                .addLast(new HttpServerCodec(limits))
                .addLast(new Conversation(
                        site,
                        new AllowedHosts(
                                config.address(), channel.localAddress().getPort())));
    }

    private static ServerChannel listener() {
        return Epoll.isAvailable() ? new EpollServerSocketChannel() : new NioServerSocketChannel();
    }
}
