package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.membership.MembershipIssuer;
import org.ppspp.storage.ExistingFile;
import org.ppspp.storage.LocalContentException;
import org.ppspp.wire.TransportAddress;

@Timeout(120)
final class PeerTest {
    private static final PeerConfig LOOPBACK =
            PeerConfig.defaults().withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

    @TempDir
    Path folder;

    private final List<TransferEvent> events = new CopyOnWriteArrayList<>();
    private final byte[] content = new byte[2_000_123];
    private Path file = Path.of("");
    private SwarmMetadata metadata = SwarmMetadata.ofRootHash(org.ppspp.wire.SwarmId.parse("00".repeat(20)), 1024, 1L);

    @BeforeEach
    void makeContent() throws IOException {
        new SplittableRandom(42).nextBytes(content);
        file = Files.write(folder.resolve("content"), content);
        metadata = ContentHasher.of(HashFunction.SHA1, 1024).hash(file);
    }

    private TransferRequest request(Path target) {
        return TransferRequest.of(metadata, target).withEvents(events::add);
    }

    private static Endpoint endpoint(Peer peer) {
        return new Endpoint("127.0.0.1", peer.port());
    }

    @Test
    void sharesAFileThatIsThere() throws Exception {
        try (Peer peer = Peer.start(LOOPBACK)) {
            Transfer transfer = peer.share(request(file));
            Summary summary = transfer.done().get(30, TimeUnit.SECONDS);
            assertThat(summary.complete()).isTrue();
            assertThat(summary.downloadedBytes()).isZero();
            assertThat(transfer.snapshot().state()).isEqualTo(TransferState.SEEDING);
            transfer.close();
            assertThat(transfer.snapshot().state()).isEqualTo(TransferState.STOPPED);
        }
        assertThat(events).hasAtLeastOneElementOfType(TransferEvent.Completed.class);
    }

