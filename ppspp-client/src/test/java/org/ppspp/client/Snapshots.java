package org.ppspp.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.ppspp.TransferSnapshot;
import org.ppspp.TransferState;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.engine.SwarmSnapshot.ChannelSnapshot;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.TransportAddress;

/** Snapshots to format and to judge. */
final class Snapshots {
    static final SwarmId SWARM = SwarmId.parse("5600021e740f772f1323ee84a22c222dea6e15ba");

    private Snapshots() {}

    static TransferSnapshot of(TransferState state, long verified, long length) {
        return of(state, swarm(verified, length, 0, 0, 0, 0), 0, 0);
    }

    static TransferSnapshot of(TransferState state, SwarmSnapshot swarm, double down, double up) {
        return new TransferSnapshot(state, swarm, 0, 0, down, up);
    }

    static SwarmSnapshot swarm(long verified, long length, long sent, long refused, int seeds, int others) {
        List<ChannelSnapshot> channels = new ArrayList<>();
        for (int i = 0; i < seeds + others; i++) {
            channels.add(channel(i, i < seeds, 0, 0));
        }
        return new SwarmSnapshot(
                SWARM,
                length,
                length < 0 ? -1 : (length + 1023) / 1024,
                verified / 1024,
                verified,
                0,
                verified,
                sent,
                verified,
                sent,
                0,
                refused,
                false,
                3,
                channels,
                null);
    }

    static SwarmSnapshot withChannels(ChannelSnapshot... channels) {
        return new SwarmSnapshot(SWARM, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, 0, List.of(channels), null);
    }

    static ChannelSnapshot channel(int number, boolean complete, long received, long sent) {
        return new ChannelSnapshot(address(number), "rfc7574", complete, received, sent, 1000, 0, 0, 0, 0);
    }

    static TransportAddress address(int number) {
        try {
            InetAddress host = InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) number});
            return TransportAddress.udp(new InetSocketAddress(host, 6778));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
