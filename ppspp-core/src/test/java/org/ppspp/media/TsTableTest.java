package org.ppspp.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class TsTableTest {
    /** A packet of the PAT's PID that is filled up in front of its payload. */
    private static TsPacket packet(boolean starts, byte[] payload) {
        byte[] packet = new byte[TsPackets.PACKET_BYTES];
        packet[0] = 0x47;
        packet[1] = (byte) (starts ? 0x40 : 0);
        packet[3] = 0x30;
        packet[4] = (byte) (TsPackets.PACKET_BYTES - 5 - payload.length);
        System.arraycopy(payload, 0, packet, packet.length - payload.length, payload.length);
        return new TsPacket(packet, 0);
    }

    @Test
    void keepsNoPacketsThatCarryNothingOfTheTable() {
        byte[] whole = new TsMaker().associations().bytes();
        TsPacket first = packet(true, Arrays.copyOfRange(whole, 4, 6));
        TsPacket nothing = packet(false, new byte[0]);
        TsPacket second = packet(false, Arrays.copyOfRange(whole, 6, 100));
        TsTable table = new TsTable(TsPacket.PAT);

        assertThat(table.accept(first)).isNull();
        for (int i = 0; i < 1_000; i++) {
            assertThat(table.accept(nothing)).isNull();
        }
        assertThat(table.accept(second)).isNotNull();
        assertThat(table.packets())
                .startsWith(first.bytes())
                .endsWith(second.bytes())
                .hasSize(2 * 188);
    }
}
