package org.ppspp.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.ppspp.discovery.HostLookup;
import org.ppspp.discovery.TrackerClient;
import org.ppspp.discovery.TrackerCodec;
import org.ppspp.discovery.TrackerListener;
import org.ppspp.discovery.TrackerMessage;
import org.ppspp.discovery.TrackerMessage.Endpoint;
import org.ppspp.discovery.TrackerMessage.GetPeers;
import org.ppspp.discovery.TrackerMessage.NewNode;
import org.ppspp.discovery.TrackerMessage.OtherPeers;
import org.ppspp.discovery.TrackerMessage.Register;
import org.ppspp.discovery.TrackerMessage.RemoveNode;
import org.ppspp.discovery.TrackerMessage.Unregister;

/** The tracker on real sockets of the loopback interface. */
@Timeout(60)
final class TrackerServerTest {
    private static final String SWARM = "d094024bfed046a9be25a762870ce67089f31f81";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<AutoCloseable> toClose = new ArrayList<>();

    @AfterEach
    void closeEverything() throws Exception {
        for (int i = toClose.size() - 1; i >= 0; i--) {
            toClose.get(i).close();
        }
    }

    @Test
    void servesAConversationOfTheOriginal() throws Exception {
        TrackerServer server = start("127.0.0.1:0");
        Peer a = connect(server);
        a.write(new Register(SWARM, new Endpoint("10.77.0.2", 6778)), new GetPeers(SWARM));
        assertThat(a.read()).isEqualTo(new OtherPeers(SWARM, List.of()));
        Peer b = connect(server);
        b.write(new Register(SWARM, new Endpoint("10.77.0.3", 6778)), new GetPeers(SWARM));
        assertThat(a.read()).isEqualTo(new NewNode(SWARM, new Endpoint("10.77.0.3", 6778)));
        assertThat(b.read()).isEqualTo(new OtherPeers(SWARM, List.of(new Endpoint("10.77.0.2", 6778))));
        b.write(new Unregister(SWARM, new Endpoint("10.77.0.3", 6778)));
        assertThat(a.read()).isEqualTo(new RemoveNode(SWARM, new Endpoint("10.77.0.3", 6778)));
        TrackerStats stats = server.stats();
        assertThat(stats.connections()).isEqualTo(2);
        assertThat(stats.peers()).isEqualTo(1);
        assertThat(stats.received()).isEqualTo(5);
        assertThat(stats.sent()).isEqualTo(4);
    }

    @Test
    void answersOverBothFamiliesByDefault() throws Exception {
        TrackerServer server = start(":0");
        assertThat(server.addresses().get(0).toString()).startsWith("0.0.0.0:");
        for (String host : server.addresses().size() == 2 ? List.of("127.0.0.1", "::1") : List.of("127.0.0.1")) {
            Peer peer = connect(new InetSocketAddress(host, port(server)));
            peer.write(new Register(SWARM, new Endpoint("anything", 6778)), new GetPeers(SWARM));
            assertThat(peer.read()).isInstanceOf(OtherPeers.class);
        }
        assertThat(server.stats().peers()).isEqualTo(server.addresses().size());
    }

    @Test
    void listensOnSeveralAddresses() throws Exception {
        TrackerServer server = start("127.0.0.1:0", "127.0.0.2:0");
        assertThat(server.addresses()).hasSize(2);
        for (ListenAddress address : server.addresses()) {
            connect(address.socketAddress());
        }
        await().atMost(PATIENCE).until(() -> server.stats().connections() == 2);
    }

    @Test
    void saysWhichAddressIsInUse() throws Exception {
        int port = port(start("127.0.0.1:0"));
        assertThatThrownBy(() -> start("127.0.0.1:" + port))
                .isInstanceOf(CannotListenException.class)
                .hasMessage("cannot listen on 127.0.0.1:" + port + ": address already in use");
        assertThatThrownBy(() -> start("192.0.2.77:0"))
                .isInstanceOf(CannotListenException.class)
                .hasMessageContaining("192.0.2.77:0");
    }

