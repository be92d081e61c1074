package org.ppspp.net;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.wire.TransportAddress;

class UdpTransportTest {
    private static final int SEGMENT = 1045;

    private static final ChannelOption<Integer> SO_NO_CHECK = new IntegerUnixChannelOption("SO_NO_CHECK", 1, 11);

    /** Together less than a socket's buffer, however small the datagrams. */
    private static final int RUNS_WITHOUT_WAITING = 8;

    static Stream<Arguments> everyKind() {
        return Stream.of(
                Arguments.of(LoopbackPeer.IPV4, false, true),
                Arguments.of(LoopbackPeer.IPV4, false, false),
                Arguments.of(LoopbackPeer.IPV4, true, false),
                Arguments.of(LoopbackPeer.IPV6, false, true),
                Arguments.of(LoopbackPeer.IPV6, false, false),
                Arguments.of(LoopbackPeer.IPV6, true, false));
    }

    @ParameterizedTest(name = "{0}, NIO {1}, segmenting {2}")
    @MethodSource("everyKind")
    void aRunArrivesAsItsDatagrams(InetAddress address, boolean nio, boolean segmenting) {
        byte[] run = content(61 * SEGMENT + 100);
        try (LoopbackPeer from = open(address, nio);
                LoopbackPeer to = open(address, nio)) {
            if (!segmenting) {
                from.run(() -> sendWithoutChecksums(from));
                to.run(() -> takeWithoutChecksums(to));
            }
            from.sendRun(to.address(), run, SEGMENT);
            await().until(() -> to.receiver.received.size() == 62);

            assertThat(to.receiver.received)
                    .extracting(RecordingReceiver.Received::content)
                    .containsExactlyElementsOf(segments(run, SEGMENT));
            assertThat(to.receiver.received)
                    .extracting(RecordingReceiver.Received::from)
                    .containsOnly(from.udp());
            boolean offered = !nio && EpollDatagramChannel.isSegmentedDatagramPacketSupported();
            assertThat(from.counters().segmentedRuns()).isEqualTo(offered ? 1 : 0);
            assertThat(from.counters().segmentedRunsRefused()).isEqualTo(offered && !segmenting ? 1 : 0);
            assertThat(from.counters().datagramsSent()).isEqualTo(62);
            assertThat(to.counters().datagramBytesReceived()).isEqualTo(run.length);
        }
    }

    /** Only datagrams that came in one read lie one behind the other. */
    @Test
    void aRunLeavesAndArrivesInOnePiece() {
        assumeTrue(EpollDatagramChannel.isSegmentedDatagramPacketSupported());
        AddressNotes notes = new AddressNotes();
        try (LoopbackPeer from = open(LoopbackPeer.IPV4, false);
                LoopbackPeer to =
                        LoopbackPeer.open(LoopbackPeer.on(LoopbackPeer.IPV4), new RecordingReceiver(), notes)) {
            from.sendRun(to.address(), content(62 * SEGMENT), SEGMENT);
            await().until(() -> notes.addresses.size() == 62);
            assertThat(from.counters().segmentedRunsRefused()).isZero();
            long first = notes.addresses.element();
            assertThat(notes.addresses)
                    .containsExactlyElementsOf(LongStream.range(0, 62)
                            .map(i -> first + i * SEGMENT)
                            .boxed()
                            .toList());
        }
    }

    @ParameterizedTest(name = "{0}, NIO {1}, segmenting {2}")
    @MethodSource("everyKind")
    void echoesTenThousandDatagrams(InetAddress address, boolean nio, boolean segmenting) {
        RecordingReceiver echoed = new RecordingReceiver();
        Echo echo = new Echo();
        try (LoopbackPeer from = open(address, nio);
                LoopbackPeer to = LoopbackPeer.open(config(address, nio), echoed, echo)) {
            echo.udp = to.sockets.udp();
            if (!segmenting) {
                from.run(() -> sendWithoutChecksums(from));
                to.run(() -> takeWithoutChecksums(to));
            }
            Random random = new Random(7);
            int sent = 0;
            for (int run = 1; sent < 10_000; run++) {
                int count = 1 + random.nextInt(UdpTransport.MAX_SEGMENTS);
                int segment = 4 + random.nextInt(1000);
                from.sendRun(to.address(), content(count * segment), segment);
                sent += count;
                if (run % RUNS_WITHOUT_WAITING == 0) {
                    int expected = sent;
                    await().pollDelay(ZERO)
                            .pollInterval(ofMillis(1))
                            .until(() -> from.receiver.received.size() == expected);
                }
            }
            int expected = sent;
            await().until(() -> from.receiver.received.size() == expected);
            assertThat(from.counters().datagramBytesReceived())
                    .isEqualTo(from.counters().datagramBytesSent());
            assertThat(from.counters().sendErrors()).isZero();
        }
    }

    @Test
    void cutsRunsThatTheSystemWouldNotTakeInOnePiece() {
        byte[] run = content(8 * 8191 + 8);
        try (LoopbackPeer from = open(LoopbackPeer.IPV4, false);
                LoopbackPeer to = open(LoopbackPeer.IPV4, false)) {
            from.sendRun(to.address(), run, 8191);
            await().until(() -> to.receiver.received.size() == 9);
            assertThat(to.receiver.received)
                    .extracting(RecordingReceiver.Received::content)
                    .containsExactlyElementsOf(segments(run, 8191));
            assertThat(from.counters().sendErrors()).isZero();
        }
    }

