package org.ppspp.net;

import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All sockets of a peer, UDP and TCP under one port number, and the thread that serves them. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is told to the pipeline, and a closed channel is closed
final class PeerSockets {
    private static final Logger LOG = LoggerFactory.getLogger(PeerSockets.class);

    /** A port that is free over UDP may be taken over TCP; ten misses in a row are no coincidence. */
    private static final int MAX_PORTS_TRIED = 10;

    private static final long SHUTDOWN_MILLIS = 400;

    private static final InetAddress ANY_IPV4 = address(new byte[4]);
    private static final InetAddress ANY_IPV6 = address(new byte[16]);

    private final NetConfig config;
    private final NativeTransport transport;
    private final EventLoopGroup group;
    private final NetTally tally = new NetTally();
    private final List<InetSocketAddress> bound = new ArrayList<>();
    private final Receiver receiver;
    private UdpTransport udp;
    private TcpTransport tcp;

    private PeerSockets(NetConfig config, Receiver receiver) {
        this.config = config;
        this.receiver = receiver;
        transport = NativeTransport.choose(config.forceNio());
        group = new MultiThreadIoEventLoopGroup(1, PeerSockets::newThread, transport.ioHandlers());
        udp = new UdpTransport(transport, group.next(), receiver, tally);
        tcp = new TcpTransport(transport, group.next(), receiver, tally, config.tcp());
    }

    /**
     * Binds every socket; none reads before {@link #start}.
     *
     * @throws java.net.BindException naming the address that cannot be listened on
     */
    static PeerSockets open(NetConfig config, Receiver receiver) throws IOException {
        PeerSockets sockets = new PeerSockets(config, receiver);
        try {
            sockets.bind();
            return sockets;
        } catch (IOException | RuntimeException e) {
            sockets.eventLoop().execute(sockets::shutdown);
            sockets.terminated().awaitUninterruptibly(SHUTDOWN_MILLIS);
            throw e;
        }
    }

    void start() {
        udp.start();
        tcp.start();
    }

    UdpTransport udp() {
        return udp;
    }

    TcpTransport tcp() {
        return tcp;
    }

    EventLoop eventLoop() {
        return group.next();
    }

    Class<? extends SocketChannel> socketChannelType() {
        return transport.socketChannelType();
    }

    NetTally tally() {
        return tally;
    }

    /** Where UDP and TCP are listened on. */
    List<InetSocketAddress> addresses() {
        return List.copyOf(bound);
    }

    int receiveBufferBytes() {
        return udp.receiveBufferBytes();
    }

    /** Closes everything once what was sent has left, after {@code graceMillis} at the latest, and ends the thread. */
    void close(long graceMillis) {
        tcp.close(this::shutdown);
        eventLoop().schedule(this::shutdown, graceMillis, TimeUnit.MILLISECONDS);
    }

    /** Done when the thread has ended. */
    Future<?> terminated() {
        return group.terminationFuture();
    }

    /** Does not leave closing to the end of the thread, which may come before it. */
    private void shutdown() {
        udp.close();
        tcp.abort();
        group.shutdownGracefully(0, SHUTDOWN_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void bind() throws IOException {
        int tries = config.port() == 0 ? MAX_PORTS_TRIED : 1;
        for (int attempt = 1; ; attempt++) {
            try {
                bindAll();
                return;
            } catch (IOException e) {
                if (attempt == tries) {
                    throw e;
                }
                LOG.debug("trying another port: {}", e.getMessage());
                unbind();
            }
        }
    }

    private void bindAll() throws IOException {
        int port = config.port();
        for (InetAddress address : listeningAddresses()) {
            InetSocketAddress local = udp.bind(address, port);
            port = local.getPort();
            tcp.listen(address, port);
            bound.add(local);
        }
    }

    private void unbind() {
        udp.close();
        tcp.abort();
        bound.clear();
        udp = newUdp();
        tcp = newTcp();
    }

    private List<InetAddress> listeningAddresses() {
        List<InetAddress> wanted = config.addresses();
        if (wanted.isEmpty()) {
            wanted = supportsIpv6() ? List.of(ANY_IPV4, ANY_IPV6) : List.of(ANY_IPV4);
        }
        if (transport.dualStack() && wanted.contains(ANY_IPV6)) {
            wanted =
                    wanted.stream().filter(address -> !address.equals(ANY_IPV4)).toList();
        }
        return wanted;
    }

    private boolean supportsIpv6() {
        try {
            transport.datagramChannel(ANY_IPV6).unsafe().closeForcibly();
            return true;
        } catch (ChannelException | UnsupportedOperationException e) {
            LOG.info("no IPv6 here: {}", e.toString());
            return false;
        }
    }

    private UdpTransport newUdp() {
        return new UdpTransport(transport, eventLoop(), receiver, tally);
    }

    private TcpTransport newTcp() {
        return new TcpTransport(transport, eventLoop(), receiver, tally, config.tcp());
    }

    private static Thread newThread(Runnable work) {
        Thread thread = new FastThreadLocalThread(work, "ppspp-loop");
        thread.setDaemon(true);
        return thread;
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }
}
