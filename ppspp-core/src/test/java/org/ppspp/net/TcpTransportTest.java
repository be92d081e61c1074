package org.ppspp.net;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.wire.TransportAddress;

class TcpTransportTest {
    private static final NetConfig CONFIG = LoopbackPeer.on(LoopbackPeer.IPV4);
    private static final long LONG = MINUTES.toNanos(10);
    private static final long SHORT = MILLISECONDS.toNanos(200);

    @ParameterizedTest(name = "NIO {0}")
    @ValueSource(booleans = {false, true})
    void theFirstFrameOpensAConnectionAndAnswersComeBackOnIt(boolean nio) {
        NetConfig config = nio ? CONFIG.withoutNativeTransport() : CONFIG;
        try (LoopbackPeer from = LoopbackPeer.open(config);
                LoopbackPeer to = LoopbackPeer.open(config)) {
            from.sendFrame(to.tcp(), content(100));
            from.sendFrame(to.tcp(), content(65_536));
            await().until(() -> to.receiver.received.size() == 2);
            assertThat(to.receiver.received)
                    .extracting(RecordingReceiver.Received::content)
                    .containsExactly(content(100), content(65_536));

            TransportAddress back = to.receiver.received.element().from();
            assertThat(back.reliable()).isTrue();
            to.sendFrame(back, content(131_072));
            await().until(() -> from.receiver.received.size() == 1);
            RecordingReceiver.Received answer = from.receiver.received.element();
            assertThat(answer.from()).isEqualTo(to.tcp());
            assertThat(answer.content()).isEqualTo(content(131_072));
            assertThat(to.counters().connectionsAccepted()).isEqualTo(1);
            assertThat(to.counters().connectionsOpened()).isZero();
            assertThat(from.counters().connectionsOpened()).isEqualTo(1);
        }
    }

    @Test
    void reportsAConnectionThatCannotBeOpened() {
        TransportAddress nobody;
        try (LoopbackPeer gone = LoopbackPeer.open(CONFIG)) {
            nobody = gone.tcp();
        }
        try (LoopbackPeer from = LoopbackPeer.open(CONFIG)) {
            from.sendFrame(nobody, content(100));
            await().until(() -> from.receiver.closed.contains(nobody));
            assertThat(from.counters().connectionsFailed()).isEqualTo(1);
        }
    }

    @Test
    void bothEndsHearOfAClosedConnectionSaveTheOneThatClosedIt() {
        try (LoopbackPeer from = LoopbackPeer.open(CONFIG);
                LoopbackPeer to = LoopbackPeer.open(CONFIG)) {
            from.sendFrame(to.tcp(), content(100));
            await().until(() -> to.receiver.received.size() == 1);
            from.sendFrame(to.tcp(), content(120_000));
            from.run(() -> from.sockets.tcp().disconnect(to.tcp()));

            await().until(() -> to.receiver.closed.size() == 1);
            assertThat(to.receiver.received).hasSize(2);
            assertThat(to.receiver.closed)
                    .containsExactly(to.receiver.received.element().from());
            assertThat(from.receiver.closed).isEmpty();
        }
    }

    @Test
    void tellsWhenAConnectionTakesNoMoreAndWhenItDoesAgain() throws IOException {
        try (LoopbackPeer peer = LoopbackPeer.open(CONFIG);
                Socket slow = connect(peer)) {
            TransportAddress address = heard(peer, slow);
            int frames = 0;
            while (peer.receiver.writability.isEmpty()) {
                peer.sendFrame(address, content(131_072));
                frames++;
            }
            assertThat(peer.receiver.writability).containsExactly(new RecordingReceiver.Writable(address, false));

            DataInputStream in = new DataInputStream(slow.getInputStream());
            for (int i = 0; i < frames; i++) {
                assertThat(in.readInt()).isEqualTo(131_072);
                assertThat(in.readNBytes(131_072)).isEqualTo(content(131_072));
            }
            await().until(() -> peer.receiver.writability.size() == 2);
            assertThat(peer.receiver.writability).contains(new RecordingReceiver.Writable(address, true));
        }
    }

