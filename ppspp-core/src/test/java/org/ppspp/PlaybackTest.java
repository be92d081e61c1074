package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.SwarmId;

/** Reading content while it arrives, on loopback. */
@Timeout(120)
final class PlaybackTest {
    private static final PeerConfig LOOPBACK =
            PeerConfig.defaults().withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

    @TempDir
    Path folder;

    private final byte[] content = new byte[3_000_123];
    private Path file = Path.of("");
    private SwarmMetadata metadata = SwarmMetadata.ofRootHash(SwarmId.parse("00".repeat(20)), 1024, 1L);

    @BeforeEach
    void makeContent() throws IOException {
        new SplittableRandom(7).nextBytes(content);
        file = Files.write(folder.resolve("film.mp4"), content);
        metadata = ContentHasher.of(HashFunction.SHA256, 1024).hash(file);
    }

    private static byte[] next(ContentReader reader, int most)
            throws InterruptedException, ExecutionException, TimeoutException {
        return reader.read(most).get(60, TimeUnit.SECONDS);
    }

    /** At most {@code most} bytes from where the reader is, fewer only where the content ends. */
    private static byte[] read(ContentReader reader, int most) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (all.size() < most) {
            byte[] bytes = next(reader, most - all.size());
            if (bytes.length == 0) {
                break;
            }
            all.write(bytes);
            assertThat(bytes.length).isLessThanOrEqualTo(most);
        }
        return all.toByteArray();
    }

    private static PeerConfig limited(long bytesPerSecond) {
        EngineConfig usual = EngineConfig.defaults();
        return LOOPBACK.withEngine(new EngineConfig(
                50, bytesPerSecond, 0, usual.maxDatagramBytes(), usual.receiveBufferBytes(), usual.ledbat(), null));
    }

    private Transfer download(Peer leecher, Peer seeder, SwarmMetadata known) {
        return leecher.share(TransferRequest.of(known, folder.resolve("copy.mp4"))
                .withPeers(List.of(new Endpoint("127.0.0.1", seeder.port()))));
    }

    @Test
    void readsAFileThatIsThere() throws Exception {
        try (Peer peer = Peer.start(LOOPBACK);
                ContentReader reader =
                        peer.share(TransferRequest.of(metadata, file)).reader(0);
                Transfer ignored = peer.share(TransferRequest.of(other(), folder.resolve("other")))) {
            assertThat(read(reader, content.length + 1)).isEqualTo(content);
            assertThat(reader.position()).isEqualTo(content.length);
            assertThat(next(reader, 1)).isEmpty();
            assertThat(ignored.lengthBytes()).isEqualTo(Playable.UNKNOWN_LENGTH);
            assertThat(ignored.name()).isEqualTo("other");
            assertThat(ignored.live()).isFalse();
        }
    }

    private static SwarmMetadata other() {
        return SwarmMetadata.ofRootHash(SwarmId.parse("11".repeat(32)), 1024, null);
    }

    @Test
    void readsWhileTheContentArrivesAlsoFromOtherPlaces() throws Exception {
        try (Peer seeder = Peer.start(limited(1_000_000));
                Peer leecher = Peer.start(LOOPBACK)) {
            seeder.share(TransferRequest.of(metadata, file)).done().get(30, TimeUnit.SECONDS);
            Transfer transfer = download(leecher, seeder, SwarmMetadata.ofRootHash(metadata.swarmId(), 1024, null));
            try (ContentReader first = transfer.reader(0);
                    ContentReader second = transfer.reader(2_500_001)) {
                assertThat(read(second, 1_000_000)).isEqualTo(Arrays.copyOfRange(content, 2_500_001, content.length));
                // What is read comes first: much of the rest is still to come.
                assertThat(transfer.refresh().get(30, TimeUnit.SECONDS).swarm().presentBytes())
                        .isLessThan(2_000_000);
                assertThat(transfer.lengthBytes()).isEqualTo(content.length);
                assertThat(transfer.coverage(100).playingCell())
                        .as("at the end")
                        .isEqualTo(-1);
                assertThat(transfer.coverage(100).cells()).hasSize(100).endsWith(-1, -1);
                try (ContentReader third = transfer.reader(content.length / 2 + 1)) {
                    assertThat(transfer.coverage(100).playingCell()).isEqualTo(50);
                    assertThat(read(third, 1)).hasSize(1);
                }
                assertThat(read(first, content.length)).isEqualTo(content);
            }
        }
    }

    @Test
    void fetchesNoFurtherAheadThanItMay() throws Exception {
        try (Peer seeder = Peer.start(LOOPBACK);
                Peer leecher = Peer.start(LOOPBACK)) {
            seeder.share(TransferRequest.of(metadata, file)).done().get(30, TimeUnit.SECONDS);
            Transfer transfer = leecher.share(TransferRequest.of(metadata, folder.resolve("copy.mp4"))
                    .withPlay(new PlayPolicy(100, 300, true))
                    .withPeers(List.of(new Endpoint("127.0.0.1", seeder.port()))));
            await().until(() -> transfer.buffered(0, 1 << 20) >= 256 * 1024);
            try (ContentReader reader = transfer.reader(0)) {
                for (byte[] bytes = next(reader, 10_000); bytes.length > 0; bytes = next(reader, 10_000)) {
                    assertThat(transfer.refresh()
                                    .get(30, TimeUnit.SECONDS)
                                    .swarm()
                                    .presentBytes())
                            .isLessThanOrEqualTo(reader.position() + 300 * 1024);
                }
                assertThat(reader.position()).isEqualTo(content.length);
            }
        }
    }

    @Test
    void endsAReadThatWaitsWhenItIsClosed() throws Exception {
        try (Peer peer = Peer.start(LOOPBACK)) {
            Transfer transfer = peer.share(TransferRequest.of(metadata, folder.resolve("copy.mp4")));
            ContentReader reader = transfer.reader(5);
            CompletableFuture<byte[]> read = reader.read(10);
            assertThatThrownBy(() -> reader.read(1)).isInstanceOf(IllegalStateException.class);
            reader.close();
            assertThat(read).isCompletedExceptionally();
            assertThatThrownBy(() -> next(reader, 1)).isInstanceOf(CancellationException.class);

            ContentReader last = transfer.reader(0);
            CompletableFuture<byte[]> waiting = last.read(10);
            transfer.close();
            assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
            assertThatThrownBy(() -> next(transfer.reader(0), 1)).isInstanceOf(CancellationException.class);
        }
    }

    @Test
    void refusesPlacesThatAreNotThere() throws Exception {
        try (Peer peer = Peer.start(LOOPBACK)) {
            Transfer transfer = peer.share(TransferRequest.of(metadata, file));
            assertThatThrownBy(() -> transfer.reader(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> transfer.reader(content.length + 1)).isInstanceOf(IllegalArgumentException.class);
            assertThat(next(transfer.reader(content.length), 1)).isEmpty();
        }
    }
}
