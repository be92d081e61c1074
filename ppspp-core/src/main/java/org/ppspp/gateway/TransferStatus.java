package org.ppspp.gateway;

import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.ppspp.Transfer;
import org.ppspp.TransferSnapshot;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.engine.SwarmSnapshot.ChannelSnapshot;

/** How a transfer stands, for its gateway. */
public final class TransferStatus implements Supplier<ContentStatus> {
    private final Transfer transfer;

    public TransferStatus(Transfer transfer) {
        this.transfer = transfer;
    }

    @Override
    public ContentStatus get() {
        TransferSnapshot snapshot = transfer.snapshot();
        SwarmSnapshot swarm = snapshot.swarm();
        return new ContentStatus(
                swarm.swarm().toString(),
                snapshot.state().name().toLowerCase(Locale.ROOT),
                swarm.verifiedBytes(),
                swarm.unprovenBytes(),
                swarm.verifiedChunks(),
                swarm.refusedChunks(),
                swarm.duplicateChunks(),
                snapshot.downBytesPerSecond(),
                snapshot.upBytesPerSecond(),
                swarm.receivedBytes(),
                swarm.sentBytes(),
                snapshot.etaSeconds(),
                snapshot.live(),
                swarm.knownAddresses(),
                transfer.coverage(ContentStatus.MAX_CELLS),
                swarm.channels().stream().map(TransferStatus::peer).toList(),
                Map.of());
    }

    private static ContentStatus.PeerStatus peer(ChannelSnapshot channel) {
        return new ContentStatus.PeerStatus(
                channel.address().toString(),
                channel.dialect(),
                channel.complete(),
                channel.receivedBytes(),
                channel.sentBytes(),
                channel.rttMicros() < 0 ? -1 : channel.rttMicros() / 1e3,
                channel.requestedChunks(),
                channel.lostDatagrams());
    }
}
