package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.congestion.LedbatProfile;
import org.ppspp.engine.StorageJob.ReceivedChunk;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.LivePublicKey;
import org.ppspp.integrity.NodeHasher;
import org.ppspp.traces.Trace;
import org.ppspp.traces.Trace.Packet;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.LiveForm;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.WireFormat;

/** Captured live streams of libswift, with our engine in the place of its viewer. */
class LibswiftLiveTest {
    private static final int CHUNK_SIZE = 1_024;
    private static final long STEP = Limits.MILLISECOND;
    private static final long PATIENCE = 5 * Limits.SECOND;
    private static final int MAX_MESSAGES = 2_048;
    private static final byte FIRST = 32;
    private static final byte[] HAVE_FROM_THE_BEGINNING = {3, 0, 0, 0, 0, 0, 0, 0};

    private final TransportAddress source = RawPeer.address('A');
    private final TreeMap<Long, byte[]> stored = new TreeMap<>();
    private final Set<Long> asked = new HashSet<>();
    private final Set<ChunkRange> signed = new HashSet<>();
    private byte @Nullable [] opening;
    private int ourChannel;
    private long now = Limits.SECOND;

    private record Viewer(Engine engine, SwarmMetadata metadata, WireFormat format) {
        LiveSnapshot live() {
            return Objects.requireNonNull(
                    Objects.requireNonNull(engine.snapshot(metadata.swarmId())).live());
        }
    }

    private static Viewer viewer(List<Packet> packets, @Nullable Dialect dialect) throws MalformedMessageException {
        ByteBuf first = Unpooled.wrappedBuffer(packets.get(0).bytes());
        MessageReader.readChannel(first);
        SwarmId swarm = Objects.requireNonNull(
                MessageReader.readHandshake(first).options().swarmId());
        LivePublicKey key = LivePublicKey.parse(swarm.toBytes());
        WireFormat format = new WireFormat(
                ChunkAddressing.CHUNK_RANGES_32,
                HashFunction.SHA1.length(),
                key.signatureLengthBytes(),
                CHUNK_SIZE,
                WireFormat.UNKNOWN_LENGTH,
                LiveForm.LIBSWIFT);
        SwarmMetadata metadata = new SwarmMetadata(
                swarm,
                IntegrityMethod.UNIFIED_MERKLE_TREE,
                HashFunction.SHA1,
                CHUNK_SIZE,
                ChunkAddressing.CHUNK_RANGES_32,
                null,
                Long.MAX_VALUE);
        EngineConfig config = new EngineConfig(
                50, 0, 0, EngineConfig.DEFAULT_MAX_DATAGRAM_BYTES, 4 << 20, LedbatProfile.DEFAULT, dialect);
        Engine engine = new Engine(config, clock(packets) - Limits.SECOND / 1_000, new SplittableRandom(7574));
        engine.join(Limits.SECOND, SwarmConfig.live(metadata, LiveConfig.viewer(key), ExchangeConfig.OFF));
        return new Viewer(engine, metadata, format);
    }

    /** The source's clock at the beginning of the capture: its first DATA tells. */
    private static long clock(List<Packet> packets) {
        for (Packet packet : packets) {
            int at = packet.bytes().length - CHUNK_SIZE - Long.BYTES;
            if (packet.from().equals("A") && at > 0) {
                return Unpooled.wrappedBuffer(packet.bytes()).getLong(at) - packet.nanos() / 1_000;
            }
        }
        throw new AssertionError("no DATA");
    }