    @Test
    void refusesConnectionsAboveTheLimit() throws IOException {
        TcpLimits limits = new TcpLimits(2, 1, LONG, LONG, LONG, LONG, LONG);
        try (LoopbackPeer peer = LoopbackPeer.open(CONFIG.withTcp(limits));
                LoopbackPeer other = LoopbackPeer.open(CONFIG);
                LoopbackPeer third = LoopbackPeer.open(CONFIG);
                Socket first = connect(peer);
                Socket second = connect(peer)) {
            await().until(() -> peer.counters().connectionsAccepted() == 2);
            try (Socket tooMany = connect(peer)) {
                assertThat(tooMany.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(peer.counters().connectionsRefused()).isEqualTo(1);
            first.shutdownOutput();
            await().until(() -> {
                try (Socket next = connect(peer)) {
                    return next.isConnected() && peer.counters().connectionsAccepted() > 2;
                }
            });
            assertThat(second.isConnected()).isTrue();

            peer.sendFrame(other.tcp(), content(10));
            peer.sendFrame(third.tcp(), content(10));
            await().until(() -> other.receiver.received.size() == 1);
            assertThat(peer.receiver.closed).contains(third.tcp());
        }
    }

    @Test
    void pausesAcceptingWhenTheSystemHasNoRoomAndGoesOnLater() {
        try (LoopbackPeer peer = LoopbackPeer.open(CONFIG);
                LoopbackPeer other = LoopbackPeer.open(CONFIG)) {
            Channel server = peer.sockets.tcp().servers().get(0);
            peer.run(() -> {
                server.pipeline().fireExceptionCaught(new IOException("too many open files"));
                server.pipeline().fireExceptionCaught(new IOException("too many open files"));
                assertThat(server.config().isAutoRead()).isFalse();
            });
            assertThat(peer.counters().acceptErrors()).isEqualTo(2);
            other.sendFrame(peer.tcp(), content(10));
            other.sendRun(peer.address(), content(20), 20);
            await().until(() -> peer.receiver.received.size() == 2);
            assertThat(peer.receiver.received.element().content()).isEqualTo(content(20));
        }
    }

    @Test
    void keepsAFewFramesWhileConnectingAndDropsTheRest() {
        try (LoopbackPeer from = LoopbackPeer.open(CONFIG);
                LoopbackPeer to = LoopbackPeer.open(CONFIG)) {
            from.run(() -> {
                for (int i = 0; i < 20; i++) {
                    from.sockets.tcp().send(to.tcp(), LoopbackPeer.frame(content(100 + i)));
                }
                from.sockets.tcp().flush();
            });
            await().until(() -> to.receiver.received.size() == 8);
            assertThat(from.counters().framesDropped()).isEqualTo(12);
            assertThat(to.receiver.received.element().content()).isEqualTo(content(100));
        }
    }

    @Test
    void closesConnectionsWithoutAHandshake() throws IOException {
        TcpLimits limits = new TcpLimits(10, 10, LONG, SHORT, LONG, LONG, LONG);
        try (LoopbackPeer peer = LoopbackPeer.open(CONFIG.withTcp(limits));
                Socket silent = connect(peer);
                Socket unanswered = connect(peer)) {
            unanswered.getOutputStream().write(frame(content(50)));
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
            assertThat(unanswered.getInputStream().read()).isEqualTo(-1);
            assertThat(peer.counters().connectionsOverdue()).isEqualTo(2);
        }
    }

    @Test
    void closesConnectionsWhoseFramesTakeTooLong() throws IOException {
        TcpLimits limits = new TcpLimits(10, 10, LONG, LONG, SHORT, LONG, LONG);
        try (LoopbackPeer peer = LoopbackPeer.open(CONFIG.withTcp(limits));
                Socket slow = connect(peer)) {
            TransportAddress address = heard(peer, slow);
            slow.getOutputStream().write(new byte[] {0, 0, 0, 100, 1});
            assertThat(slow.getInputStream().read()).isEqualTo(-1);
            await().until(() -> peer.receiver.closed.contains(address));
        }
    }

    @Test
    void closesConnectionsThatTakeNothingIn() throws IOException {
        TcpLimits limits = new TcpLimits(10, 10, LONG, LONG, LONG, SHORT, LONG);
        try (LoopbackPeer peer = LoopbackPeer.open(CONFIG.withTcp(limits));
                Socket stalled = connect(peer)) {
            TransportAddress address = heard(peer, stalled);
            while (peer.receiver.writability.isEmpty()) {
                peer.sendFrame(address, content(131_072));
            }
            await().until(() -> peer.receiver.closed.contains(address));
            assertThat(peer.counters().connectionsOverdue()).isEqualTo(1);
        }
    }

    @Test
    void closesConnectionsThatFallSilent() throws IOException {
        TcpLimits limits = new TcpLimits(10, 10, LONG, LONG, LONG, LONG, SHORT);
        try (LoopbackPeer peer = LoopbackPeer.open(CONFIG.withTcp(limits));
                Socket silent = connect(peer)) {
            TransportAddress address = heard(peer, silent);
            await().until(() -> peer.receiver.closed.contains(address));
        }
    }

    @Test
    void closesConnectionsThatSendFramesOfForbiddenLength() throws IOException {
        try (LoopbackPeer peer = LoopbackPeer.open(CONFIG);
                Socket hostile = connect(peer)) {
            TransportAddress address = heard(peer, hostile);
            hostile.getOutputStream().write(new byte[] {-1, -1, -1, -1, 0});
            await().until(() -> peer.receiver.closed.contains(address));
            assertThat(peer.counters().framesRejected()).isEqualTo(1);
        }
    }

    @Test
    void sendsWhatIsUnderWayBeforeItCloses() throws IOException {
        LoopbackPeer peer = LoopbackPeer.open(CONFIG);
        try (Socket reader = connect(peer)) {
            TransportAddress address = heard(peer, reader);
            peer.run(() -> {
                peer.sockets.tcp().send(address, LoopbackPeer.frame(content(100_000)));
                peer.sockets.close(5000);
            });
            byte[] everything = reader.getInputStream().readAllBytes();
            assertThat(everything).isEqualTo(frame(content(100_000)));
        } finally {
            peer.close();
        }
    }

    @Test
    void manyConnectionsExchangeManyFrames() {
        List<LoopbackPeer> clients = new ArrayList<>();
        try (LoopbackPeer server = LoopbackPeer.open(CONFIG)) {
            Random random = new Random(3);
            long bytes = 0;
            for (int i = 0; i < 5; i++) {
                LoopbackPeer client = LoopbackPeer.open(CONFIG);
                clients.add(client);
                client.sendFrame(server.tcp(), content(4));
                await().until(() -> client.counters().connectionsOpened() == 1);
                for (int frame = 0; frame < 100; frame++) {
                    byte[] body = content(4 + random.nextInt(70_000));
                    bytes += body.length;
                    client.sendFrame(server.tcp(), body);
                }
            }
            long expected = bytes + 5 * 4;
            await().until(() -> server.counters().frameBytesReceived() == expected);
            assertThat(server.counters().framesReceived()).isEqualTo(505);
        } finally {
            clients.forEach(LoopbackPeer::close);
        }
    }

    /** Sends a frame, and is answered. */
    private static TransportAddress heard(LoopbackPeer peer, Socket socket) throws IOException {
        TransportAddress address = TransportAddress.tcp((InetSocketAddress) socket.getLocalSocketAddress());
        socket.getOutputStream().write(frame(content(60)));
        await().until(() ->
                peer.receiver.received.stream().anyMatch(frame -> frame.from().equals(address)));
        peer.sendFrame(address, content(70));
        assertThat(socket.getInputStream().readNBytes(74)).isEqualTo(frame(content(70)));
        return address;
    }

    private static Socket connect(LoopbackPeer peer) throws IOException {
        return new Socket(peer.address().getAddress(), peer.address().getPort());
    }

    private static byte[] frame(byte[] body) {
        return ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    private static byte[] content(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
