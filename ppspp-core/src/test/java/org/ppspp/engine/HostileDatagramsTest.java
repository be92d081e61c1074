package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.LoneEngine.Sent;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.Message;
import org.ppspp.wire.ProtocolOptions;
import org.ppspp.wire.TransportAddress;

/** Raw bytes against a whole engine: they cost it little, get nothing out of it and disturb nobody else. */
class HostileDatagramsTest {
    private static final ChunkRange EVERYTHING = new ChunkRange(0, 0xffffffffL);
    private static final TransportAddress STRANGER = RawPeer.address(9_999);

    /** What a peer's map may take: 2,048 pages of 512 bytes and their directories. */
    private static final int MAP_PAGES = Limits.PEER_PAGES;

    private record Vector(String name, byte[] bytes) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Vector> vectors(String key) {
        try (InputStream in = HostileDatagramsTest.class.getResourceAsStream("/org/ppspp/wire/rfc7574-vectors.json")) {
            JsonNode all = new ObjectMapper().readTree(Objects.requireNonNull(in));
            List<Vector> vectors = new ArrayList<>();
            for (JsonNode node : all.path(key)) {
                vectors.add(new Vector(
                        node.path("name").asText(),
                        HexFormat.of().parseHex(node.path("hex").asText())));
            }
            return vectors.stream();
        } catch (IOException e) {
            throw new AssertionError("the vectors cannot be read", e);
        }
    }

    static Stream<Vector> negative() {
        return vectors("negative");
    }

    static Stream<Vector> good() {
        return vectors("vectors");
    }

    /** Those that belong to an established channel, without the number of the channel. */
    static Stream<Vector> negativeOnAChannel() {
        return negative()
                .filter(vector -> vector.bytes().length > 4
                        && Unpooled.wrappedBuffer(vector.bytes()).getInt(0) != 0)
                .map(vector -> new Vector(vector.name(), Arrays.copyOfRange(vector.bytes(), 4, vector.bytes().length)));
    }

    private static Content content(int chunks) {
        return new Content(new SplittableRandom(chunks), chunks * 1_024 - 6, 1_024, HashFunction.SHA256);
    }

    // --- the vectors

