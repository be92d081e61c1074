package org.ppspp.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.Test;
import org.ppspp.engine.Transmit;
import org.ppspp.wire.TransportAddress;

class OutletTest {
    private static final NetConfig CONFIG = LoopbackPeer.on(LoopbackPeer.IPV4);

    @Test
    void sendsSmallAndLargeRunsOverBothTransports() {
        try (LoopbackPeer from = LoopbackPeer.open(CONFIG);
                LoopbackPeer to = LoopbackPeer.open(CONFIG)) {
            from.run(() -> {
                Outlet outlet = new Outlet(from.sockets.udp(), from.sockets.tcp());
                send(outlet, to.udp(), 50, 50);
                send(outlet, to.udp(), 60_000, 1000);
                send(outlet, to.tcp(), 70, 70);
                send(outlet, to.tcp(), 65_536, 65_536);
                outlet.flush();
                outlet.release();
            });
            await().until(() -> to.receiver.received.size() == 63);
            assertThat(to.receiver.received)
                    .filteredOn(received -> received.from().reliable())
                    .extracting(received -> received.content().length)
                    .containsExactly(70, 65_536);
            assertThat(to.receiver.received)
                    .allSatisfy(received -> assertThat(received.content()).containsOnly(42));
            assertThat(from.counters().frameBytesSent()).isEqualTo(65_606);
        }
    }

    @Test
    void refusesARunOfAnotherLengthThanSaid() {
        try (LoopbackPeer from = LoopbackPeer.open(CONFIG)) {
            from.run(() -> {
                Outlet outlet = new Outlet(from.sockets.udp(), from.sockets.tcp());
                outlet.buffer().writeByte(1);
                assertThatThrownBy(() -> outlet.send(new Transmit(from.udp(), 2, 2)))
                        .isInstanceOf(IllegalStateException.class);
                outlet.release();
            });
        }
    }

    private static void send(Outlet outlet, TransportAddress to, int length, int segmentLength) {
        assertThat(outlet.open()).isTrue();
        ByteBuf buffer = outlet.buffer();
        assertThat(buffer.isReadable()).isFalse();
        assertThat(buffer.writableBytes()).isEqualTo(65_536);
        for (int i = 0; i < length; i++) {
            buffer.writeByte(42);
        }
        outlet.send(new Transmit(to, length, segmentLength));
    }
}
