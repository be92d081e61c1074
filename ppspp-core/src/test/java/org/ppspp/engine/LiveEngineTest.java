package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.StorageJob.ReceivedChunk;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.NodeHasher;
import org.ppspp.integrity.SignedSegment;
import org.ppspp.sim.LiveStream;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.ProtocolOptions;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.WireFormat;

/** One engine in a live stream, and a peer whose every datagram is written by the test. */
class LiveEngineTest {
    private static final long EPOCH_MICROS = 1_700_000_000_000_000L;
    private static final int WIDTH = 8;
    private static final int OUR_CHANNEL = 77;
    private static final long WINDOW = 64 * WIDTH;

    private final TransportAddress peer = RawPeer.address(1);
    private final Map<Long, byte[]> store = new HashMap<>();
    private final List<List<Message>> heard = new ArrayList<>();
    private final List<EngineEvent> events = new ArrayList<>();
    private LiveStream stream = stream(IntegrityMethod.UNIFIED_MERKLE_TREE, ChunkAddressing.CHUNK_RANGES_32, WINDOW);
    private Engine engine = new Engine(EngineConfig.defaults(), EPOCH_MICROS, new SplittableRandom(7574));
    private int remoteChannel;
    private long now = Limits.SECOND;
    private long nextChunk;

    private static LiveStream stream(IntegrityMethod method, ChunkAddressing addressing, long window) {
        return new LiveStream(1, method, addressing, window);
    }

    @AfterEach
    void close() {
        engine.close(now);
    }

    private void join(LiveConfig config) {
        engine.join(now, SwarmConfig.live(stream.metadata(), config, ExchangeConfig.OFF));
    }

    private void source() {
        join(stream.viewer().asSource());
    }

    private void append(int munros) {
        for (int i = 0; i < munros; i++) {
            LiveStream.Piece piece = stream.next(nextChunk, WIDTH, now, ntp() + i);
            for (byte[] chunk : piece.chunks()) {
                store.put(nextChunk++, chunk);
            }
            engine.append(now, stream.metadata().swarmId(), piece.segment());
        }
        listen();
    }

    private long ntp() {
        return NtpTime.ofUnixMicros(EPOCH_MICROS + now / 1_000);
    }

    // --- the wire

    /** Takes in what the engine sends now, and does its jobs. */
    private List<List<Message>> listen() {
        List<List<Message>> fresh = new ArrayList<>();
        ByteBuf out = Unpooled.buffer(1 << 16);
        boolean busy = true;
        while (busy) {
            busy = false;
            Transmit transmit = engine.transmit(now, out.clear(), 62);
            if (transmit != null) {
                busy = true;
                while (out.isReadable()) {
                    fresh.add(read(out.readSlice(Math.min(transmit.segmentLength(), out.readableBytes()))));
                }
            }
            for (StorageJob job = engine.nextJob(); job != null; job = engine.nextJob()) {
                busy = true;
                engine.completed(now, run(job));
            }
        }
        for (EngineEvent event = engine.nextEvent(); event != null; event = engine.nextEvent()) {
            events.add(event);
        }
        heard.addAll(fresh);
        return fresh;
    }