    @ParameterizedTest
    @MethodSource("negative")
    @DisplayName("R-3.1.1-6, R-3.1-1: a bad first datagram leaves no state and gets no answer, now or later")
    void leavesNoTraceOfABadDatagram(Vector vector) {
        try (LoneEngine engine = LoneEngine.seeder(EngineHandshakeTest.helloWorld())) {
            assertThat(engine.receive(STRANGER, vector.bytes())).isEmpty();
            assertThat(engine.advance(100 * Limits.SECOND)).isEmpty();
            assertThat(engine.halfOpen()).isZero();
            assertThat(engine.channels()).isZero();
            EngineCounters.Snapshot counters = engine.counters();
            assertThat(counters.refusedOpenings() + counters.unknownChannel() + counters.tooShort())
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("negativeOnAChannel")
    @DisplayName("R-3-4: the invalid message and all behind it are nothing, and the channel lives on")
    void dropsTheRestOfABadDatagram(Vector vector) {
        try (LoneEngine engine = LoneEngine.seeder(content(7))) {
            RawPeer peer = RawPeer.at(engine, 1);
            peer.connect();
            byte[] behind = peer.datagram(0, w -> {
                w.have(RawPeer.all(engine.content()));
                w.request(new ChunkRange(0, 0));
            });
            byte[] bytes = Unpooled.buffer()
                    .writeBytes(vector.bytes())
                    .writeBytes(behind, 4, behind.length - 4)
                    .capacity(vector.bytes().length + behind.length - 4)
                    .array();
            assertThat(peer.say(bytes)).isEmpty();
            assertThat(engine.counters().malformed()).isEqualTo(1);
            assertThat(engine.snapshot().channels()).singleElement().matches(channel -> !channel.complete());
            assertThat(RawPeer.chunksOfData(peer.say(w -> w.request(new ChunkRange(6, 6)))))
                    .containsExactly(6L);
        }
    }

    @Test
    @DisplayName("R-3-4, N6: the HAVE in front of an unknown message counts")
    void keepsWhatStoodBeforeABadMessage() {
        try (LoneEngine engine = LoneEngine.seeder(EngineHandshakeTest.helloWorld())) {
            RawPeer peer = RawPeer.at(engine, 1);
            peer.connect();
            peer.say(HexFormat.of().parseHex("0300000000000000000e00"));
            assertThat(engine.snapshot().channels().get(0).complete()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("good")
    @DisplayName("T6: every good datagram cut off at every byte, on a channel and off it")
    void survivesTruncation(Vector vector) {
        try (LoneEngine engine = LoneEngine.seeder(EngineHandshakeTest.helloWorld())) {
            for (int length = 0; length < vector.bytes().length; length++) {
                byte[] cut = Arrays.copyOf(vector.bytes(), length);
                assertThat(engine.receive(STRANGER, cut)).as("%d bytes", length).isEmpty();
                RawPeer peer = RawPeer.at(engine, length);
                peer.connect();
                byte[] onChannel = Arrays.copyOfRange(cut, Math.min(4, length), length);
                assertThat(peer.say(onChannel).size()).as("%d bytes", length).isLessThan(5);
                peer.say(w -> w.handshake(0, ProtocolOptions.NONE));
            }
            assertThat(engine.channels()).isZero();
            assertThat(engine.halfOpen()).isZero();
        }
    }

    @Test
    @DisplayName("F8: ten bytes with the unknown option 42 are dropped and loop for nobody")
    @Timeout(30)
    void dropsAHandshakeWithAnUnknownOption() {
        try (LoneEngine engine = LoneEngine.seeder(content(7))) {
            assertThat(engine.receive(STRANGER, HexFormat.of().parseHex("0000000000000000012a")))
                    .isEmpty();
            assertThat(engine.halfOpen()).isZero();
        }
    }

    // --- numbers

    @Test
    @DisplayName("T7, F8: HAVE 0..2^32-1 in nine bytes costs no more than HAVE 0..0")
    @Timeout(30)
    void takesInAHaveOfEverything() {
        try (LoneEngine newcomer = LoneEngine.newcomer(content(7))) {
            RawPeer peer = RawPeer.at(newcomer, 1);
            peer.connect(w -> w.have(EVERYTHING));
            Channel channel = channelOf(newcomer, peer);
            assertThat(channel.peerHas().partialPages()).isLessThanOrEqualTo(1);
            assertThat(RawPeer.requests(peer.say(nothing -> {}))).isEmpty();
        }
    }

    @Test
    @DisplayName("T7: a million scattered HAVEs stay within a bounded map")
    @Timeout(60)
    void boundsWhatItRemembersOfScatteredHaves() {
        try (LoneEngine newcomer = LoneEngine.newcomer(content(7))) {
            RawPeer peer = RawPeer.at(newcomer, 1);
            peer.connect(w -> w.choke());
            SplittableRandom random = new SplittableRandom(7);
            for (int datagram = 0; datagram < 5_000; datagram++) {
                peer.say(w -> {
                    for (int i = 0; i < 200; i++) {
                        w.have(ChunkRange.of(random.nextLong(1L << 31)));
                    }
                });
            }
            assertThat(channelOf(newcomer, peer).peerHas().partialPages()).isLessThanOrEqualTo(MAP_PAGES);
        }
    }

    @Test
    @DisplayName("T8, F8: REQUEST 0..2^32-1, a thousand times, is one bounded queue")
    @Timeout(30)
    void boundsWhatAPeerHasQueued() {
        try (LoneEngine seeder = LoneEngine.seeder(content(2_000))) {
            seeder.holdReads();
            RawPeer greedy = RawPeer.at(seeder, 1);
            greedy.connect();
            for (int i = 0; i < 1_000; i++) {
                long first = i;
                greedy.say(w -> {
                    w.request(EVERYTHING);
                    w.request(new ChunkRange(2 * first, 2 * first));
                });
            }
            UploadQueue queue = channelOf(seeder, greedy).serving().queue();
            assertThat(queue.size()).isLessThanOrEqualTo(2_000);
            RawPeer modest = RawPeer.at(seeder, 2);
            modest.connect(w -> w.request(new ChunkRange(3, 3)));
            assertThat(RawPeer.chunksOfData(modest.hear(seeder.answerReads()))).containsExactly(3L);
        }
    }

    @Test
    @DisplayName("T9, T16: ACK, CANCEL and CHOKE of anything at any time change nothing")
    @Timeout(30)
    void shrugsAtMessagesOutOfPlace() {
        try (LoneEngine seeder = LoneEngine.seeder(content(7))) {
            RawPeer peer = RawPeer.at(seeder, 1);
            peer.connect();
            for (long delay : new long[] {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
                List<Message> heard = peer.say(w -> {
                    w.cancel(EVERYTHING);
                    w.ack(new ChunkRange(100, 0xffffffffL), delay);
                    w.choke();
                    w.unchoke();
                    w.unchoke();
                    w.pexReq();
                });
                assertThat(heard).isEmpty();
            }
            assertThat(RawPeer.chunksOfData(peer.say(w -> w.request(new ChunkRange(2, 2)))))
                    .containsExactly(2L);
        }
    }

    // --- other people's channels

    @Test
    @DisplayName("T2, F4: of ten channels none dies of 255 blind datagrams each from elsewhere")
    void ignoresDatagramsFromAnotherAddress() {
        try (LoneEngine seeder = LoneEngine.seeder(content(20))) {
            List<RawPeer> peers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                RawPeer peer = RawPeer.at(seeder, i);
                peer.connect(w -> w.request(new ChunkRange(0, 0)));
                peers.add(peer);
            }
            SplittableRandom random = new SplittableRandom(4);
            TransportAddress attacker = RawPeer.address(5_000);
            for (RawPeer peer : peers) {
                for (int i = 0; i < 255; i++) {
                    assertThat(seeder.receive(attacker, blind(peer, i, random))).isEmpty();
                }
            }
            assertThat(seeder.counters().wrongAddress()).isEqualTo(2_550);
            for (RawPeer peer : peers) {
                assertThat(RawPeer.chunksOfData(peer.say(w -> w.request(new ChunkRange(5, 5)))))
                        .containsExactly(5L);
            }
            assertThat(seeder.channels()).isEqualTo(10);
        }
    }

    /** What an attacker would try who has seen the channel's number: goodbye, choking, nonsense, nothing. */
    private static byte[] blind(RawPeer peer, int i, SplittableRandom random) {
        return switch (i % 4) {
            case 0 -> peer.datagram(peer.remoteChannel(), w -> {});
            case 1 -> peer.datagram(peer.remoteChannel(), w -> w.handshake(0, ProtocolOptions.NONE));
            case 2 -> peer.datagram(peer.remoteChannel(), w -> w.request(EVERYTHING));
            default -> {
                byte[] noise = new byte[40];
                random.nextBytes(noise);
                yield Unpooled.buffer(44)
                        .writeInt(peer.remoteChannel())
                        .writeBytes(noise)
                        .array();
            }
        };
    }

    @Test
    @DisplayName("T2: a hundred thousand guesses at channel numbers change nothing")
    void ignoresGuessedChannels() {
        try (LoneEngine seeder = LoneEngine.seeder(content(7))) {
            RawPeer peer = RawPeer.at(seeder, 1);
            peer.connect();
            SplittableRandom random = new SplittableRandom(2);
            for (int i = 0; i < 100_000; i++) {
                int guess = random.nextInt();
                byte[] datagram = peer.datagram(
                        guess == peer.remoteChannel() ? 1 : guess, w -> w.handshake(0, ProtocolOptions.NONE));
                assertThat(seeder.receive(STRANGER, datagram)).isEmpty();
            }
            assertThat(seeder.channels()).isEqualTo(1);
            assertThat(seeder.halfOpen()).isZero();
        }
    }

    // --- conduct

    @Test
    @DisplayName("R-3-1, R8: after three invalid messages within a minute the peer is not talked to any more")
    void stopsTalkingToAPeerThatBreaksTheRules() {
        try (LoneEngine seeder = LoneEngine.seeder(content(7))) {
            RawPeer peer = RawPeer.at(seeder, 1);
            peer.connect();
            for (int i = 0; i < Limits.OFFENCES_TO_CLOSE; i++) {
                assertThat(seeder.channels()).isEqualTo(1);
                peer.say(new byte[] {0x0e});
            }
            assertThat(seeder.channels()).isZero();
            assertThat(peer.say(w -> w.request(new ChunkRange(0, 0)))).isEmpty();
            assertThat(seeder.advance(100 * Limits.SECOND)).isEmpty();
        }
    }

    @Test
    @DisplayName("T14: DATA nobody asked for is not even hashed")
    void hashesNoUnrequestedData() {
        try (LoneEngine leecher = LoneEngine.leecher(content(7))) {
            RawPeer peer = RawPeer.at(leecher, 1);
            peer.connect();
            for (int i = 0; i < 1_000; i++) {
                long chunk = i % 7;
                assertThat(peer.say(w -> peer.data(w, chunk))).isEmpty();
            }
            assertThat(leecher.hashedChunks()).isZero();
            assertThat(leecher.storedChunks()).isZero();
        }
    }

    @Test
    @DisplayName("R-3.4-2, T13: bad chunks are neither stored nor acknowledged, and their sender is soon asked no more")
    void asksAPolluterNoMore() {
        try (LoneEngine leecher = LoneEngine.leecher(content(64))) {
            RawPeer polluter = RawPeer.at(leecher, 1);
            List<Message> heard = polluter.connect(w -> w.have(RawPeer.all(leecher.content())));
            assertThat(RawPeer.requests(heard)).isNotEmpty();
            for (int i = 0; i < 64; i++) {
                long chunk = i;
                List<Message> answer = polluter.say(w -> {
                    leecher.content().chunk(chunk);
                    w.integrity(2 * (chunk ^ 1), leecher.content().hash(2 * (chunk ^ 1)), 0);
                    polluter.data(w, chunk, new byte[leecher.content().layout().size(chunk)]);
                });
                assertThat(RawPeer.acks(answer)).isEmpty();
            }
            assertThat(leecher.storedChunks()).isZero();
            leecher.advance(20 * Limits.SECOND);
            RawPeer honest = RawPeer.at(leecher, 2);
            List<Message> requests = honest.connect(w -> w.have(RawPeer.all(leecher.content())));
            // At the latest when the polluter has kept it waiting once more.
            requests.addAll(honest.hear(leecher.advance(2 * Limits.SECOND)));
            assertThat(RawPeer.requests(requests)).isNotEmpty();
        }
    }

    @Test
    @DisplayName("I-15, T8: a REQUEST while choked is dropped and draws CHOKE at most once a second")
    void repeatsItsChokeAtMostOnceASecond() {
        try (LoneEngine seeder = LoneEngine.seeder(content(64))) {
            seeder.holdReads();
            List<RawPeer> peers = crowd(seeder);
            RawPeer choked = aChokedOne(seeder, peers);
            int chokes = 0;
            for (int i = 0; i < 50; i++) {
                List<Message> heard = choked.say(w -> w.request(new ChunkRange(0, 9)));
                assertThat(heard).allMatch(Message.Choke.class::isInstance);
                chokes += heard.size();
                seeder.advance(Limits.SECOND / 10);
            }
            assertThat(chokes).isBetween(1, 5);
        }
    }

    @Test
    @DisplayName("R-3.9-1: what was asked before the CHOKE is not sent after the UNCHOKE")
    void discardsTheRequestsOfAChokedPeer() {
        try (LoneEngine seeder = LoneEngine.seeder(content(64))) {
            seeder.holdReads();
            List<RawPeer> peers = crowd(seeder);
            RawPeer choked = aChokedOne(seeder, peers);
            peers.stream()
                    .filter(peer -> peer != choked)
                    .forEach(peer -> peer.say(w -> {
                        w.cancel(new ChunkRange(0, 63));
                    }));
            List<Message> heard = choked.hear(seeder.advance(2 * Limits.CHOKE_PERIOD));
            assertThat(heard)
                    .as("what is said besides repeated HAVE messages")
                    .filteredOn(message -> !(message instanceof Message.Have))
                    .singleElement()
                    .isInstanceOf(Message.Unchoke.class);
            assertThat(RawPeer.chunksOfData(choked.hear(seeder.answerReads()))).isEmpty();
            assertThat(RawPeer.chunksOfData(choked.say(w -> w.request(new ChunkRange(1, 1)))))
                    .containsExactly(1L);
        }
    }

    /** Peers that all want something, more than are served at once. */
    private static List<RawPeer> crowd(LoneEngine seeder) {
        List<RawPeer> peers = new ArrayList<>();
        for (int i = 0; i < Limits.UNCHOKED + 4; i++) {
            RawPeer peer = RawPeer.at(seeder, i);
            peer.connect(w -> w.request(new ChunkRange(0, 63)));
            peers.add(peer);
        }
        return peers;
    }

    private static RawPeer aChokedOne(LoneEngine seeder, List<RawPeer> peers) {
        List<Sent> sent = seeder.advance(Limits.CHOKE_PERIOD);
        List<RawPeer> choked = peers.stream()
                .filter(peer -> peer.hear(sent).stream().anyMatch(Message.Choke.class::isInstance))
                .toList();
        assertThat(choked).hasSizeBetween(4, 8);
        return choked.stream()
                .filter(peer -> channelOf(seeder, peer).serving().choking())
                .findFirst()
                .orElseThrow();
    }

    @Test
    @DisplayName("R-5.4-1, T6: every addressing method survives noise on its channels, and answers little")
    void survivesNoiseOnAChannel() {
        for (ChunkAddressing addressing : ChunkAddressing.values()) {
            SplittableRandom random = new SplittableRandom(addressing.code());
            try (LoneEngine seeder = LoneEngine.seeder(content(7), addressing)) {
                for (int i = 0; i < 2_000; i++) {
                    RawPeer peer = RawPeer.at(seeder, i);
                    peer.connect();
                    byte[] noise = new byte[random.nextInt(60)];
                    random.nextBytes(noise);
                    if (noise.length > 0) {
                        noise[0] = (byte) random.nextInt(14);
                    }
                    assertThat(peer.say(noise).size()).isLessThan(40);
                    peer.say(w -> w.handshake(0, ProtocolOptions.NONE));
                }
                assertThat(seeder.channels()).isLessThan(100);
            }
        }
    }

    private static Channel channelOf(LoneEngine engine, RawPeer peer) {
        return Objects.requireNonNull(engine.engine().channel(peer.remoteChannel()));
    }
}