    @Test
    void countsWhatCannotBeSent() {
        try (LoopbackPeer from = open(LoopbackPeer.IPV4, false);
                LoopbackPeer to = open(LoopbackPeer.IPV4, false)) {
            from.sendRun(new InetSocketAddress(LoopbackPeer.IPV6, 9), content(10), 10);
            from.sendRun(to.address(), content(65_536), 65_536);
            await().until(() -> from.counters().sendErrors() == 2);

            from.sendRun(to.address(), content(10), 10);
            await().until(() -> to.receiver.received.size() == 1);
        }
    }

    @Test
    void survivesPortsNobodyListensOn() {
        InetSocketAddress nobody;
        try (LoopbackPeer gone = open(LoopbackPeer.IPV4, false)) {
            nobody = gone.address();
        }
        try (LoopbackPeer from = open(LoopbackPeer.IPV4, false);
                LoopbackPeer to = open(LoopbackPeer.IPV4, false)) {
            for (int i = 0; i < 10; i++) {
                from.sendRun(nobody, content(100), 10);
            }
            from.sendRun(to.address(), content(10), 10);
            await().until(() -> to.receiver.received.size() == 1);
            assertThat(from.receiver.closed).isEmpty();
        }
    }

    @ParameterizedTest(name = "NIO {0}")
    @ValueSource(booleans = {false, true})
    void everyAddressMeansBothFamiliesWithAddressesInOneForm(boolean nio) {
        NetConfig everywhere = NetConfig.onPort(0);
        try (LoopbackPeer to = LoopbackPeer.open(nio ? everywhere.withoutNativeTransport() : everywhere);
                LoopbackPeer v4 = open(LoopbackPeer.IPV4, nio);
                LoopbackPeer v6 = open(LoopbackPeer.IPV6, nio)) {
            int port = to.address().getPort();
            v4.sendRun(new InetSocketAddress(LoopbackPeer.IPV4, port), content(10), 10);
            v6.sendRun(new InetSocketAddress(LoopbackPeer.IPV6, port), content(10), 10);
            await().until(() -> to.receiver.received.size() == 2);
            List<TransportAddress> senders = to.receiver.received.stream()
                    .map(RecordingReceiver.Received::from)
                    .toList();
            assertThat(senders).containsExactlyInAnyOrder(v4.udp(), v6.udp());

            for (TransportAddress sender : senders) {
                to.sendRun(sender.socket(), content(20), 20);
            }
            await().until(() -> v4.receiver.received.size() + v6.receiver.received.size() == 2);
            assertThat(v4.receiver.received).hasSize(1);
        }
    }

    @Test
    void reportsTheReceiveBufferTheSystemGranted() {
        try (LoopbackPeer peer = open(LoopbackPeer.IPV4, false);
                LoopbackPeer nio = open(LoopbackPeer.IPV4, true)) {
            assertThat(peer.sockets.receiveBufferBytes()).isPositive().isLessThanOrEqualTo(4 << 20);
            assertThat(nio.sockets.receiveBufferBytes()).isEqualTo(peer.sockets.receiveBufferBytes());
        }
    }

    /** Linux computes no checksums for a socket that sends none, and so takes no runs from it. */
    private static void sendWithoutChecksums(LoopbackPeer peer) {
        boolean inet6 = peer.address().getAddress() instanceof Inet6Address;
        set(peer, inet6 ? new IntegerUnixChannelOption("UDP_NO_CHECK6_TX", 17, 101) : SO_NO_CHECK);
    }

    private static void takeWithoutChecksums(LoopbackPeer peer) {
        set(peer, new IntegerUnixChannelOption("UDP_NO_CHECK6_RX", 17, 102));
    }

    private static void set(LoopbackPeer peer, ChannelOption<Integer> option) {
        if (peer.sockets.udp().segmenting()) {
            peer.sockets.udp().channels().forEach(channel -> channel.config().setOption(option, 1));
        }
    }

    private static LoopbackPeer open(InetAddress address, boolean nio) {
        return LoopbackPeer.open(config(address, nio));
    }

    private static NetConfig config(InetAddress address, boolean nio) {
        NetConfig config = LoopbackPeer.on(address);
        return nio ? config.withoutNativeTransport() : config;
    }

    private static byte[] content(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static List<byte[]> segments(byte[] run, int length) {
        List<byte[]> segments = new ArrayList<>();
        for (int at = 0; at < run.length; at += length) {
            segments.add(Arrays.copyOfRange(run, at, Math.min(at + length, run.length)));
        }
        return segments;
    }

    /** Where in memory datagrams arrive. */
    private static final class AddressNotes implements Receiver {
        final Queue<Long> addresses = new ConcurrentLinkedQueue<>();

        @Override
        public void received(TransportAddress from, ByteBuf content) {
            addresses.add(content.memoryAddress() + content.readerIndex());
        }

        @Override
        public void closed(TransportAddress address) {}

        @Override
        public void writable(TransportAddress address, boolean writable) {}

        @Override
        public void ready() {}
    }

    /** Sends each datagram back, a burst at a time. */
    private static final class Echo implements Receiver {
        private volatile @Nullable UdpTransport udp;

        @Override
        public void received(TransportAddress from, ByteBuf content) {
            Objects.requireNonNull(udp).send(from.socket(), content.retainedSlice(), content.readableBytes());
        }

        @Override
        public void closed(TransportAddress address) {}

        @Override
        public void writable(TransportAddress address, boolean writable) {}

        @Override
        public void ready() {
            Objects.requireNonNull(udp).flush();
        }
    }
}