    private static List<Message> read(byte[] datagram, WireFormat format) {
        List<Message> messages = new ArrayList<>();
        try {
            MessageReader reader =
                    new MessageReader(Unpooled.wrappedBuffer(datagram).skipBytes(Integer.BYTES), format, MAX_MESSAGES);
            for (Message message = reader.next(); message != null; message = reader.next()) {
                messages.add(message);
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError("a datagram that cannot be read", e);
        }
        return messages;
    }

    private void play(List<Packet> packets, Viewer viewer) {
        viewer.engine().addPeers(now, viewer.metadata().swarmId(), List.of(source), PeerOrigin.USER);
        pump(viewer);
        for (Packet packet : packets) {
            if (!packet.from().equals("A")) {
                continue;
            }
            advance(viewer, Limits.SECOND + packet.nanos());
            boolean welcome = true;
            for (Message message : read(packet.bytes(), viewer.format())) {
                if (message instanceof Message.Data data) {
                    long end = now + PATIENCE;
                    while (!asked.contains(data.chunk()) && now < end) {
                        advance(viewer, now + STEP);
                    }
                    welcome = asked.contains(data.chunk());
                } else if (message instanceof Message.SignedIntegrity signature) {
                    signed.add(signature.chunks());
                }
            }
            assertThat(welcome).as("the viewer asks for what the source sends").isTrue();
            say(packet, viewer);
        }
        advance(viewer, now + Limits.SECOND);
    }

    /** The original viewer began at chunk 32, so no other is in the capture: the source tells of none. */
    private void say(Packet packet, Viewer viewer) {
        byte[] datagram = packet.toChannel(ourChannel);
        int at = indexOf(datagram, HAVE_FROM_THE_BEGINNING);
        if (at >= 0) {
            datagram[at + Integer.BYTES] = FIRST;
        }
        viewer.engine().receive(now, source, Unpooled.wrappedBuffer(datagram));
        pump(viewer);
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int at = 0; at <= bytes.length - part.length; at++) {
            if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        return -1;
    }

    private void advance(Viewer viewer, long to) {
        while (viewer.engine().nextTimeout() <= to) {
            now = Math.max(now + 1, viewer.engine().nextTimeout());
            viewer.engine().timeout(now);
            pump(viewer);
        }
        now = Math.max(now, to);
    }

    private void pump(Viewer viewer) {
        Engine engine = viewer.engine();
        ByteBuf out = Unpooled.buffer();
        boolean busy = true;
        while (busy) {
            busy = false;
            while (engine.nextEvent() != null) {
                busy = true;
            }
            Transmit transmit = engine.transmit(now, out.clear(), 1);
            if (transmit != null) {
                busy = true;
                hear(ByteBufUtil.getBytes(out), viewer.format());
            }
            for (StorageJob job = engine.nextJob(); job != null; job = engine.nextJob()) {
                busy = true;
                engine.completed(now, done(job));
            }
        }
    }

    private void hear(byte[] datagram, WireFormat format) {
        if (Unpooled.wrappedBuffer(datagram).getInt(0) == 0) {
            opening = opening == null ? datagram : opening;
            ourChannel = Unpooled.wrappedBuffer(datagram).getInt(5);
            return;
        }
        for (Message message : read(datagram, format)) {
            if (message instanceof Message.Request request) {
                for (long chunk = request.chunks().first();
                        chunk <= request.chunks().last();
                        chunk++) {
                    asked.add(chunk);
                }
            }
        }
    }

    private StorageResult done(StorageJob job) {
        if (job instanceof StorageJob.Hash hash) {
            NodeHasher hasher = new NodeHasher(HashFunction.SHA1);
            return new StorageResult.Hashed(
                    hash,
                    hash.chunks().stream()
                            .map(chunk -> hasher.leaf(chunk.content().duplicate()))
                            .toArray(byte[][]::new));
        }
        if (job instanceof StorageJob.Write write) {
            for (ReceivedChunk chunk : write.chunks()) {
                stored.put(chunk.number(), ByteBufUtil.getBytes(chunk.content()));
            }
            return new StorageResult.Stored(write);
        }
        throw new AssertionError(job);
    }

    @ParameterizedTest
    @ValueSource(strings = {"e1_live_ecdsa256_head", "e2_live_ecdsa384_head", "e3_live_rsasha1_head"})
    @DisplayName("libswift's live streams: every signature verifies with its key, and every chunk below it")
    void watchesLibswift(String name) throws MalformedMessageException {
        List<Packet> packets = Trace.read("libswift/" + name).packets();
        Viewer viewer = viewer(packets, Dialect.LIBSWIFT);
        play(packets, viewer);

        byte[] original = packets.get(0).bytes().clone();
        System.arraycopy(Objects.requireNonNull(opening), 5, original, 5, Integer.BYTES);
        assertThat(opening).as("the opening is libswift's own").isEqualTo(original);
        Set<Long> sent = new HashSet<>();
        for (Packet packet : packets) {
            if (packet.from().equals("A")) {
                for (Message message : read(packet.bytes(), viewer.format())) {
                    if (message instanceof Message.Data data) {
                        sent.add(data.chunk());
                    }
                }
            }
        }
        assertThat(sent).hasSizeGreaterThan(50);
        assertThat(stored.keySet()).isEqualTo(sent);
        byte[] content = Trace.content((int) ((stored.lastKey() + 1) * CHUNK_SIZE));
        stored.forEach((chunk, bytes) -> assertThat(bytes)
                .as("chunk %d", chunk)
                .isEqualTo(Arrays.copyOfRange(content, (int) (chunk * CHUNK_SIZE), (int) ((chunk + 1) * CHUNK_SIZE))));
        LiveSnapshot live = viewer.live();
        assertThat(live.signaturesTaken()).isEqualTo(signed.size());
        assertThat(live.signaturesRefused()).isZero();
        assertThat(Math.abs(
                        NtpTime.microsBetween(live.latestTime(), NtpTime.ofUnixMicros(clock(packets) + now / 1_000))))
                .isLessThan(20_000_000);
        assertThat(viewer.engine().counters().snapshot().malformed()).isZero();
        viewer.engine().close(now);
    }

    @Test
    @DisplayName("without its dialect nothing of such a stream is believed")
    void knowsNoSuchSignaturesUnlessAsked() throws MalformedMessageException {
        List<Packet> packets = Trace.read("libswift/e1_live_ecdsa256_head").packets();
        for (Dialect dialect : new Dialect[] {null, Dialect.RFC7574}) {
            Viewer viewer = viewer(packets, dialect);
            viewer.engine().addPeers(now, viewer.metadata().swarmId(), List.of(source), PeerOrigin.USER);
            pump(viewer);
            for (Packet packet : packets.subList(0, 8)) {
                if (packet.from().equals("A")) {
                    say(packet, viewer);
                }
            }
            assertThat(viewer.live().edge()).isEqualTo(-1);
            assertThat(asked).isEmpty();
            viewer.engine().close(now);
        }
    }
}
