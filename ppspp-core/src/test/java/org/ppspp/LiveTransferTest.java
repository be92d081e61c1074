package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.engine.LiveSnapshot;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.LiveAlgorithm;
import org.ppspp.integrity.LiveSigner;
import org.ppspp.media.input.LiveInput;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.SwarmId;

/** Live streams from a source to viewers, on loopback. */
@Timeout(120)
final class LiveTransferTest {
    private static final PeerConfig LOOPBACK =
            PeerConfig.defaults().withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CHUNK = 1024;

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    /** An input that makes up random bytes in real time, until it is told to end. */
    private static final class Encoder implements LiveInput {
        private static final byte[] END = {};
        private static final int PIECE = 5_000;

        private final SplittableRandom random;
        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        private final LinkedBlockingQueue<byte[]> wake = new LinkedBlockingQueue<>();
        private final AtomicBoolean failing = new AtomicBoolean();

        private final long pauseMillis;

        Encoder(long seed) {
            this(seed, 10);
        }

        Encoder(long seed, long pauseMillis) {
            this.random = new SplittableRandom(seed);
            this.pauseMillis = pauseMillis;
        }

        synchronized byte[] sent() {
            return sent.toByteArray();
        }

        void end() {
            wake.add(END);
        }

        void fail() {
            failing.set(true);
            end();
        }

        @Override
        public int chunkSizeBytes() {
            return CHUNK;
        }

        @Override
        public void open() {
            // Nothing to open.
        }

        @Override
        public void run(Sink sink) throws IOException, InterruptedException {
            while (wake.poll(pauseMillis, TimeUnit.MILLISECONDS) == null) {
                byte[] bytes = new byte[PIECE];
                random.nextBytes(bytes);
                synchronized (this) {
                    sent.writeBytes(bytes);
                }
                sink.accept(bytes, 0, bytes.length);
            }
            if (failing.get()) {
                throw new IOException("the cable is out");
            }
        }

        @Override
        public void close() {
            end();
        }
    }

    private LiveSigner key() throws IOException {
        return LiveKeys.make(folder.resolve("key-" + open.size()), LiveAlgorithm.DEFAULT);
    }

    private Peer peer() throws IOException {
        Peer peer = Peer.start(LOOPBACK);
        open.add(peer);
        return peer;
    }

    private static List<Endpoint> at(Peer... peers) {
        return Arrays.stream(peers)
                .map(peer -> new Endpoint("127.0.0.1", peer.port()))
                .toList();
    }

    private static SwarmMetadata metadata(SwarmId id, IntegrityMethod method) {
        return new SwarmMetadata(id, method, HashFunction.SHA256, CHUNK, ChunkAddressing.CHUNK_RANGES_32, null, 4_096L);
    }

    private static LiveRequest watch(SwarmMetadata metadata, Peer... peers) {
        // On a machine that is busy elsewhere, what comes a second late is lost.
        return LiveRequest.watch(metadata).withDelay(Duration.ofSeconds(3)).withPeers(at(peers));
    }

    private ContentReader reader(Transfer transfer) {
        ContentReader reader = transfer.reader(0);
        open.add(reader);
        return reader;
    }

    /** What a reader read, and where that began. */
    private record Part(long position, byte[] bytes) {
        void assertOf(byte[] whole) {
            assertThat(bytes).isEqualTo(Arrays.copyOfRange(whole, (int) position, (int) position + bytes.length));
        }
    }

