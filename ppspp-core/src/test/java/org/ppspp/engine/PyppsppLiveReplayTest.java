package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.SegmentSigner;
import org.ppspp.media.AvFrame;
import org.ppspp.media.FrameAssembly;
import org.ppspp.traces.Trace;
import org.ppspp.traces.Trace.Packet;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.WireFormat;

/** A captured live stream of PyPPSPP, with our engine in the place of its source or of a client. */
class PyppsppLiveReplayTest {
    private static final long EPOCH_MICROS = 1_700_000_000_000_000L;
    private static final SwarmId SWARM = SwarmId.parse("00112233445566778899aabbccddeeff00112233");
    private static final String SOURCE = "10.77.0.2:6778";
    private static final String CLIENT = "10.77.0.3:53520";
    private static final int CHUNK_BYTES = 1_024;
    private static final int DATA_AT = 21;
    private static final int TIMESTAMP_AT = 13;
    private static final int SIXTEEN_BITS = 1 << 16;

    private final SwarmMetadata metadata = new SwarmMetadata(
            SWARM, IntegrityMethod.NONE, HashFunction.SHA1, CHUNK_BYTES, ChunkAddressing.CHUNK_RANGES_32, null, 1_000L);
    private final WireFormat format = new WireFormat(
            ChunkAddressing.CHUNK_RANGES_32, HashFunction.SHA1.length(), 0, CHUNK_BYTES, WireFormat.UNKNOWN_LENGTH);
    private final Engine engine = new Engine(EngineConfig.defaults(), EPOCH_MICROS, new SplittableRandom(7574));
    private final Frailties frailties = new Frailties(SWARM, SIXTEEN_BITS);
    private final Map<Long, byte[]> store = new TreeMap<>();
    private final List<byte[]> sent = new ArrayList<>();
    private final List<Message> said = new ArrayList<>();
    private final Map<TransportAddress, Integer> channels = new HashMap<>();
    private long now = Limits.SECOND;

    private static List<Packet> packets(String name) {
        return Trace.read("pyppspp/" + name).peers();
    }

    /** The chunks of a capture, and zeros for others. */
    private static Map<Long, byte[]> chunks(List<Packet> packets) {
        Map<Long, byte[]> chunks = new HashMap<>();
        for (Packet packet : packets) {
            if (packet.bytes().length == DATA_AT + CHUNK_BYTES) {
                long chunk = Unpooled.wrappedBuffer(packet.bytes()).getUnsignedInt(5);
                chunks.put(chunk, Arrays.copyOfRange(packet.bytes(), DATA_AT, DATA_AT + CHUNK_BYTES));
            }
        }
        return chunks;
    }

    private void join(LiveConfig config) {
        engine.join(now, SwarmConfig.live(metadata, config, ExchangeConfig.OFF));
    }

    private void receive(TransportAddress from, byte[] frame) {
        engine.receive(now, from, Unpooled.wrappedBuffer(frame));
        listen();
    }

    private void advance(long until) {
        for (long next = engine.nextTimeout(); next <= until; next = engine.nextTimeout()) {
            now = Math.max(next, now + 1);
            engine.timeout(now);
            listen();
        }
        now = Math.max(now, until);
    }

    private void listen() {
        ByteBuf out = Unpooled.buffer(1 << 16);
        boolean busy = true;
        while (busy) {
            Transmit transmit = engine.transmit(now, out.clear(), 1);
            busy = transmit != null;
            if (transmit != null) {
                byte[] frame = ByteBufUtil.getBytes(out);
                List<Message> messages = read(frame);
                frailties.sparePyppspp(frame, messages);
                sent.add(frame);
                said.addAll(messages);
                if (!messages.isEmpty() && messages.get(0) instanceof Message.Handshake handshake) {
                    channels.put(transmit.destination(), handshake.sourceChannel());
                }
            }
            for (StorageJob job = engine.nextJob(); job != null; job = engine.nextJob()) {
                busy = true;
                engine.completed(now, run(job));
            }
        }
    }

