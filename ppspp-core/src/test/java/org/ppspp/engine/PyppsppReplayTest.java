package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.LoneEngine.Sent;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.traces.Trace;
import org.ppspp.traces.Trace.Packet;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.TransportAddress;

/** Captured conversations of two PyPPSPPs, with our engine in the place, and under the name, of one of them. */
class PyppsppReplayTest {
    private static final String SEEDER = "10.77.0.2:";
    private static final String LEECHER = "10.77.0.3:";

    private static List<Packet> packets(String name) {
        return Trace.read("pyppspp/" + name).peers();
    }

    /** The content of a capture: the DATA in it, which must have the root hash that its openings name. */
    private static Content content(List<Packet> packets) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Packet packet : packets) {
            byte[] frame = packet.bytes();
            if (frame.length > 21 && frame[4] == 1) {
                bytes.write(frame, 21, frame.length - 21);
            }
        }
        Content content = new Content(bytes.toByteArray(), 1_024, HashFunction.SHA1);
        assertThat(content.rootHash())
                .isEqualTo(handshake(packets.get(0)).options().swarmId());
        return content;
    }

    private static Content small() {
        return new Content(Trace.content(7_468), 1_024, HashFunction.SHA1);
    }

    private static Message.Handshake handshake(Packet packet) {
        try {
            return MessageReader.readHandshake(
                    Unpooled.wrappedBuffer(packet.bytes()).skipBytes(Integer.BYTES), true);
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }

    /** Begins with what gives an engine the name that the original on {@code side} had. */
    private static RandomGenerator naming(List<Packet> packets, String side) {
        UUID name = packets.stream()
                .filter(packet -> packet.from().startsWith(side) && packet.opening())
                .map(packet -> handshake(packet).options().peerId())
                .findFirst()
                .orElseThrow();
        Iterator<Long> first = LongStream.of(name.getMostSignificantBits(), name.getLeastSignificantBits() << 2)
                .iterator();
        SplittableRandom rest = new SplittableRandom(7574);
        return () -> first.hasNext() ? first.next() : rest.nextLong();
    }

    private static LoneEngine seeder(Content content, List<Packet> packets) {
        return LoneEngine.of(content, true, EngineConfig.defaults(), naming(packets, SEEDER));
    }

    private static LoneEngine leecher(Content content, List<Packet> packets) {
        return LoneEngine.of(content, false, EngineConfig.defaults(), naming(packets, LEECHER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp_small", "tcp_small_leecher_high_uuid", "vod2s"})
    @DisplayName("PyPPSPP downloads from us: every chunk leaves, alone in its frame, lowest first and bare")
    void servesPyppspp(String name) {
        List<Packet> packets = packets(name);
        Content content = content(packets);
        Frailties frailties = new Frailties(content);
        try (LoneEngine seeder = seeder(content, packets)) {
            Replay replay = new Replay(seeder, SEEDER, packets, frailties::sparePyppspp);
            replay.play();
            List<Message.Data> data = RawPeer.only(Message.Data.class, replay.said());
            assertThat(data).extracting(Message.Data::chunk).isSorted();
            assertThat(replay.given()).hasSize((int) content.chunkCount());
            assertThat(data)
                    .allSatisfy(chunk -> assertThat(chunk.content())
                            .isEqualTo(Unpooled.wrappedBuffer(content.chunk(chunk.chunk()))));
            assertThat(seeder.counters().malformed()).isZero();
            assertThat(seeder.channels()).as("channels after the goodbyes").isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp_small", "tcp_small_leecher_high_uuid", "vod2s"})
    @DisplayName("we download from PyPPSPP")
    void downloadsFromPyppspp(String name) {
        List<Packet> packets = packets(name);
        Content content = content(packets);
        Frailties frailties = new Frailties(content);
        try (LoneEngine leecher = leecher(content, packets)) {
            Replay replay = new Replay(leecher, LEECHER, packets, frailties::sparePyppspp);
            replay.play();
            assertThat(leecher.storedChunks()).isEqualTo((int) content.chunkCount());
            assertThat(leecher.sawEvent(EngineEvent.Completed.class)).isTrue();
            assertThat(leecher.counters().malformed()).isZero();
        }
    }

    /** Where the seeder dialled the leecher, and where the leecher came from, in each capture. */
    @ParameterizedTest
    @CsvSource({
        "tcp_small, true, 10.77.0.3:6778, 10.77.0.3:52748",
        "tcp_small_leecher_high_uuid, false, 10.77.0.3:6778, 10.77.0.3:50600"
    })
    @DisplayName(
            "of two connections the one stays that the higher name dialled; the other gets a goodbye: at the seeder")
    void keepsOneConnectionOfTwo(String name, boolean dialledStays, String dialled, String came) {
        List<Packet> packets = packets(name);
        Content content = small();
        try (LoneEngine seeder = seeder(content, packets)) {
            Replay replay = new Replay(seeder, SEEDER, packets, (frame, messages) -> {});
            replay.play();
            TransportAddress stays = Replay.address(dialledStays ? dialled : came, Trace.Carrier.TCP);
            TransportAddress goes = Replay.address(dialledStays ? came : dialled, Trace.Carrier.TCP);
            assertThat(closings(replay, goes)).as("goodbyes to the second").isEqualTo(1);
            assertThat(closings(replay, stays)).as("goodbyes to the first").isZero();
            assertThat(replay.sent())
                    .filteredOn(frame -> frame.bytes().length > 300)
                    .hasSize((int) content.chunkCount())
                    .allMatch(frame -> frame.to().equals(stays));
            assertThat(seeder.events())
                    .filteredOn(EngineEvent.Disconnect.class::isInstance)
                    .containsExactly(new EngineEvent.Disconnect(goes), new EngineEvent.Disconnect(stays));
        }
    }

    private static long closings(Replay replay, TransportAddress to) {
        return replay.sent().stream()
                .filter(frame -> frame.to().equals(to))
                .flatMap(frame -> replay.read(frame.bytes()).stream())
                .filter(message -> message instanceof Message.Handshake handshake && handshake.closing())
                .count();
    }

    @Test
    @DisplayName("a leecher whose opening is answered with a goodbye goes on with the connection that came")
    void takesAGoodbyeForAnAnswer() {
        List<Packet> packets = packets("tcp_small");
        Content content = small();
        try (LoneEngine leecher = leecher(content, packets)) {
            List<Packet> untilGoodbye = packets.subList(0, 4);
            assertThat(handshake(untilGoodbye.get(3)).closing()).isTrue();
            Replay replay = new Replay(leecher, LEECHER, untilGoodbye, (frame, messages) -> {});
            replay.play();
            assertThat(leecher.channels()).isEqualTo(1);
            assertThat(RawPeer.requests(replay.said())).containsExactly(new ChunkRange(0, 7));
            assertThat(leecher.advance(20 * Limits.SECOND))
                    .filteredOn(frame -> Unpooled.wrappedBuffer(frame.bytes()).getInt(0) == 0)
                    .as("openings")
                    .isEmpty();
        }
    }

    @Test
    @DisplayName(
            "PyPPSPP over UDP, which no user of it can switch on, gets no answer: its name is no option of the RFC")
    void ignoresPyppsppOverUdp() {
        try (LoneEngine seeder = LoneEngine.seeder(small())) {
            List<Sent> answer = seeder.receive(
                    RawPeer.address(1), packets("udp_small").get(0).bytes());
            assertThat(answer).isEmpty();
            assertThat(seeder.counters().malformed()).isEqualTo(1);
        }
    }
}