    private static Part read(ContentReader reader, int least) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        long start = -1;
        while (all.size() < least) {
            byte[] bytes = reader.read(100_000).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(bytes).isNotEmpty();
            start = start < 0 ? reader.position() - bytes.length : start;
            all.write(bytes);
            assertThat(reader.position()).isEqualTo(start + all.size());
        }
        return new Part(start, all.toByteArray());
    }

    private void assertStreams(SwarmMetadata metadata, @Nullable LiveSigner key) throws Exception {
        Encoder encoder = new Encoder(1);
        Peer source = peer();
        source.share(LiveRequest.broadcast(LiveSource.of(metadata, key, encoder, null)));
        Peer first = peer();
        Transfer watched = first.share(watch(metadata, source));
        read(reader(watched), 300_000).assertOf(encoder.sent());
        // Of one viewer another one hears the same.
        Peer second = peer();
        Transfer relayed = second.share(watch(metadata, first));
        read(reader(relayed), 300_000).assertOf(encoder.sent());

        TransferSnapshot snapshot = relayed.refresh().get(60, TimeUnit.SECONDS);
        assertThat(snapshot.state()).isEqualTo(TransferState.STREAMING);
        LiveStatus live = Objects.requireNonNull(snapshot.live());
        assertThat(live.signed()).isEqualTo(key != null);
        assertThat(snapshot.swarm().refusedChunks()).isZero();
        assertThat(snapshot.swarm().channels().get(0).dialect()).isEqualTo(key == null ? "pyppspp" : "rfc7574");
        assertShown(relayed.coverage(10), key != null);
        assertShown(relayed.coverage(100_000), key != null);
        assertThat(relayed.coverage(10).cells()).hasSizeLessThanOrEqualTo(10);
    }

    /** What is played now is here, and so is something behind it; where that is shows the clock of the signatures. */
    private static void assertShown(Coverage coverage, boolean signed) {
        assertThat(coverage.cells()).isNotEqualTo(new byte[coverage.cells().length]);
        if (!signed) {
            return;
        }
        assertThat(coverage.playingCell()).isBetween(0, coverage.cells().length - 1);
        assertThat(coverage.cells()[coverage.playingCell()]).isNotZero();
        assertThat(coverage.aheadBytes()).isPositive();
    }

    @Test
    void carriesAStreamWithAMerkleTree() throws Exception {
        LiveSigner key = key();
        assertStreams(metadata(key.publicKey().swarmId(), IntegrityMethod.UNIFIED_MERKLE_TREE), key);
    }

    @Test
    void carriesAStreamOfSignedChunks() throws Exception {
        LiveSigner key = key();
        assertStreams(metadata(key.publicKey().swarmId(), IntegrityMethod.SIGN_ALL), key);
    }

    @Test
    void carriesAStreamWithoutProtection() throws Exception {
        assertStreams(metadata(SwarmId.parse("0badcafe"), IntegrityMethod.NONE), null);
    }

    @Test
    void theSourceCanBeWatchedWhereItIs() throws Exception {
        Encoder encoder = new Encoder(2);
        Transfer sending = peer().share(LiveRequest.broadcast(LiveSource.of(key(), encoder, null)));
        assertThat(sending.live()).isTrue();
        assertThat(sending.lengthBytes()).isEqualTo(Playable.UNKNOWN_LENGTH);
        read(reader(sending), 200_000).assertOf(encoder.sent());
    }

    @Test
    void aSourceGoesOnUnderItsKeyAndItsViewersWithIt() throws Exception {
        LiveSigner key = key();
        Path position = folder.resolve("position");
        Encoder before = new Encoder(3);
        Peer first = peer();
        LiveSource source = LiveSource.of(key, before, position);
        Transfer sending = first.share(LiveRequest.broadcast(source));
        Peer viewing = peer();
        List<TransferEvent> events = new CopyOnWriteArrayList<>();
        Transfer watched = viewing.share(watch(source.metadata(), first).withEvents(events::add));
        ContentReader reader = reader(watched);
        Part one = read(reader, 200_000);
        one.assertOf(before.sent());
        sending.close();

        Encoder after = new Encoder(4);
        Transfer again = first.share(LiveRequest.broadcast(LiveSource.of(key, after, position)));
        watched.addPeers(at(first));
        long last = reader.position();
        await().atMost(PATIENCE).until(() -> {
            byte[] bytes = reader.read(100_000).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return bytes.length > 0 && reader.position() > last + before.sent().length - one.position() + 100_000;
        });
        assertThat(events).noneMatch(event -> event instanceof TransferEvent.StreamRestarted);
        again.close();
    }

    @Test
    void aSourceThatLostItsPositionBeginsAnewAndItsViewersWithIt() throws Exception {
        LiveSigner key = key();
        Peer first = peer();
        Encoder before = new Encoder(5);
        LiveSource source = LiveSource.of(key, before, null);
        Transfer sending = first.share(LiveRequest.broadcast(source));
        List<TransferEvent> events = new CopyOnWriteArrayList<>();
        Transfer watched = peer().share(watch(source.metadata(), first).withEvents(events::add));
        ContentReader reader = reader(watched);
        read(reader, 1_000_000).assertOf(before.sent());
        sending.close();

        // Slow enough to be behind the former stream when it is told apart, some seconds later.
        Encoder after = new Encoder(6, 100);
        first.share(LiveRequest.broadcast(LiveSource.of(key, after, null)));
        watched.addPeers(at(first));
        await().atMost(PATIENCE)
                .until(() -> events.stream().anyMatch(event -> event instanceof TransferEvent.StreamRestarted));
        long position = reader.position();
        ContentReader later = reader(watched);
        byte[] bytes = later.read(1_000).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(new String(after.sent(), StandardCharsets.ISO_8859_1))
                .contains(new String(bytes, StandardCharsets.ISO_8859_1));
        assertThat(later.position()).as("places never fall back").isGreaterThan(position - 500_000);
    }

    /** A peer that was cut off still has what was signed some seconds ago: fresh enough for who remembers nothing. */
    @Test
    void aViewerThatComesBackTakesNothingOlderForNew() throws Exception {
        LiveSigner key = key();
        Path position = folder.resolve("position");
        Path memory = folder.resolve("memory");
        Encoder encoder = new Encoder(11);
        LiveSource source = LiveSource.of(key, encoder, position);
        Peer sender = peer();
        Transfer sending = sender.share(LiveRequest.broadcast(source));
        Peer stale = peer();
        read(reader(stale.share(watch(source.metadata(), sender))), 200_000);
        sending.close();

        // Somewhere else, where the stale one does not find it.
        Peer moved = peer();
        moved.share(LiveRequest.broadcast(LiveSource.of(key, new Encoder(12), position)));
        Transfer before = peer().share(watch(source.metadata(), moved).withMemory(memory));
        read(reader(before), 200_000);
        before.close();

        Transfer after = peer().share(watch(source.metadata(), stale).withMemory(memory));
        await().atMost(PATIENCE).until(() -> live(after).signaturesRefused() > 0);
        assertThat(live(after).edge()).isEqualTo(-1);
        after.addPeers(at(moved));
        await().atMost(PATIENCE).until(() -> live(after).edge() > 0);
    }

    private static LiveSnapshot live(Transfer transfer) throws Exception {
        return Objects.requireNonNull(
                transfer.refresh().get(60, TimeUnit.SECONDS).swarm().live());
    }

    @Test
    void watchesAllTheSameWhereNothingCanBeRemembered() throws Exception {
        Encoder encoder = new Encoder(13);
        LiveSource source = LiveSource.of(key(), encoder, null);
        Peer sender = peer();
        sender.share(LiveRequest.broadcast(source));
        List<TransferEvent> events = new CopyOnWriteArrayList<>();
        Transfer watched = peer().share(watch(source.metadata(), sender)
                .withMemory(Files.createFile(folder.resolve("file")).resolve("streams"))
                .withEvents(events::add));
        read(reader(watched), 200_000).assertOf(encoder.sent());
        assertThat(events)
                .filteredOn(TransferEvent.Notice.class::isInstance)
                .singleElement()
                .asString()
                .contains("will not be remembered");
    }

    @Test
    void saysWhenTheInputEndsOrFails() throws Exception {
        Encoder ending = new Encoder(7);
        Transfer ended = peer().share(LiveRequest.broadcast(LiveSource.of(key(), ending, null)));
        ending.end();
        assertThat(ended.done().get(60, TimeUnit.SECONDS).complete()).isTrue();
        assertThat(ended.snapshot().state()).isEqualTo(TransferState.SEEDING);

        Encoder failing = new Encoder(8);
        List<TransferEvent> events = new CopyOnWriteArrayList<>();
        Transfer failed = peer().share(LiveRequest.broadcast(LiveSource.of(key(), failing, null))
                .withEvents(events::add));
        failing.fail();
        await().atMost(PATIENCE)
                .until(() -> events.contains(new TransferEvent.Failed("the input ended: the cable is out")));
        assertThat(failed.done()).isCompletedExceptionally();
    }

    /** An input that says nothing and ends when it is closed. */
    private static final class Silence implements LiveInput {
        private final CompletableFuture<Thread> running = new CompletableFuture<>();
        private final Semaphore closed = new Semaphore(0);

        @Override
        public int chunkSizeBytes() {
            return CHUNK;
        }

        @Override
        public void open() {
            // Nothing to open.
        }

        @Override
        public void run(Sink sink) {
            running.complete(Thread.currentThread());
            closed.acquireUninterruptibly();
        }

        @Override
        public void close() {
            closed.release();
        }
    }

    @Test
    void aSourceThatIsClosedHasNotComeToItsEnd() throws Exception {
        Silence input = new Silence();
        List<TransferEvent> events = new CopyOnWriteArrayList<>();
        Transfer sending = peer().share(
                        LiveRequest.broadcast(LiveSource.of(key(), input, null)).withEvents(events::add));
        Thread reading = input.running.get(60, TimeUnit.SECONDS);
        sending.close();
        reading.join();
        // What the end of the input led to has been done after one look, and told after two.
        sending.refresh().get(60, TimeUnit.SECONDS);
        sending.refresh().get(60, TimeUnit.SECONDS);
        assertThat(events).noneMatch(event -> event instanceof TransferEvent.Completed);
        assertThat(sending.done()).isCompletedExceptionally();
    }

    @Test
    void twoSourcesOfOneKeyAreRefused() throws Exception {
        LiveSigner key = key();
        Path position = folder.resolve("position");
        peer().share(LiveRequest.broadcast(LiveSource.of(key, new Encoder(9), position)));
        List<TransferEvent> events = new CopyOnWriteArrayList<>();
        Peer other = peer();
        await().atMost(PATIENCE).until(() -> Files.exists(position));
        other.share(LiveRequest.broadcast(LiveSource.of(key, new Encoder(10), position))
                .withEvents(events::add));
        await().atMost(PATIENCE)
                .until(() -> events.stream()
                        .anyMatch(event -> event instanceof TransferEvent.Failed failed
                                && failed.message().contains("another source of this stream")));
    }
}