    private List<Message> read(ByteBuf datagram) {
        datagram.readInt();
        List<Message> messages = new ArrayList<>();
        MessageReader reader = new MessageReader(datagram, stream.format());
        try {
            for (Message message = reader.next(); message != null; message = reader.next()) {
                messages.add(message);
                if (message instanceof Message.Handshake handshake) {
                    remoteChannel = handshake.sourceChannel();
                }
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
        return messages;
    }

    private StorageResult run(StorageJob job) {
        if (job instanceof StorageJob.Hash hash) {
            NodeHasher hasher = new NodeHasher(stream.metadata().hashFunction());
            return new StorageResult.Hashed(
                    hash,
                    hash.chunks().stream()
                            .map(each -> hasher.leaf(each.content()))
                            .toArray(byte[][]::new));
        }
        if (job instanceof StorageJob.Write write) {
            for (ReceivedChunk chunk : write.chunks()) {
                store.put(chunk.number(), ByteBufUtil.getBytes(chunk.content()));
            }
            return new StorageResult.Stored(write);
        }
        StorageJob.Read read = (StorageJob.Read) job;
        int size = stream.metadata().chunkSizeBytes();
        ByteBuf content = Unpooled.buffer(64 * size).writeZero(64 * size);
        for (int i = 0; i < 64; i++) {
            byte[] chunk = store.get(read.bin() * 64 + i);
            if (chunk != null) {
                content.setBytes(i * size, chunk);
            }
        }
        return new StorageResult.Content(read, content, 0, null);
    }

    private List<List<Message>> say(int channel, Consumer<MessageWriter> messages) {
        ByteBuf out = Unpooled.buffer();
        MessageWriter writer = new MessageWriter(out, stream.format());
        writer.channel(channel);
        messages.accept(writer);
        engine.receive(now, peer, out);
        return listen();
    }

    private List<List<Message>> say(Consumer<MessageWriter> messages) {
        return say(remoteChannel, messages);
    }

    private List<List<Message>> pass(long nanos) {
        List<List<Message>> all = new ArrayList<>();
        long until = now + nanos;
        while (engine.nextTimeout() <= until) {
            now = Math.max(now + 1, engine.nextTimeout());
            engine.timeout(now);
            all.addAll(listen());
        }
        now = until;
        return all;
    }

    private ProtocolOptions options(boolean initiator) {
        return new Greeting(
                        stream.metadata(), stream.viewer(), new Identity(new UUID(0, 1), null), ExchangeConfig.Mode.OFF)
                .options(initiator, Dialect.RFC7574, false);
    }

    /** Opens a channel; returns datagram 2. */
    private List<Message> open() {
        return say(0, writer -> writer.handshake(OUR_CHANNEL, options(true))).get(0);
    }

    private static <T extends Message> List<T> only(Class<T> type, List<Message> datagram) {
        return datagram.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static <T extends Message> List<T> every(Class<T> type, List<List<Message>> datagrams) {
        return datagrams.stream().flatMap(each -> only(type, each).stream()).toList();
    }

    private static boolean tellsMunro(List<Message> datagram) {
        return !only(Message.SignedIntegrity.class, datagram).isEmpty();
    }

    private void munro(MessageWriter writer, SignedSegment segment) {
        ChunkRange chunks = segment.chunks();
        writer.integrity(
                Bin.ofRange(chunks.first(), chunks.last()), segment.hashes(), segment.hashes().length / 2 - 16);
        writer.signedIntegrity(
                chunks,
                segment.signed().get(0).ntpTime(),
                segment.signed().get(0).signature());
    }

    // --- handshake (RFC 7574 §7)

    @ParameterizedTest
    @EnumSource(ChunkAddressing.class)
    void bothHandshakesSayWhatAStreamNeeds(ChunkAddressing addressing) {
        stream = stream(IntegrityMethod.UNIFIED_MERKLE_TREE, addressing, WINDOW);
        source();
        engine.addPeers(now, stream.metadata().swarmId(), List.of(RawPeer.address(2)), PeerOrigin.USER);
        pass(1);
        ProtocolOptions first = handshake(heard.get(0)).options();
        ProtocolOptions answer = handshake(open()).options();
        for (ProtocolOptions options : List.of(first, answer)) {
            assertThat(options.integrityMethod()).isEqualTo(3);
            assertThat(options.hashFunction()).isEqualTo(2);
            assertThat(options.signatureAlgorithm()).isEqualTo(15);
            assertThat(options.liveDiscardWindow())
                    .isEqualTo(addressing == ChunkAddressing.BYTE_RANGES_64 ? WINDOW * LiveStream.CHUNK_SIZE : WINDOW);
            assertThat(options.supports(7)).as("SIGNED_INTEGRITY").isTrue();
        }
    }

    private static Message.Handshake handshake(List<Message> datagram) {
        return only(Message.Handshake.class, datagram).get(0);
    }

    @Test
    void whoDiscardsNothingSaysAllOnes() {
        stream = stream(IntegrityMethod.UNIFIED_MERKLE_TREE, ChunkAddressing.CHUNK_RANGES_32, Long.MAX_VALUE);
        source();
        assertThat(handshake(open()).options().liveDiscardWindow()).isEqualTo(ProtocolOptions.KEEPS_ALL);
    }

    @Test
    void anotherSignatureAlgorithmIsAnotherSwarm() {
        source();
        ProtocolOptions other = options(true).with().signatureAlgorithm(13).build();
        assertThat(say(0, writer -> writer.handshake(OUR_CHANNEL, other))).isEmpty();
    }

    // --- secure tune-in (RFC 7574 §6.1.2.4)

    @Test
    void theResponderTellsTheNewestMunroFromTheFourthDatagramOn() {
        source();
        append(3);
        assertThat(tellsMunro(open())).as("datagram 2").isFalse();
        List<List<Message>> fourth = say(writer -> {});
        fourth.addAll(pass(Limits.SECOND));
        assertThat(fourth).isNotEmpty().allMatch(LiveEngineTest::tellsMunro);
        assertThat(every(Message.SignedIntegrity.class, fourth))
                .allMatch(signed -> signed.chunks().equals(new ChunkRange(2 * WIDTH, 3 * WIDTH - 1)));
        say(writer -> writer.have(ChunkRange.of(2 * WIDTH - 1)));
        append(0);
        assertThat(pass(3 * Limits.SECOND)).isNotEmpty().allMatch(LiveEngineTest::tellsMunro);
        say(writer -> writer.have(ChunkRange.of(2 * WIDTH)));
        assertThat(pass(60 * Limits.SECOND)).isNotEmpty().noneMatch(LiveEngineTest::tellsMunro);
        append(1);
        assertThat(pass(Limits.SECOND)).as("the next one").isNotEmpty().allMatch(LiveEngineTest::tellsMunro);
    }

    @Test
    void theInitiatorTellsTheNewestMunroFromTheThirdDatagramOn() {
        source();
        append(3);
        engine.addPeers(now, stream.metadata().swarmId(), List.of(peer), PeerOrigin.USER);
        assertThat(pass(1)).as("datagram 1").hasSize(1).noneMatch(LiveEngineTest::tellsMunro);
        List<List<Message>> later = say(writer -> writer.handshake(OUR_CHANNEL, options(false)));
        later.addAll(pass(Limits.SECOND));
        assertThat(later).isNotEmpty().allMatch(LiveEngineTest::tellsMunro);
    }

    @Test
    void tunesInWhereTheNewestMunroIs() {
        join(stream.viewer());
        open();
        SignedSegment far = stream.next(1_000 * WIDTH, WIDTH, now, ntp()).segment();
        say(writer -> writer.have(new ChunkRange(0, 1_001 * WIDTH - 1)));
        assertThat(every(Message.Request.class, pass(Limits.SECOND)))
                .as("nobody knows where the edge is")
                .isEmpty();
        List<List<Message>> asked = say(writer -> munro(writer, far));
        asked.addAll(pass(100 * Limits.MILLISECOND));
        assertThat(every(Message.Request.class, asked))
                .isNotEmpty()
                .allMatch(request -> request.chunks().first() >= 1_000 * WIDTH - WINDOW
                        && request.chunks().last() < 1_001 * WIDTH);
    }

    @Test
    void anOldMunroIsNoPlaceToTuneIn() {
        join(stream.viewer());
        open();
        SignedSegment old = stream.next(0, WIDTH, now, NtpTime.ofUnixMicros(EPOCH_MICROS - 31_000_000))
                .segment();
        say(writer -> writer.have(new ChunkRange(0, WIDTH - 1)));
        say(writer -> munro(writer, old));
        assertThat(every(Message.Request.class, pass(Limits.SECOND))).isEmpty();
    }

    // --- chunks (RFC 7574 §6.1.1, §6.1.2.3)

    @Test
    void aChunkComesWithItsMunroAndUncles() {
        source();
        append(2);
        open();
        say(writer -> {});
        List<List<Message>> answer = say(writer -> writer.request(ChunkRange.of(3)));
        List<Message> datagram = answer.stream()
                .filter(each -> !only(Message.Data.class, each).isEmpty())
                .findFirst()
                .orElseThrow();
        List<Message> proof = datagram.stream()
                .filter(each -> each instanceof Message.Integrity
                        || each instanceof Message.SignedIntegrity
                        || each instanceof Message.Data)
                .toList();
        int at = proof.size() - 6;
        assertThat(((Message.Integrity) proof.get(at)).bin()).as("the munro").isEqualTo(Bin.ofRange(0, WIDTH - 1));
        assertThat(((Message.SignedIntegrity) proof.get(at + 1)).chunks()).isEqualTo(new ChunkRange(0, WIDTH - 1));
        assertThat(((Message.Integrity) proof.get(at + 2)).bin()).isEqualTo(Bin.ofRange(4, 7));
        assertThat(((Message.Integrity) proof.get(at + 3)).bin()).isEqualTo(Bin.ofRange(0, 1));
        assertThat(((Message.Integrity) proof.get(at + 4)).bin()).isEqualTo(Bin.leaf(2));
        assertThat(((Message.Data) proof.get(at + 5)).chunk()).isEqualTo(3);
    }

    @Test
    void nothingIsAnnouncedBeforeItIsSigned() {
        source();
        open();
        say(writer -> {});
        store.put(0L, new byte[LiveStream.CHUNK_SIZE]);
        assertThat(every(Message.Have.class, pass(10 * Limits.SECOND))).isEmpty();
        append(1);
        List<List<Message>> said = pass(Limits.SECOND);
        assertThat(every(Message.Have.class, said))
                .isNotEmpty()
                .allMatch(have -> have.chunks().equals(new ChunkRange(0, WIDTH - 1)));
        assertThat(said.get(0)).anyMatch(Message.SignedIntegrity.class::isInstance);
    }

    @Test
    void nothingIsPassedOnBeforeItsSignatureIsChecked() {
        join(stream.viewer());
        open();
        SignedSegment segment = stream.next(0, WIDTH, now, ntp()).segment();
        byte[] chunk = stream.pieces().get(0).chunks().get(0);
        say(writer -> writer.have(new ChunkRange(0, WIDTH - 1)));
        say(writer -> {
            munro(writer, segment);
        });
        pass(100 * Limits.MILLISECOND);
        say(writer -> {
            writer.integrity(Bin.ofRange(4, 7), segment.hashes(), 32 * (int) Bin.ofRange(4, 7));
            writer.integrity(Bin.ofRange(2, 3), segment.hashes(), 32 * (int) Bin.ofRange(2, 3));
            writer.integrity(Bin.leaf(1), segment.hashes(), 32 * 2);
            writer.data(0, now / 1_000, Unpooled.wrappedBuffer(chunk), 0, chunk.length);
        });
        pass(10 * Limits.MILLISECOND);
        assertThat(store).containsOnlyKeys(0L);
        assertThat(events).hasOnlyElementsOfType(EngineEvent.PeerConnected.class);
        assertThat(every(Message.Ack.class, heard)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1_024, 1_200})
    void withSignAllTheSignatureGoesBeforeTheChunkOrAheadOfIt(int chunkSize) {
        SwarmMetadata metadata = new SwarmMetadata(
                stream.metadata().swarmId(),
                IntegrityMethod.SIGN_ALL,
                stream.metadata().hashFunction(),
                chunkSize,
                ChunkAddressing.CHUNK_RANGES_32,
                null,
                WINDOW);
        assertThat(signAll(metadata, new byte[chunkSize])).as("in one datagram").isEqualTo(chunkSize == 1_024);
    }

    /** Serves one chunk; whether its signature comes in the same datagram. It comes before it in any case. */
    private boolean signAll(SwarmMetadata metadata, byte[] chunk) {
        WireFormat format =
                new WireFormat(metadata.addressing(), 32, 32, metadata.chunkSizeBytes(), WireFormat.UNKNOWN_LENGTH);
        List<List<Integer>> order = new ArrayList<>();
        try (LiveServer server = new LiveServer(metadata, stream.viewer(), format, chunk)) {
            order.addAll(server.serve());
        }
        List<Integer> all = order.stream().flatMap(List::stream).toList();
        assertThat(all.indexOf(7)).isNotNegative().isLessThan(all.indexOf(1));
        return order.stream().anyMatch(types -> types.contains(7) && types.contains(1));
    }

    // --- the discard window (RFC 7574 §6.2)

    @Test
    void onlyWhatIsInAPeersWindowIsAskedOfIt() {
        join(stream.viewer());
        ProtocolOptions narrow = options(true).with().liveDiscardWindow(16L).build();
        say(0, writer -> writer.handshake(OUR_CHANNEL, narrow));
        SignedSegment newest = stream.next(100 * WIDTH, WIDTH, now, ntp()).segment();
        say(writer -> {
            munro(writer, newest);
            writer.have(new ChunkRange(0, 101 * WIDTH - 1));
        });
        assertThat(every(Message.Request.class, pass(Limits.SECOND)))
                .isNotEmpty()
                .allMatch(request -> request.chunks().first() >= 101 * WIDTH - 16);
    }

    @Test
    void keepsWhatItsWindowPromises() {
        source();
        append(200);
        SwarmSnapshot snapshot =
                Objects.requireNonNull(engine.snapshot(stream.metadata().swarmId()));
        LiveSnapshot live = Objects.requireNonNull(snapshot.live());
        assertThat(live.edge() - live.first()).isBetween(WINDOW, WINDOW + 64);
        assertThat(snapshot.verifiedChunks()).isEqualTo(live.edge() - live.first() + 1);
    }
}
