package org.ppspp.net;

import io.netty.bootstrap.AbstractBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes sockets of one kind: Linux's epoll with segmentation offload where it is available, else the JDK's. */
enum NativeTransport {
    EPOLL,
    NIO;

    private static final Logger LOG = LoggerFactory.getLogger(NativeTransport.class);

    /** Linux: an IPv6 socket that leaves IPv4 to another one. */
    private static final ChannelOption<Integer> IPV6_V6ONLY = new IntegerUnixChannelOption("IPV6_V6ONLY", 41, 26);

    private static final byte[] CUBIC = "cubic".getBytes(StandardCharsets.US_ASCII);

    /** Linux: the congestion control of one TCP socket. */
    private static final ChannelOption<ByteBuffer> TCP_CONGESTION =
            new RawUnixChannelOption("TCP_CONGESTION", 6, 13, CUBIC.length);

    /** Epoll unless it is unavailable, which is worth a line in the log, or unwanted. */
    static NativeTransport choose(boolean forceNio) {
        if (forceNio) {
            return NIO;
        }
        if (Epoll.isAvailable()) {
            return EPOLL;
        }
        LOG.info(
                "no epoll here, using the slower sockets of the JDK: {}",
                SocketErrors.reason(Epoll.unavailabilityCause()));
        return NIO;
    }

    IoHandlerFactory ioHandlers() {
        return this == EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    }

    /** Whether an IPv6 socket bound to every address takes IPv4 as well, so that there can be no IPv4 socket beside it. */
    boolean dualStack() {
        return this == NIO;
    }

    /** Whether the system cuts a large buffer up into datagrams (UDP_SEGMENT). */
    boolean segmentsDatagrams() {
        return this == EPOLL && EpollDatagramChannel.isSegmentedDatagramPacketSupported();
    }

    DatagramChannel datagramChannel(InetAddress local) {
        return this == EPOLL ? new EpollDatagramChannel(family(local)) : new NioDatagramChannel(family(local));
    }

    ServerSocketChannel serverChannel(InetAddress local) {
        return this == EPOLL
                ? new EpollServerSocketChannel(family(local))
                : new NioServerSocketChannel(SelectorProvider.provider(), family(local));
    }

    SocketChannel socketChannel(InetAddress remote) {
        return this == EPOLL
                ? new EpollSocketChannel(family(remote))
                : new NioSocketChannel(SelectorProvider.provider(), family(remote));
    }

    /** The type of the connections that {@link #socketChannel} makes, for others that connect on the same event loop. */
    Class<? extends SocketChannel> socketChannelType() {
        return this == EPOLL ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /** Options of a listening socket that have to be set before it is bound. */
    void beforeBind(AbstractBootstrap<?, ?> bootstrap, InetAddress local) {
        if (this == EPOLL && local instanceof Inet6Address) {
            bootstrap.option(IPV6_V6ONLY, 1);
        }
    }

    /** Lets the system hand over runs of datagrams in one piece (UDP_GRO), which Netty cuts up. */
    void coalesceDatagrams(AbstractBootstrap<?, ?> bootstrap) {
        if (this == EPOLL) {
            bootstrap.option(EpollChannelOption.UDP_GRO, true);
        }
    }

    /** Asks for cubic, which costs half as much as bbr on fast paths; what the system does not permit stays as it is. */
    void tuneConnection(Channel connection) {
        if (this == EPOLL) {
            try {
                connection.config().setOption(TCP_CONGESTION, ByteBuffer.wrap(CUBIC));
            } catch (RuntimeException e) {
                LOG.debug("TCP congestion control stays at the system's default: {}", SocketErrors.reason(e));
            }
        }
    }

    /** Payload bytes that the buffer of {@code size} as read back from a socket holds. */
    int payloadBytes(int size) {
        // Linux doubles what it is asked for, to cover its own overhead; the JDK halves it again, Netty's epoll does
        // not.
        return this == EPOLL ? size / 2 : size;
    }

    private static SocketProtocolFamily family(InetAddress address) {
        return address instanceof Inet6Address ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
    }
}