    private List<Message> read(byte[] frame) {
        MessageReader reader =
                new MessageReader(Unpooled.wrappedBuffer(frame).skipBytes(Integer.BYTES), format).named();
        List<Message> messages = new ArrayList<>();
        try {
            for (Message message = reader.next(); message != null; message = reader.next()) {
                messages.add(message);
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
        return messages;
    }

    private StorageResult run(StorageJob job) {
        if (job instanceof StorageJob.Hash hash) {
            byte[][] leaves = new byte[hash.chunks().size()][HashFunction.SHA1.length()];
            return new StorageResult.Hashed(hash, leaves);
        }
        if (job instanceof StorageJob.Write write) {
            assertThat(write.verified()).as("kept back").isTrue();
            write.chunks().forEach(chunk -> store.put(chunk.number(), ByteBufUtil.getBytes(chunk.content())));
            return new StorageResult.Stored(write);
        }
        StorageJob.Read read = (StorageJob.Read) job;
        ByteBuf content = Unpooled.buffer(64 * CHUNK_BYTES).writeZero(64 * CHUNK_BYTES);
        for (long bits = read.wanted(); bits != 0; bits &= bits - 1) {
            int at = Long.numberOfTrailingZeros(bits);
            content.setBytes(at * CHUNK_BYTES, Objects.requireNonNull(store.get(read.bin() * 64 + at)));
        }
        return new StorageResult.Content(read, content, 0, null);
    }

    private void append(long last, Map<Long, byte[]> chunks) {
        List<byte[]> fresh = new ArrayList<>();
        long first = store.size();
        for (long chunk = first; chunk <= last; chunk++) {
            byte[] bytes = chunks.getOrDefault(chunk, new byte[CHUNK_BYTES]);
            fresh.add(bytes);
            store.put(chunk, bytes);
        }
        if (!fresh.isEmpty()) {
            SegmentSigner signer =
                    new SegmentSigner(IntegrityMethod.NONE, HashFunction.SHA1, format, message -> new byte[0]);
            long time = NtpTime.ofUnixMicros(EPOCH_MICROS + now / 1_000);
            engine.append(now, SWARM, signer.sign(first, fresh, time));
            listen();
        }
    }

    /** Our channel to a peer. */
    private int channel(TransportAddress peer) {
        return Objects.requireNonNull(channels.get(peer));
    }

    private static TransportAddress address(String party) {
        return Replay.address(party, Trace.Carrier.TCP);
    }

    @AfterEach
    void close() {
        engine.close(now);
    }

    @Test
    @DisplayName("a PyPPSPP asks our source as it asked its own, and gets the same frames")
    void servesAClient() {
        List<Packet> packets = packets("live_src_head");
        Map<Long, byte[]> chunks = chunks(packets);
        join(LiveConfig.unprotected().asSource());
        long start = now;
        List<byte[]> theirs = new ArrayList<>();
        for (Packet packet : packets) {
            advance(start + packet.nanos());
            TransportAddress from = address(packet.from());
            if (!packet.from().equals(SOURCE)) {
                receive(from, packet.opening() ? packet.bytes() : packet.toChannel(channel(from)));
            } else if (packet.bytes().length > DATA_AT && packet.to().equals(CLIENT) && packet.bytes()[4] == 1) {
                theirs.add(withoutTime(packet.bytes()));
            } else {
                read(packet.bytes()).stream()
                        .filter(Message.Have.class::isInstance)
                        .forEach(have -> append(((Message.Have) have).chunks().last(), chunks));
            }
        }
        advance(now + Limits.SECOND);
        List<byte[]> ours = new ArrayList<>();
        for (byte[] frame : sent) {
            if (frame.length == DATA_AT + CHUNK_BYTES && frame[4] == 1) {
                ours.add(withoutTime(frame));
            }
        }
        assertThat(theirs.size()).isGreaterThan(100);
        assertThat(ours.subList(0, theirs.size()))
                .usingElementComparator(Arrays::compare)
                .isEqualTo(theirs);
        assertThat(engine.counters().snapshot().malformed()).isZero();
    }

    private static byte[] withoutTime(byte[] frame) {
        byte[] copy = frame.clone();
        Arrays.fill(copy, TIMESTAMP_AT, DATA_AT, (byte) 0);
        return copy;
    }

    @Test
    @DisplayName("we tune in to a PyPPSPP's source at its newest chunks, and take them as they are")
    void watchesASource() {
        List<Packet> packets = packets("live_client_a_head");
        Map<Long, byte[]> chunks = chunks(packets);
        TransportAddress source = address(SOURCE);
        join(LiveConfig.unprotected());
        engine.addPeers(now, SWARM, List.of(source), PeerOrigin.USER);
        engine.timeout(now);
        listen();
        byte[] data = new byte[0];
        for (Packet packet : packets) {
            if (packet.from().equals(SOURCE) && packet.bytes()[4] == 1) {
                data = packet.bytes();
            } else if (packet.from().equals(SOURCE)) {
                receive(source, packet.toChannel(channel(source)));
            }
        }
        List<ChunkRange> asked = answer(source, data, chunks);
        assertThat(asked).as("first the newest that it tells of").containsExactly(ChunkRange.of(203));
        asked = answer(source, data, chunks);
        assertThat(asked).as("then what is near").containsExactly(new ChunkRange(140, 202));
        assertThat(store).hasSize(64);
        assertThat(store.get(141L)).isEqualTo(chunks.get(141L)).isNotEqualTo(new byte[CHUNK_BYTES]);
        assertThat(Objects.requireNonNull(
                                Objects.requireNonNull(engine.snapshot(SWARM)).live())
                        .edge())
                .isEqualTo(203);
    }

    /** Sends what was asked for since the last time, as the original would; returns what that was. */
    private List<ChunkRange> answer(TransportAddress source, byte[] data, Map<Long, byte[]> chunks) {
        advance(now + Limits.SECOND / 10);
        List<ChunkRange> asked = RawPeer.requests(said);
        said.clear();
        for (ChunkRange range : asked) {
            for (long chunk = range.first(); chunk <= range.last(); chunk++) {
                ByteBuf frame = Unpooled.copiedBuffer(data);
                frame.setInt(0, channel(source)).setInt(5, (int) chunk).setInt(9, (int) chunk);
                frame.setBytes(DATA_AT, chunks.getOrDefault(chunk, new byte[CHUNK_BYTES]));
                receive(source, ByteBufUtil.getBytes(frame));
            }
        }
        advance(now + Limits.SECOND / 100);
        return asked;
    }

    @Test
    @DisplayName("the captured chunks are frames, one after the other")
    void carriesFrames() {
        List<AvFrame> frames = new ArrayList<>();
        FrameAssembly assembly = new FrameAssembly((frame, first, last) -> frames.add(frame));
        new TreeMap<>(chunks(packets("live_src_head"))).forEach(assembly::accept);
        assertThat(frames).extracting(AvFrame::id).startsWith(0L, 1L, 2L, 3L).isSorted();
        assertThat(frames).hasSizeGreaterThan(10);
        assertThat(assembly.malformedFrames()).isZero();
        assertThat(assembly.skippedChunks()).isZero();
    }
}
