package org.ppspp.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.ppspp.net.NetTally.Count;
import org.ppspp.wire.TransportAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TCP connections of a peer, by the address at their other end. Those to an unknown address are opened by sending there.
 *
 * <p>Used on the loop's thread, save for listening.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is told to the pipeline, and a closed channel is closed
final class TcpTransport {
    private static final Logger LOG = LoggerFactory.getLogger(TcpTransport.class);

    private static final int BACKLOG = 128;

    /** About 16 of the largest frames wait in front of a slow connection. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 << 10, 1 << 20);

    private static final int MIN_READ_BYTES = 1024;
    private static final int FIRST_READ_BYTES = 4096;
    private static final int MAX_READ_BYTES = 256 << 10;

    private final NativeTransport transport;
    private final EventLoop loop;
    private final Receiver receiver;
    private final NetTally tally;
    private final TcpLimits limits;
    private final List<Channel> servers = new ArrayList<>();
    private final Map<TransportAddress, TcpConnection> connections = new HashMap<>();
    private final Set<TcpConnection> incoming = new HashSet<>();
    private final Set<TcpConnection> outgoing = new HashSet<>();
    private final Deque<TcpConnection> unflushed = new ArrayDeque<>();
    private @Nullable Runnable whenEmpty;

    TcpTransport(NativeTransport transport, EventLoop loop, Receiver receiver, NetTally tally, TcpLimits limits) {
        this.transport = transport;
        this.loop = loop;
        this.receiver = receiver;
        this.tally = tally;
        this.limits = limits;
    }

    /** Opens one more listening socket, which accepts nothing yet. Blocks; to be called before {@link #start}. */
    void listen(InetAddress address, int port) throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channelFactory(() -> transport.serverChannel(address))
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .handler(new Acceptor())
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel);
                    }
                });
        transport.beforeBind(bootstrap, address);
        TransportAddress local = TransportAddress.tcp(new InetSocketAddress(address, port));
        servers.add(Binding.await(bootstrap.bind(address, port), local));
    }

    List<Channel> servers() {
        return servers;
    }

    /** Starts to accept connections. */
    void start() {
        servers.forEach(server -> server.config().setAutoRead(true));
    }

    /**
     * Sends one frame, opening a connection where there is none; it leaves on {@link #flush}. {@code frame} begins with four
     * bytes of room for its length, and is released.
     */
    void send(TransportAddress destination, ByteBuf frame) {
        frame.setInt(frame.readerIndex(), frame.readableBytes() - DatagramFraming.LENGTH_BYTES);
        TcpConnection connection = connections.get(destination);
        if (connection == null) {
            connection = connect(destination);
        }
        if (connection == null) {
            tally.increment(Count.FRAMES_DROPPED);
            frame.release();
        } else if (connection.write(frame)) {
            unflushed.add(connection);
        }
    }

    void flush() {
        for (TcpConnection connection = unflushed.poll(); connection != null; connection = unflushed.poll()) {
            connection.flush();
        }
    }

    /** Closes the connection once what was sent has left. The receiver hears no more of it. */
    void disconnect(TransportAddress address) {
        TcpConnection connection = connections.remove(address);
        if (connection != null) {
            connection.closeAfterFlush();
        }
    }

    /** Accepts no more, closes all connections once what was sent has left, and then runs {@code closed}. */
    void close(Runnable closed) {
        whenEmpty = closed;
        servers.forEach(Channel::close);
        servers.clear();
        connections.clear();
        List.copyOf(incoming).forEach(TcpConnection::closeAfterFlush);
        List.copyOf(outgoing).forEach(TcpConnection::closeAfterFlush);
        noteEmpty();
    }

    /** Closes everything at once. */
    void abort() {
        servers.forEach(Channel::close);
        servers.clear();
        connections.clear();
        List.copyOf(incoming).forEach(TcpConnection::abort);
        List.copyOf(outgoing).forEach(TcpConnection::abort);
    }

    Receiver receiver() {
        return receiver;
    }

    NetTally tally() {
        return tally;
    }

    TcpLimits limits() {
        return limits;
    }

    void connected(TcpConnection connection) {
        if (outgoing.contains(connection)) {
            tally.increment(Count.CONNECTIONS_OPENED);
        }
    }

    void gone(TcpConnection connection) {
        incoming.remove(connection);
        outgoing.remove(connection);
        if (connections.remove(connection.address(), connection)) {
            receiver.closed(connection.address());
            receiver.ready();
        }
        noteEmpty();
    }

    private void noteEmpty() {
        if (whenEmpty != null && incoming.isEmpty() && outgoing.isEmpty()) {
            Runnable closed = whenEmpty;
            whenEmpty = null;
            closed.run();
        }
    }

    private void accept(Channel channel) {
        InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
        if (remote == null || incoming.size() >= limits.maxIncoming()) {
            tally.increment(Count.CONNECTIONS_REFUSED);
            channel.close();
            return;
        }
        TransportAddress address = TransportAddress.tcp(SocketAddresses.normalise(remote));
        if (connections.containsKey(address)) {
            tally.increment(Count.CONNECTIONS_REFUSED);
            channel.close();
            return;
        }
        tally.increment(Count.CONNECTIONS_ACCEPTED);
        incoming.add(open(address, channel));
    }

    /** Null where there can be no connection, which the receiver has been told. */
    private @Nullable TcpConnection connect(TransportAddress destination) {
        if (outgoing.size() >= limits.maxOutgoing()) {
            LOG.debug("{}: too many connections", destination);
            return failed(destination);
        }
        SocketChannel channel;
        try {
            channel = transport.socketChannel(destination.socket().getAddress());
        } catch (ChannelException e) {
            LOG.debug("{}: no socket: {}", destination, e.toString());
            return failed(destination);
        }
        TcpConnection connection = open(destination, channel);
        outgoing.add(connection);
        loop.register(channel);
        channel.connect(destination.socket()).addListener(opened -> {
            if (!opened.isSuccess()) {
                LOG.debug("{}: {}", destination, opened.cause().toString());
                tally.increment(Count.CONNECTIONS_FAILED);
                channel.close();
            }
        });
        return connection;
    }

    private @Nullable TcpConnection failed(TransportAddress destination) {
        tally.increment(Count.CONNECTIONS_FAILED);
        receiver.closed(destination);
        return null;
    }

    private TcpConnection open(TransportAddress address, Channel channel) {
        channel.config()
                .setAllocator(PooledByteBufAllocator.DEFAULT)
                .setRecvByteBufAllocator(
                        new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, FIRST_READ_BYTES, MAX_READ_BYTES))
                .setWriteBufferWaterMark(WATER_MARK)
                .setConnectTimeoutMillis((int) TimeUnit.NANOSECONDS.toMillis(limits.connectNanos()));
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        transport.tuneConnection(channel);
        TcpConnection connection = new TcpConnection(address, this, channel);
        connections.put(address, connection);
        channel.pipeline().addLast(connection.framing(), connection);
        return connection;
    }

    /** Pauses accepting while the system has no room, so that it costs no time; UDP goes on meanwhile. */
    private final class Acceptor extends ChannelInboundHandlerAdapter {
        private static final long PAUSE_SECONDS = 1;

        private boolean warned;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            warned = false;
            context.fireChannelRead(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            tally.increment(Count.ACCEPT_ERRORS);
            Channel server = context.channel();
            if (!warned) {
                warned = true;
                LOG.warn("{} accepts no connections for now: {}", server.localAddress(), cause.toString());
            }
            if (server.isOpen() && server.config().isAutoRead()) {
                server.config().setAutoRead(false);
                context.executor().schedule(() -> server.config().setAutoRead(true), PAUSE_SECONDS, TimeUnit.SECONDS);
            }
        }
    }
}
