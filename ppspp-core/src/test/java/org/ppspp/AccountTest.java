package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.engine.SwarmSnapshot.ChannelSnapshot;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.TransportAddress;

final class AccountTest {
    private static final long SECOND = 1_000_000_000;
    private static final long START = -5 * SECOND;
    private static final SwarmMetadata METADATA =
            SwarmMetadata.ofRootHash(SwarmId.parse("ab".repeat(20)), 1024, 10_240L);

    private final Account account = Account.of(TransferRequest.of(METADATA, Path.of("film")));

    private static SwarmSnapshot swarm(long verified, long sent, boolean failing, int... receivedFromPeers) {
        List<ChannelSnapshot> channels = new ArrayList<>();
        for (int i = 0; i < receivedFromPeers.length; i++) {
            TransportAddress address =
                    TransportAddress.udp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1000 + i));
            channels.add(new ChannelSnapshot(address, "rfc7574", i == 0, receivedFromPeers[i], 0, -1, 0, 0, 0, 0));
        }
        return new SwarmSnapshot(
                METADATA.swarmId(),
                10_240,
                10,
                verified / 1024,
                verified,
                0,
                verified,
                sent,
                0,
                0,
                0,
                2,
                failing,
                0,
                channels,
                null);
    }

    private TransferState state() {
        return account.snapshot().state();
    }

    @Test
    void followsATransferThroughItsStates() {
        assertThat(state()).isEqualTo(TransferState.CHECKING);
        account.checked(5, 10);
        assertThat(account.snapshot().checkedBytes()).isEqualTo(5);
        account.joined(START, METADATA, 0);
        assertThat(state()).isEqualTo(TransferState.CONNECTING);
        assertThat(account.snapshot().checkBytes()).isZero();
        account.observe(START + 1, swarm(0, 0, false, 0), null);
        assertThat(state()).isEqualTo(TransferState.DOWNLOADING);
        account.observe(START + 2, swarm(0, 0, true, 0), null);
        assertThat(state()).isEqualTo(TransferState.PAUSED_DISK);
        account.observe(START + 3, swarm(10_240, 0, false, 0), null);
        assertThat(state()).isEqualTo(TransferState.DOWNLOADING);
        account.published(START + 4);
        assertThat(state()).isEqualTo(TransferState.SEEDING);
        account.stopped(START + 5);
        assertThat(state()).isEqualTo(TransferState.STOPPED);
    }

    @Test
    void knowsWhatLiesOnTheDiskBeforeTheEngineSaysSo() {
        account.joined(START, METADATA, 5_120);
        assertThat(account.snapshot().swarm().verifiedBytes()).isEqualTo(5_120);
        assertThat(account.snapshot().missingBytes()).isEqualTo(5_120);
    }

    @Test
    void countsOnlyWhatCameInThisRunAndOnlyPeersThatTookPart() {
        account.joined(START, METADATA, 4_096);
        account.observe(START + SECOND, swarm(6_144, 0, false, 100, 0), null);
        account.observe(START + 2 * SECOND, swarm(10_240, 20_480, false, 200, 0, 50), null);
        account.published(START + 3 * SECOND);
        Summary summary = account.summary(START + 60 * SECOND);
        assertThat(summary.complete()).isTrue();
        assertThat(summary.downloadedBytes()).isEqualTo(6_144);
        assertThat(summary.elapsed()).isEqualTo(Duration.ofSeconds(3));
        assertThat(summary.averageBytesPerSecond()).isEqualTo(2048);
        assertThat(summary.ratio()).isEqualTo(2);
        assertThat(summary.peers()).isEqualTo(2);
        assertThat(summary.refusedChunks()).isEqualTo(2);
    }

    @Test
    void tellsRateAndTimeLeftFromTheLastSeconds() {
        account.joined(START, METADATA, 0);
        for (int second = 1; second <= 8; second++) {
            account.observe(START + second * SECOND, swarm(second <= 2 ? 0 : (second - 2) * 1024, 0, false, 0), null);
        }
        TransferSnapshot snapshot = account.snapshot();
        assertThat(snapshot.downBytesPerSecond()).isCloseTo(1024, within(1e-6));
        assertThat(snapshot.etaSeconds()).isEqualTo(4);
        assertThat(snapshot.seeds()).isEqualTo(1);
    }

    @Test
    void learnsTheLengthOnce() {
        Account open = Account.of(
                TransferRequest.of(SwarmMetadata.ofRootHash(METADATA.swarmId(), 1024, null), Path.of("film")));
        assertThat(open.snapshot().missingBytes()).isEqualTo(-1);
        assertThat(open.snapshot().etaSeconds()).isEqualTo(-1);
        open.lengthKnown(10_240);
        open.lengthKnown(1);
        assertThat(open.metadata().contentLengthBytes()).isEqualTo(10_240);
    }
}
