package org.ppspp.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.ppspp.net.NetTally.Count;
import org.ppspp.wire.TransportAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The UDP sockets of a peer. Runs of equal datagrams leave and arrive in one piece where the system offers that, which is
 * what makes it fast; destinations whose path refuses it get single datagrams.
 *
 * <p>Used on the loop's thread, save for binding.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is told to the pipeline, and a closed channel is closed
final class UdpTransport {
    /** Datagrams of one run; Linux takes no more in one piece. */
    static final int MAX_SEGMENTS = 64;

    /** The largest payload over IPv4, of one datagram as well as of a run in one piece. */
    static final int MAX_RUN_BYTES = 65_507;

    private static final Logger LOG = LoggerFactory.getLogger(UdpTransport.class);

    private static final int SOCKET_BUFFER_BYTES = 4 << 20;

    /** Below this, bursts that congestion control allows are lost in our own socket. */
    private static final int POOR_BUFFER_BYTES = 1 << 20;

    private static final int READ_BUFFER_BYTES = 65_536;

    /** Datagrams read before what they caused is sent: some eight full reads. */
    private static final int MAX_DATAGRAMS_PER_BURST = 512;

    /** What may wait in front of a full socket; a burst fits. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 << 10, 1 << 20);

    /** Forgetting the oldest costs one refused run when it is used again. */
    private static final int MAX_REFUSING_DESTINATIONS = 1024;

    private static final int EIO = -5;
    private static final int EINVAL = -22;
    private static final int EMSGSIZE = -90;

    private final NativeTransport transport;
    private final EventLoop loop;
    private final Receiver receiver;
    private final NetTally tally;
    private final List<Channel> channels = new ArrayList<>();
    private final Set<InetSocketAddress> refusing = new LinkedHashSet<>();
    private final boolean segmenting;

    UdpTransport(NativeTransport transport, EventLoop loop, Receiver receiver, NetTally tally) {
        this.transport = transport;
        this.loop = loop;
        this.receiver = receiver;
        this.tally = tally;
        segmenting = transport.segmentsDatagrams();
    }