    @Test
    void closesOnNonsense() throws Exception {
        TrackerServer server = start("127.0.0.1:0");
        List<byte[]> nonsense = List.of(
                new byte[] {-1, -1, -1, -1},
                new byte[] {0, 0, 0, 0},
                new byte[] {0, 0, 0x40, 1},
                frame("[".repeat(16_000)),
                frame("{\"type\": \"register\", \"swarm_id\": \"ab\"}"),
                "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        for (byte[] bytes : nonsense) {
            Peer peer = connect(server);
            peer.writeBytes(bytes);
            assertThat(peer.isAtEnd()).isTrue();
        }
        await().atMost(PATIENCE).until(() -> server.stats().connections() == 0);
        assertThat(server.stats().malformed()).isEqualTo(nonsense.size());
        Peer polite = connect(server);
        polite.write(new Register(SWARM, new Endpoint("x", 6778)), new GetPeers(SWARM));
        assertThat(polite.read()).isEqualTo(new OtherPeers(SWARM, List.of()));
    }

    @Test
    void ignoresUnknownMessages() throws Exception {
        Peer peer = connect(start("127.0.0.1:0"));
        peer.writeBytes(frame("{\"type\": \"hello\", \"swarm_id\": \"ab\"}"));
        peer.write(new Register(SWARM, new Endpoint("x", 6778)), new GetPeers(SWARM));
        assertThat(peer.read()).isEqualTo(new OtherPeers(SWARM, List.of()));
    }

    @Test
    void turnsAwayWhatItCannotServe() throws Exception {
        TrackerServer server = start(
                new TrackerServer.Settings(List.of(ListenAddress.parse("127.0.0.1:0")), Limits.defaults(), 2, 900));
        Peer first = connect(server);
        first.write(new Register(SWARM, new Endpoint("x", 6778)), new GetPeers(SWARM));
        first.read();
        connect(server);
        assertThat(connect(server).isAtEnd()).isTrue();
        first.socket.close();
        await().atMost(PATIENCE).until(() -> server.stats().connections() == 1);
        Peer next = connect(server);
        next.write(new Register(SWARM, new Endpoint("x", 6778)), new GetPeers(SWARM));
        assertThat(next.read()).isInstanceOf(OtherPeers.class);
    }

    @Test
    void forgetsThoseWhoDisconnected() throws Exception {
        Limits impatient = new Limits(10, 10, 50, TimeUnit.MILLISECONDS.toNanos(1), false);
        TrackerServer server =
                start(new TrackerServer.Settings(List.of(ListenAddress.parse("127.0.0.1:0")), impatient, 10, 900));
        Peer stays = connect(server);
        stays.write(new Register(SWARM, new Endpoint("10.77.0.2", 6778)), new GetPeers(SWARM));
        stays.read();
        Peer goes = connect(server);
        goes.write(new Register(SWARM, new Endpoint("10.77.0.3", 6778)));
        assertThat(stays.read()).isInstanceOf(NewNode.class);
        goes.socket.close();
        assertThat(stays.read()).isEqualTo(new RemoveNode(SWARM, new Endpoint("10.77.0.3", 6778)));
    }

    @Test
    void letsTwoClientsFindEachOtherAgainAfterARestart() throws Exception {
        TrackerServer server = start("127.0.0.1:0");
        int port = port(server);
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        toClose.add(() -> group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly());
        Found first = new Found();
        Found second = new Found();
        TrackerClient firstClient = client(group, port, 7001, first);
        await().atMost(PATIENCE).until(() -> server.stats().peers() == 1);
        TrackerClient secondClient = client(group, port, 7002, second);
        await().atMost(PATIENCE).until(() -> first.peers.contains(peer(7002)) && second.peers.contains(peer(7001)));

        server.close();
        first.peers.clear();
        second.peers.clear();
        TrackerServer restarted = start("127.0.0.1:" + port);
        await().atMost(PATIENCE).until(() -> restarted.stats().peers() == 2);
        await().atMost(PATIENCE).until(() -> first.peers.contains(peer(7002)) || second.peers.contains(peer(7001)));

        firstClient.close().join();
        await().atMost(PATIENCE).until(() -> restarted.stats().peers() == 1);
        secondClient.close().join();
        await().atMost(PATIENCE).until(() -> restarted.stats().swarms() == 0);
    }

