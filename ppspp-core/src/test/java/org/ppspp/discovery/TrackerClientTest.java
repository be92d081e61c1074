package org.ppspp.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.ppspp.discovery.TrackerMessage.Endpoint;
import org.ppspp.discovery.TrackerMessage.GetPeers;
import org.ppspp.discovery.TrackerMessage.NewNode;
import org.ppspp.discovery.TrackerMessage.OtherPeers;
import org.ppspp.discovery.TrackerMessage.Register;
import org.ppspp.discovery.TrackerMessage.RemoveNode;
import org.ppspp.discovery.TrackerMessage.Unregister;

@Timeout(60)
final class TrackerClientTest {
    private static final String SWARM = "00112233445566778899aabbccddeeff00112233";
    private static final Endpoint OWN = new Endpoint("127.0.0.1", 7001);

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Recorder heard = new Recorder();
    private final List<TrackerClient> clients = new ArrayList<>();
    private ServerSocket tracker = new ServerSocket();

    TrackerClientTest() throws IOException {}

    @BeforeEach
    void listen() throws IOException {
        tracker.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void closeEverything() throws IOException {
        for (TrackerClient client : clients) {
            client.close().join();
        }
        tracker.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void registersAsksAndPassesOnPeers() throws Exception {
        TrackerClient client = started(TimeUnit.SECONDS.toNanos(60));
        try (Session session = new Session(tracker.accept())) {
            assertThat(session.read()).isEqualTo(new Register(SWARM, OWN));
            assertThat(session.read()).isEqualTo(new GetPeers(SWARM));
            session.write(new OtherPeers(SWARM, List.of(new Endpoint("10.0.0.1", 6778), new Endpoint("::2", 6779))));
            session.write(new NewNode("another swarm", new Endpoint("10.0.0.9", 6778)));
            session.write(new RemoveNode(SWARM, new Endpoint("10.0.0.1", 6778)));
            session.write(new NewNode(SWARM, new Endpoint("localhost", 6778)));
            session.write(new NewNode(SWARM, new Endpoint("10.0.0.2", 6778)));
            await().until(() -> heard.peers.size() == 2);
            assertThat(heard.peers)
                    .containsExactly(
                            List.of(new InetSocketAddress("10.0.0.1", 6778), new InetSocketAddress("::2", 6779)),
                            List.of(new InetSocketAddress("10.0.0.2", 6778)));
            assertThat(heard.reachable).containsExactly(true);
            client.refresh();
            assertThat(session.read()).isEqualTo(new GetPeers(SWARM));
        }
    }

    @Test
    void asksAgainFromTimeToTime() throws Exception {
        started(TimeUnit.MILLISECONDS.toNanos(500));
        try (Session session = new Session(tracker.accept())) {
            assertThat(session.read()).isInstanceOf(Register.class);
            for (int i = 0; i < 3; i++) {
                assertThat(session.read()).isEqualTo(new GetPeers(SWARM));
                session.write(new OtherPeers(SWARM, List.of()));
            }
        }
    }

    @Test
    void unregistersWhenClosed() throws Exception {
        TrackerClient client = started(TimeUnit.SECONDS.toNanos(60));
        try (Session session = new Session(tracker.accept())) {
            session.answer();
            await().until(() -> !heard.reachable.isEmpty());
            client.close().join();
            assertThat(session.read()).isEqualTo(new Unregister(SWARM, OWN));
            assertThat(session.isAtEnd()).isTrue();
            assertThat(heard.reachable).containsExactly(true);
        }
    }

    @Test
    void registersAgainAfterTheTrackerWentAway() throws Exception {
        started(TimeUnit.SECONDS.toNanos(60));
        for (int i = 0; i < 2; i++) {
            try (Session session = new Session(tracker.accept())) {
                assertThat(session.read()).isEqualTo(new Register(SWARM, OWN));
                assertThat(session.read()).isEqualTo(new GetPeers(SWARM));
                session.write(new OtherPeers(SWARM, List.of()));
            }
        }
        await().until(() -> heard.reachable.size() == 4);
        assertThat(heard.reachable).containsExactly(true, false, true, false);
        assertThat(heard.reasons.get(1))
                .contains("127.0.0.1:" + tracker.getLocalPort())
                .contains("closed");
    }

    @Test
    void leavesATrackerThatStopsAnswering() throws Exception {
        TrackerClient client = started(TimeUnit.SECONDS.toNanos(60));
        try (Session session = new Session(tracker.accept())) {
            session.answer();
            await().until(() -> !heard.reachable.isEmpty());
            for (int i = 0; i < 3; i++) {
                client.refresh();
                assertThat(session.read()).isEqualTo(new GetPeers(SWARM));
            }
            client.refresh();
            assertThat(session.isAtEnd()).isTrue();
        }
        await().until(() -> heard.reasons.size() >= 2);
        assertThat(heard.reasons.get(1)).contains("no answer");
    }

    @Test
    void doesNotTakeAServerThatSaysNothingForATracker() throws Exception {
        TrackerClient client = started(TimeUnit.SECONDS.toNanos(60));
        try (Session session = new Session(tracker.accept())) {
            assertThat(session.read()).isInstanceOf(Register.class);
            for (int i = 0; i < 3; i++) {
                assertThat(session.read()).isEqualTo(new GetPeers(SWARM));
                client.refresh();
            }
            assertThat(session.isAtEnd()).isTrue();
        }
        await().until(() -> !heard.reasons.isEmpty());
        assertThat(heard.reachable).containsOnly(false);
        assertThat(heard.reasons.get(0)).contains("no answer");
    }

    @Test
    void leavesATrackerThatTalksNonsense() throws Exception {
        started(TimeUnit.SECONDS.toNanos(60));
        try (Session session = new Session(tracker.accept())) {
            session.read();
            session.read();
            session.writeLength(-1);
            assertThat(session.isAtEnd()).isTrue();
        }
        await().until(() -> !heard.reasons.isEmpty());
        assertThat(heard.reachable).containsOnly(false);
        assertThat(heard.reasons.get(0)).contains("does not speak the tracker protocol");
    }

    @Test
    void isClosedWhereTheEventLoopHasEnded() throws Exception {
        TrackerClient client = started(TimeUnit.SECONDS.toNanos(60));
        try (Session session = new Session(tracker.accept())) {
            session.read();
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
            client.refresh();
            client.close().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void tellsThatNobodyListens() throws Exception {
        tracker.close();
        started(TimeUnit.SECONDS.toNanos(60));
        await().until(() -> !heard.reachable.isEmpty());
        assertThat(heard.reachable).containsOnly(false);
        assertThat(heard.reasons.get(0)).contains("refused");
    }

    @Test
    void tellsThatTheNameIsUnknownAndTriesAgainWhenAsked() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        HostLookup lookup = host -> {
            asked.add(host);
            if (asked.size() == 1) {
                throw new UnknownHostException(host);
            }
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        };
        TrackerClient client = client("tracker.example", lookup, TimeUnit.SECONDS.toNanos(60));
        client.start();
        await().until(() -> heard.reachable.size() == 1);
        assertThat(heard.reasons.get(0)).contains("tracker.example").contains("host not found");
        client.refresh();
        try (Session session = new Session(tracker.accept())) {
            session.answer();
            await().until(() -> heard.reachable.size() == 2);
            assertThat(heard.reachable).containsExactly(false, true);
        }
    }

    @Test
    void triesAllAddressesOfATracker() throws Exception {
        HostLookup lookup = host -> new InetAddress[] {
            InetAddress.getByName("127.0.0.99"), InetAddress.getLoopbackAddress(),
        };
        client("two.example", lookup, TimeUnit.SECONDS.toNanos(60)).start();
        try (Session session = new Session(tracker.accept())) {
            session.answer();
            await().until(() -> heard.reachable.contains(true));
        }
    }

    @Test
    void closesBeforeItEverConnected() throws Exception {
        tracker.close();
        TrackerClient client = started(TimeUnit.SECONDS.toNanos(60));
        await().until(() -> !heard.reachable.isEmpty());
        assertThat(client.close()).succeedsWithin(java.time.Duration.ofSeconds(10));
    }

    private TrackerClient started(long refreshNanos) {
        TrackerClient client = client("127.0.0.1", HostLookup.system(), refreshNanos);
        client.start();
        return client;
    }

    private TrackerClient client(String host, HostLookup lookup, long refreshNanos) {
        EventLoop loop = (EventLoop) group.next();
        TrackerClient client = new TrackerClient(
                loop,
                NioSocketChannel.class,
                lookup,
                new SplittableRandom(1),
                new TrackerClient.Settings(host, trackerPort(), SWARM, OWN.port(), refreshNanos),
                heard);
        clients.add(client);
        return client;
    }

    private int trackerPort() {
        return tracker.getLocalPort() > 0 ? tracker.getLocalPort() : 1;
    }

    /** What the client told, in order. */
    private static final class Recorder implements TrackerListener {
        private final List<List<InetSocketAddress>> peers = new CopyOnWriteArrayList<>();
        private final List<Boolean> reachable = new CopyOnWriteArrayList<>();
        private final List<String> reasons = new CopyOnWriteArrayList<>();

        @Override
        public void peers(List<InetSocketAddress> addresses) {
            peers.add(addresses);
        }

        @Override
        public void reachable(boolean nowReachable, String reason) {
            reasons.add(reason);
            reachable.add(nowReachable);
        }
    }

    /** The tracker's end of one connection, driven by the test. */
    private static final class Session implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;
        private final DataOutputStream out;
        private final TrackerCodec codec = TrackerCodec.server();

        Session(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(20_000);
            in = new DataInputStream(socket.getInputStream());
            out = new DataOutputStream(socket.getOutputStream());
        }

        TrackerMessage read() throws Exception {
            byte[] body = new byte[in.readInt()];
            in.readFully(body);
            return Objects.requireNonNull(codec.decode(Unpooled.wrappedBuffer(body)));
        }

        void write(TrackerMessage message) throws IOException {
            byte[] body = codec.encode(message);
            out.writeInt(body.length);
            out.write(body);
        }

        /** Reads what comes first, a registration and a question, and answers that. */
        void answer() throws Exception {
            read();
            read();
            write(new OtherPeers(SWARM, List.of()));
        }

        void writeLength(int length) throws IOException {
            out.writeInt(length);
        }

        boolean isAtEnd() throws IOException {
            return in.read() < 0;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
