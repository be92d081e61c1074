package org.ppspp.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.wire.TransportAddress;

class PeerSocketsTest {
    @ParameterizedTest(name = "NIO {0}")
    @ValueSource(booleans = {false, true})
    void udpAndTcpOfBothFamiliesShareOnePort(boolean nio) {
        NetConfig config = NetConfig.onPort(0);
        try (LoopbackPeer peer = LoopbackPeer.open(nio ? config.withoutNativeTransport() : config);
                LoopbackPeer other = LoopbackPeer.open(LoopbackPeer.on(LoopbackPeer.IPV4, LoopbackPeer.IPV6))) {
            int port = peer.address().getPort();
            assertThat(peer.sockets.addresses()).allMatch(address -> address.getPort() == port);
            for (InetSocketAddress to : List.of(
                    new InetSocketAddress(LoopbackPeer.IPV4, port), new InetSocketAddress(LoopbackPeer.IPV6, port))) {
                other.sendRun(to, new byte[10], 10);
                other.sendFrame(TransportAddress.tcp(to), new byte[20]);
            }
            await().until(() -> peer.receiver.received.size() == 4);
            assertThat(peer.receiver.received)
                    .extracting(received -> received.from().transport())
                    .containsExactlyInAnyOrder(
                            TransportAddress.Transport.UDP,
                            TransportAddress.Transport.UDP,
                            TransportAddress.Transport.TCP,
                            TransportAddress.Transport.TCP);
        }
    }

    @ParameterizedTest(name = "NIO {0}")
    @ValueSource(booleans = {false, true})
    void aTakenUdpPortIsNamed(boolean nio) throws IOException {
        try (DatagramSocket taken = new DatagramSocket(0, LoopbackPeer.IPV4)) {
            NetConfig config = NetConfig.onPort(taken.getLocalPort()).withAddresses(List.of(LoopbackPeer.IPV4));
            assertThatThrownBy(() ->
                            PeerSockets.open(nio ? config.withoutNativeTransport() : config, new RecordingReceiver()))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("udp:127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void aTakenTcpPortIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, LoopbackPeer.IPV4)) {
            NetConfig config = NetConfig.onPort(taken.getLocalPort()).withAddresses(List.of(LoopbackPeer.IPV4));
            assertThatThrownBy(() -> PeerSockets.open(config, new RecordingReceiver()))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("tcp:127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void aPortIsFreeAgainOnceThePeerIsClosed() {
        int port;
        try (LoopbackPeer peer = LoopbackPeer.open(LoopbackPeer.on(LoopbackPeer.IPV4))) {
            port = peer.address().getPort();
        }
        NetConfig same = NetConfig.onPort(port).withAddresses(List.of(LoopbackPeer.IPV4));
        try (LoopbackPeer peer = LoopbackPeer.open(same)) {
            assertThat(peer.address().getPort()).isEqualTo(port);
        }
    }

    @Test
    void normalisesMappedAndScopedAddresses() throws IOException {
        byte[] mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        mapped[12] = 127;
        mapped[15] = 1;
        assertThat(normalised(mapped, 0)).isEqualTo(new InetSocketAddress(LoopbackPeer.IPV4, 5));
        assertThat(normalised(LoopbackPeer.IPV6.getAddress(), 0).toString()).doesNotContain("%");

        byte[] linkLocal = new byte[16];
        linkLocal[0] = (byte) 0xFE;
        linkLocal[1] = (byte) 0x80;
        linkLocal[15] = 1;
        assertThat(normalised(linkLocal, 3).toString()).contains("%3");

        InetSocketAddress ipv4 = new InetSocketAddress(LoopbackPeer.IPV4, 5);
        assertThat(SocketAddresses.normalise(ipv4)).isSameAs(ipv4);
    }

    private static InetSocketAddress normalised(byte[] address, int scope) throws IOException {
        return SocketAddresses.normalise(new InetSocketAddress(Inet6Address.getByAddress(null, address, scope), 5));
    }
}