    @Test
    void saysWhyAFileCannotBeUsed() throws Exception {
        Path other = Files.writeString(folder.resolve("other"), "precious");
        try (Peer peer = Peer.start(LOOPBACK)) {
            Transfer transfer = peer.share(request(other).withExisting(ExistingFile.KEEP));
            assertThatThrownBy(() -> transfer.done().get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(LocalContentException.class);
            assertThat(transfer.snapshot().state()).isEqualTo(TransferState.STOPPED);
        }
        assertThat(events).hasAtLeastOneElementOfType(TransferEvent.Failed.class);
        assertThat(other).hasContent("precious");
    }

    @Test
    void failsWhereTheFileSystemDoesWhatNobodyExpects() throws Exception {
        Path closed;
        try (FileSystem archive = FileSystems.newFileSystem(folder.resolve("archive.zip"), Map.of("create", "true"))) {
            closed = archive.getPath("copy");
        }
        try (Peer peer = Peer.start(LOOPBACK)) {
            Transfer transfer = peer.share(request(closed));
            assertThatThrownBy(() -> transfer.done().get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(LocalContentException.class);
            assertThat(transfer.snapshot().state()).isEqualTo(TransferState.STOPPED);
        }
        assertThat(events).hasAtLeastOneElementOfType(TransferEvent.Failed.class);
    }

    @Test
    void contactsPeersThatWereNamedBeforeTheFilesAreOpen() throws Exception {
        try (Peer seeder = Peer.start(LOOPBACK);
                Peer leecher = Peer.start(LOOPBACK)) {
            seeder.share(TransferRequest.of(metadata, file)).done().get(30, TimeUnit.SECONDS);
            Transfer transfer = leecher.share(request(folder.resolve("copy")));
            transfer.addPeers(List.of(endpoint(seeder)));
            assertThat(transfer.done().get(60, TimeUnit.SECONDS).downloadedBytes())
                    .isEqualTo(content.length);
        }
    }

    @Test
    void isInEachSwarmOnceAndCanComeBack() throws IOException {
        try (Peer peer = Peer.start(LOOPBACK)) {
            Transfer first = peer.share(request(file));
            assertThatThrownBy(() -> peer.share(request(file))).isInstanceOf(IllegalStateException.class);
            first.close();
            peer.share(request(file)).done().join();
        }
    }

    @Test
    void endsWhatIsUnderWayWhenClosed() throws IOException {
        Transfer transfer;
        try (Peer peer = Peer.start(LOOPBACK)) {
            transfer = peer.share(request(folder.resolve("copy")));
            await().until(() -> transfer.snapshot().state() == TransferState.CONNECTING);
        }
        assertThatThrownBy(() -> transfer.done().join()).hasCauseInstanceOf(CancellationException.class);
        assertThat(transfer.snapshot().state()).isEqualTo(TransferState.STOPPED);
    }

    @Test
    void namesThePortThatIsTaken() throws IOException {
        try (Peer peer = Peer.start(LOOPBACK)) {
            PeerConfig same = LOOPBACK.withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), peer.port()));
            assertThatThrownBy(() -> Peer.start(same))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining(Integer.toString(peer.port()));
        }
    }

    @Test
    void tellsThatAPeerOrATrackerCannotBeReached() throws IOException {
        try (Peer peer = Peer.start(LOOPBACK)) {
            peer.share(request(folder.resolve("copy"))
                    .withPeers(List.of(new Endpoint("host.invalid", 1)))
                    .withTrackers(List.of(new Endpoint("127.0.0.1", peer.port() == 1 ? 2 : 1))));
            await().atMost(30, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(events)
                            .hasAtLeastOneElementOfType(TransferEvent.Notice.class)
                            .hasAtLeastOneElementOfType(TransferEvent.TrackerUnreachable.class));
        }
    }

    @ParameterizedTest
    @EnumSource(TransportPolicy.class)
    void downloadsFromAPeerOverEachTransport(TransportPolicy transport) throws Exception {
        Path copy = folder.resolve("copy");
        try (Peer seeder = Peer.start(LOOPBACK);
                Peer leecher = Peer.start(LOOPBACK)) {
            seeder.share(TransferRequest.of(metadata, file)).done().get(30, TimeUnit.SECONDS);
            Transfer transfer =
                    leecher.share(request(copy).withTransport(transport).withPeers(List.of(endpoint(seeder))));
            Summary summary = transfer.done().get(60, TimeUnit.SECONDS);
            assertThat(summary.downloadedBytes()).isEqualTo(content.length);
            assertThat(summary.peers()).isEqualTo(1);
        }
        assertThat(copy).hasBinaryContent(content);
        assertThat(events)
                .hasAtLeastOneElementOfType(TransferEvent.PeerConnected.class)
                .hasAtLeastOneElementOfType(TransferEvent.Completed.class);
    }

    @Test
    void findsOutTheLengthItIsNotTold() throws Exception {
        Path copy = folder.resolve("copy");
        SwarmMetadata unknown = SwarmMetadata.ofRootHash(metadata.swarmId(), 1024, null);
        try (Peer seeder = Peer.start(LOOPBACK);
                Peer leecher = Peer.start(LOOPBACK)) {
            seeder.share(TransferRequest.of(metadata, file)).done().get(30, TimeUnit.SECONDS);
            leecher.share(TransferRequest.of(unknown, copy)
                            .withEvents(events::add)
                            .withPeers(List.of(endpoint(seeder))))
                    .done()
                    .get(60, TimeUnit.SECONDS);
        }
        assertThat(copy).hasBinaryContent(content);
        assertThat(events).contains(new TransferEvent.SizeKnown(content.length));
    }

    /** Joins the swarm as a member that a certificate of the issuer in the folder names. */
    private Transfer joinAsMember(Peer peer, MembershipIssuer issuer, Path target, Endpoint... known)
            throws IOException {
        InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), peer.port());
        Path certificate = Files.writeString(
                folder.resolve(peer.port() + ".pem"),
                issuer.issue(metadata.swarmId(), at, Instant.now(), Duration.ofHours(1)));
        return peer.share(TransferRequest.of(metadata, target)
                .withEvents(events::add)
                .withPeers(List.of(known))
                .withExchange(ExchangePolicy.certified(folder.resolve("issuer.pub"), certificate)));
    }

    @Test
    void findsTheSeederByItsCertificateAndNeedsTheOtherPeerNoMore() throws Exception {
        MembershipIssuer.Keys keys = MembershipIssuer.newKeys(new SecureRandom());
        Files.writeString(folder.resolve("issuer.pub"), keys.publicKey());
        MembershipIssuer issuer = MembershipIssuer.parse(keys.privateKey(), new SecureRandom());
        EngineConfig usual = EngineConfig.defaults();
        PeerConfig slow = LOOPBACK.withEngine(new EngineConfig(
                50, 150_000, 0, usual.maxDatagramBytes(), usual.receiveBufferBytes(), usual.ledbat(), null));
        try (Peer seeder = Peer.start(slow);
                Peer first = Peer.start(slow);
                Peer second = Peer.start(slow)) {
            joinAsMember(seeder, issuer, file);
            Transfer helped = joinAsMember(first, issuer, folder.resolve("first"), endpoint(seeder));
            // At that rate this takes longer than the first two have to exchange certificates.
            await().atMost(60, TimeUnit.SECONDS)
                    .until(() -> helped.snapshot().swarm().verifiedBytes() > 600_000);
            events.clear();
            Transfer transfer = joinAsMember(second, issuer, folder.resolve("second"), endpoint(first));
            TransferEvent met = new TransferEvent.PeerConnected(
                    TransportAddress.udp(new InetSocketAddress(InetAddress.getLoopbackAddress(), seeder.port())));
            await().atMost(60, TimeUnit.SECONDS).until(() -> events.contains(met));
            helped.close();
            assertThat(transfer.done().get(90, TimeUnit.SECONDS).complete()).isTrue();
        }
        assertThat(folder.resolve("second")).hasBinaryContent(content);
        assertThat(events).noneMatch(TransferEvent.Notice.class::isInstance);
    }

    @Test
    void saysThatACertificateIsOfNoUse() throws Exception {
        MembershipIssuer.Keys keys = MembershipIssuer.newKeys(new SecureRandom());
        Files.writeString(folder.resolve("issuer.pub"), keys.publicKey());
        MembershipIssuer other = MembershipIssuer.parse(
                MembershipIssuer.newKeys(new SecureRandom()).privateKey(), new SecureRandom());
        try (Peer peer = Peer.start(LOOPBACK)) {
            joinAsMember(peer, other, file).done().get(30, TimeUnit.SECONDS);
            await().untilAsserted(() -> assertThat(events)
                    .anyMatch(event -> event instanceof TransferEvent.Notice notice
                            && notice.message().contains("membership certificate")));
        }
    }
}