    private TrackerClient client(MultiThreadIoEventLoopGroup group, int trackerPort, int port, Found found) {
        TrackerClient client = new TrackerClient(
                (EventLoop) group.next(),
                NioSocketChannel.class,
                HostLookup.system(),
                new SplittableRandom(port),
                new TrackerClient.Settings("127.0.0.1", trackerPort, SWARM, port, TimeUnit.SECONDS.toNanos(60)),
                found);
        client.start();
        toClose.add(() -> client.close().join());
        return client;
    }

    @Test
    void tellsOfATaskThatIsRunNoMore() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        toClose.add(() -> group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync());
        CountDownLatch runs = new CountDownLatch(3);
        CountDownLatch told = new CountDownLatch(1);
        TrackerServer.repeat(
                group,
                () -> {
                    runs.countDown();
                    if (runs.getCount() == 0) {
                        throw new IllegalStateException("of the test");
                    }
                },
                1,
                told::countDown);
        assertThat(told.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(runs.getCount()).isZero();
    }

    private TrackerServer start(String... listen) throws CannotListenException {
        List<ListenAddress> addresses = new ArrayList<>();
        for (String address : listen) {
            addresses.add(ListenAddress.parse(address));
        }
        return start(new TrackerServer.Settings(addresses, Limits.defaults(), 1_000, 900));
    }

    private TrackerServer start(TrackerServer.Settings settings) throws CannotListenException {
        TrackerServer server = TrackerServer.start(settings, new SplittableRandom(1), () -> {
            throw new AssertionError("a defect");
        });
        toClose.add(server);
        return server;
    }

    private Peer connect(TrackerServer server) throws IOException {
        return connect(server.addresses().get(0).socketAddress());
    }

    private Peer connect(InetSocketAddress address) throws IOException {
        Peer peer = new Peer(new Socket(address.getAddress(), address.getPort()));
        toClose.add(peer.socket);
        return peer;
    }

    private static int port(TrackerServer server) {
        return server.addresses().get(0).port();
    }

    private static InetSocketAddress peer(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static byte[] frame(String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        return Unpooled.buffer()
                .writeInt(body.length)
                .writeBytes(body)
                .capacity(4 + body.length)
                .array();
    }

    private static final class Found implements TrackerListener {
        private final Set<InetSocketAddress> peers = ConcurrentHashMap.newKeySet();

        @Override
        public void peers(List<InetSocketAddress> addresses) {
            peers.addAll(addresses);
        }

        @Override
        public void reachable(boolean nowReachable, String reason) {}
    }

    /** A client of the test's own, blocking. */
    private static final class Peer {
        private final Socket socket;
        private final DataInputStream in;
        private final DataOutputStream out;
        private final TrackerCodec codec = TrackerCodec.client();

        Peer(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout((int) PATIENCE.toMillis());
            in = new DataInputStream(socket.getInputStream());
            out = new DataOutputStream(socket.getOutputStream());
        }

        void write(TrackerMessage... messages) throws IOException {
            for (TrackerMessage message : messages) {
                byte[] body = codec.encode(message);
                out.writeInt(body.length);
                out.write(body);
            }
        }

        void writeBytes(byte[] bytes) throws IOException {
            out.write(bytes);
        }

        TrackerMessage read() throws Exception {
            byte[] body = new byte[in.readInt()];
            in.readFully(body);
            return Objects.requireNonNull(codec.decode(Unpooled.wrappedBuffer(body)));
        }

        /** A reset counts: the tracker closes without reading what it was sent further. */
        boolean isAtEnd() {
            try {
                return in.read() < 0;
            } catch (java.net.SocketTimeoutException e) {
                return false;
            } catch (IOException e) {
                return true;
            }
        }
    }
}