    /** Opens one more socket, which reads nothing yet. Blocks; to be called before {@link #start}. */
    InetSocketAddress bind(InetAddress address, int port) throws IOException {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(() -> transport.datagramChannel(address))
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.AUTO_READ, false)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(READ_BUFFER_BYTES).maxMessagesPerRead(MAX_DATAGRAMS_PER_BURST))
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_BYTES)
                .handler(new Inbound());
        transport.beforeBind(bootstrap, address);
        transport.coalesceDatagrams(bootstrap);
        Channel channel = Binding.await(
                bootstrap.bind(address, port), TransportAddress.udp(new InetSocketAddress(address, port)));
        channels.add(channel);
        return (InetSocketAddress) channel.localAddress();
    }

    /** Starts to read. */
    void start() {
        int bytes = receiveBufferBytes();
        if (bytes < POOR_BUFFER_BYTES) {
            LOG.warn("UDP receive buffer is only {} bytes; raise net.core.rmem_max to {}", bytes, SOCKET_BUFFER_BYTES);
        }
        channels.forEach(channel -> channel.config().setAutoRead(true));
    }

    /** What the smallest of the sockets holds, as the system granted it. */
    int receiveBufferBytes() {
        return channels.stream()
                .mapToInt(channel -> transport.payloadBytes(channel.config().getOption(ChannelOption.SO_RCVBUF)))
                .min()
                .orElse(0);
    }

    List<Channel> channels() {
        return channels;
    }

    /** Whether runs may leave in one piece. */
    boolean segmenting() {
        return segmenting;
    }

    /** Whether the sockets take more; when they do again, {@link Receiver#ready} is called. */
    boolean writable() {
        for (Channel channel : channels) {
            if (!channel.isWritable()) {
                return false;
            }
        }
        return true;
    }

    /** Writes the readable bytes of {@code run}, which it releases, as datagrams of {@code segmentLength}; they leave on {@link #flush}. */
    void send(InetSocketAddress destination, ByteBuf run, int segmentLength) {
        int length = run.readableBytes();
        tally.add(Count.DATAGRAMS_SENT, (length + segmentLength - 1) / segmentLength);
        tally.add(Count.DATAGRAM_BYTES_SENT, length);
        Channel channel = channelTo(destination.getAddress());
        if (channel == null) {
            tally.increment(Count.SEND_ERRORS);
            run.release();
        } else if (length <= segmentLength) {
            channel.write(new DatagramPacket(run, destination), channel.voidPromise());
        } else if (segmenting && segmentLength <= MAX_RUN_BYTES && !refusing.contains(destination)) {
            writeRuns(channel, destination, run, segmentLength);
        } else {
            writeSeparately(channel, destination, run, segmentLength);
        }
    }

    void flush() {
        channels.forEach(Channel::flush);
    }

    void close() {
        channels.forEach(Channel::close);
        channels.clear();
    }

    private @Nullable Channel channelTo(InetAddress destination) {
        Channel dual = null;
        for (Channel channel : channels) {
            InetAddress local = ((InetSocketAddress) channel.localAddress()).getAddress();
            if (local instanceof Inet6Address == destination instanceof Inet6Address) {
                return channel;
            }
            if (transport.dualStack() && local.isAnyLocalAddress()) {
                dual = channel;
            }
        }
        return dual;
    }

    private void writeRuns(Channel channel, InetSocketAddress destination, ByteBuf run, int segmentLength) {
        int wholeSegments = Math.min(MAX_SEGMENTS, MAX_RUN_BYTES / segmentLength) * segmentLength;
        while (run.readableBytes() > wholeSegments) {
            writeRun(channel, destination, run.readRetainedSlice(wholeSegments), segmentLength);
        }
        writeRun(channel, destination, run, segmentLength);
    }

    private void writeRun(Channel channel, InetSocketAddress destination, ByteBuf run, int segmentLength) {
        tally.increment(Count.SEGMENTED_RUNS);
        run.retain();
        channel.write(new SegmentedDatagramPacket(run, segmentLength, destination))
                .addListener(written -> {
                    if (refusesRuns(written.cause())) {
                        refuse(destination);
                        writeSeparately(channel, destination, run, segmentLength);
                        channel.flush();
                        return;
                    }
                    run.release();
                    if (!written.isSuccess()) {
                        failed(channel, written.cause());
                    }
                });
    }

    private void writeSeparately(Channel channel, InetSocketAddress destination, ByteBuf run, int segmentLength) {
        while (run.isReadable()) {
            ByteBuf datagram = run.readRetainedSlice(Math.min(segmentLength, run.readableBytes()));
            channel.write(new DatagramPacket(datagram, destination), channel.voidPromise());
        }
        run.release();
    }

    /** The path cannot compute checksums for us (EIO) or its MTU is below the segment length (EINVAL, EMSGSIZE). */
    private static boolean refusesRuns(@Nullable Throwable cause) {
        return cause instanceof NativeIoException refusal
                && (refusal.expectedErr() == EIO
                        || refusal.expectedErr() == EINVAL
                        || refusal.expectedErr() == EMSGSIZE);
    }

    private void refuse(InetSocketAddress destination) {
        tally.increment(Count.SEGMENTED_RUNS_REFUSED);
        LOG.debug("{} takes no runs of datagrams in one piece", destination);
        if (refusing.size() == MAX_REFUSING_DESTINATIONS) {
            Iterator<InetSocketAddress> oldest = refusing.iterator();
            oldest.next();
            oldest.remove();
        }
        refusing.add(destination);
    }

    /** Only counts: what the network says of an address can be forged, and the engine notices silence by itself. */
    private void failed(Channel channel, Throwable cause) {
        tally.increment(Count.SEND_ERRORS);
        LOG.debug("{}: {}", channel.localAddress(), cause.toString());
    }

    /** One for each socket. */
    private final class Inbound extends ChannelInboundHandlerAdapter {
        private TransportAddress lastSender = TransportAddress.udp(new InetSocketAddress(0));
        private @Nullable InetSocketAddress lastRawSender;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            ByteBuf content = compact(packet.content());
            try {
                tally.increment(Count.DATAGRAMS_RECEIVED);
                tally.add(Count.DATAGRAM_BYTES_RECEIVED, content.readableBytes());
                receiver.received(senderOf(packet), content);
            } finally {
                content.release();
            }
        }

        /** Whoever keeps a part of a datagram shall not keep a whole read buffer with it. Takes the buffer over. */
        private static ByteBuf compact(ByteBuf content) {
            ByteBuf storage = content.unwrap() == null ? content : content.unwrap();
            if (storage.writerIndex() > storage.capacity() / 4) {
                return content;
            }
            ByteBuf copy = PooledByteBufAllocator.DEFAULT.directBuffer(content.readableBytes());
            copy.writeBytes(content);
            content.release();
            return copy;
        }

        private TransportAddress senderOf(DatagramPacket packet) {
            InetSocketAddress sender = packet.sender();
            if (!sender.equals(lastRawSender)) {
                lastRawSender = sender;
                lastSender = TransportAddress.udp(SocketAddresses.normalise(sender));
            }
            return lastSender;
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            receiver.ready();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (context.channel().isWritable()) {
                receiver.ready();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failed(context.channel(), cause);
        }
    }
}
