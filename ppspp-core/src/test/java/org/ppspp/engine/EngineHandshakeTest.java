package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.LoneEngine.Sent;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.sim.Content;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.Message;
import org.ppspp.wire.ProtocolOptions;

/** Who says what to whom before the first chunk (RFC 7574 §3.1.1, §8.4, §8.16). The names give the rows of the checklist. */
class EngineHandshakeTest {
    /** E1 of the examples: the first datagram for the content "Hello world!" and a newline. */
    static final String E1 = "0000000000000000010001010102"
            + "00200ba904eae8773b70c75333db4de2f3ac45a8ad4ddba1b242f0b3cfc199391dd8"
            + "0301040206020900000400ff";

    private static final long RETRIES = 40 * Limits.SECOND;

    private final LoneEngine seeder = LoneEngine.seeder(helloWorld());
    private final Content content = new Content(new SplittableRandom(1), 7_162, 1_024, HashFunction.SHA256);
    private final LoneEngine leecher = LoneEngine.leecher(content);

    static Content helloWorld() {
        return new Content("Hello world!\n".getBytes(StandardCharsets.US_ASCII), 1_024, HashFunction.SHA256);
    }

    @AfterEach
    void close() {
        seeder.close();
        leecher.close();
    }

    // --- as the responder

    @Test
    @DisplayName("R-3.1.1-7, -8, -9, R-8.4-2, R-8.16-3: E1 is answered with E2, but for the channel and our bitmap")
    void answersTheExampleOfTheRfc() {
        List<Sent> sent = seeder.receive(RawPeer.address(1), HexFormat.of().parseHex(E1));

        assertThat(sent).hasSize(1);
        assertThat(sent.get(0).to()).isEqualTo(RawPeer.address(1));
        String reply = HexFormat.of().formatHex(sent.get(0).bytes());
        assertThat(reply)
                .matches("00000001" + "00[0-9a-f]{8}" + "0001" + "0301" + "0402" + "0602" + "0802f8f0" + "0900000400"
                        + "ff" + "030000000000000000");
        assertThat(reply.substring(10, 18)).as("our channel").isNotEqualTo("00000000");
        assertThat(sent.get(0).bytes()).hasSizeLessThanOrEqualTo(E1.length() / 2);
    }

    @Test
    @DisplayName("I-24: a repeated handshake gets the same channel again, and makes one channel")
    void answersARepeatedHandshakeWithTheSameChannel() {
        RawPeer peer = RawPeer.at(seeder, 1);
        peer.open();
        int first = peer.remoteChannel();
        peer.open();
        assertThat(peer.remoteChannel()).isEqualTo(first);
        assertThat(seeder.halfOpen()).isEqualTo(1);
        peer.say(nothing -> {});
        assertThat(seeder.channels()).isEqualTo(1);
        assertThat(seeder.receive(peer.address(), peer.opening(more -> {}))).isEmpty();
        assertThat(seeder.channels()).isEqualTo(1);
        assertThat(seeder.halfOpen()).isZero();
    }

    @Test
    @DisplayName("R-3.1.1-10, R-6.1.2.4-4: a REQUEST in the first datagram draws no DATA in the second")
    void sendsNoHeavyPayloadInTheAnswer() {
        RawPeer peer = RawPeer.at(seeder, 1);
        List<Message> heard =
                peer.hear(seeder.receive(peer.address(), peer.opening(w -> w.request(new ChunkRange(0, 0)))));
        assertThat(heard).hasSize(2);
        assertThat(heard.get(0)).isInstanceOf(Message.Handshake.class);
        assertThat(heard.get(1)).isInstanceOf(Message.Have.class);
        assertThat(seeder.advance(RETRIES)).isEmpty();
    }

    @Test
    @DisplayName("R-3.1.1-17, -18: datagrams without our channel number are dropped, those with it are served")
    void servesOnlyWhoeverKnowsTheChannel() {
        RawPeer peer = RawPeer.at(seeder, 1);
        peer.open();
        byte[] wrong = peer.datagram(peer.remoteChannel() + 1, w -> w.request(new ChunkRange(0, 0)));
        assertThat(seeder.receive(peer.address(), wrong)).isEmpty();
        assertThat(seeder.counters().unknownChannel()).isEqualTo(1);
        List<Message> heard = peer.say(w -> w.request(new ChunkRange(0, 0)));
        assertThat(RawPeer.chunksOfData(heard)).containsExactly(0L);
    }

    @Test
    @DisplayName("R-3.2-3: no HAVE for new chunks goes to a peer whose handshake is incomplete")
    void announcesNothingToAHalfOpenPeer() {
        RawPeer silent = RawPeer.at(leecher, 1);
        silent.open();
        RawPeer source = RawPeer.at(leecher, 2);
        source.connect(w -> w.have(new ChunkRange(0, 0)));
        source.say(w -> source.data(w, 0));
        assertThat(leecher.stored(0)).isTrue();
        assertThat(silent.hear(leecher.advance(Limits.SECOND))).isEmpty();
    }

    @Test
    @DisplayName(
            "R-3.1.1-6, R-4-1, T17: any other swarm, version, method, function, addressing or chunk size gets silence")
    void ignoresWhateverDiffersFromTheMetadata() {
        byte[] good = HexFormat.of().parseHex(E1);
        // Each option's value in E1: version, minimum version, swarm, method, function, addressing, chunk size.
        int[] places = {10, 12, 16, 49, 51, 53, 55, 56, 57, 58};
        Set<Integer> versions = Set.of(10);
        for (int place : places) {
            for (int value = 0; value < 256; value++) {
                byte[] datagram = good.clone();
                datagram[place] = (byte) value;
                // A higher maximum and a lower minimum still include version 1.
                boolean same =
                        value == good[place] || (versions.contains(place) && value > 1) || (place == 12 && value == 0);
                try (LoneEngine engine = LoneEngine.seeder(helloWorld())) {
                    List<Sent> sent = engine.receive(RawPeer.address(1), datagram);
                    assertThat(sent).as("byte %d is %d", place, value).hasSize(same ? 1 : 0);
                    assertThat(engine.halfOpen()).isEqualTo(same ? 1 : 0);
                }
            }
        }
    }

    // --- as the initiator

    @Test
    @DisplayName(
            "R-3.1.1-1 to -5, R-8.4-1, R-7.4-1: the first datagram is one HANDSHAKE to channel 0 with all metadata")
    void opensWithAHandshake() {
        RawPeer peer = RawPeer.at(leecher, 1);
        List<Sent> sent = leecher.meet(peer.address());
        assertThat(sent).hasSize(1);
        assertThat(Unpooled.wrappedBuffer(sent.get(0).bytes()).getInt(0)).isZero();
        List<Message> messages = peer.read(sent.get(0).bytes());
        assertThat(messages).hasSize(1);
        Message.Handshake handshake = (Message.Handshake) messages.get(0);
        assertThat(handshake.sourceChannel()).isNotZero();
        ProtocolOptions options = handshake.options();
        assertThat(options.version()).isEqualTo(1);
        assertThat(options.minimumVersion()).isEqualTo(1);
        assertThat(options.swarmId()).isEqualTo(leecher.swarmId());
        assertThat(options.integrityMethod()).isEqualTo(IntegrityMethod.MERKLE_HASH_TREE.code());
        assertThat(options.hashFunction()).isEqualTo(HashFunction.SHA256.code());
        assertThat(options.addressing()).isEqualTo(ChunkAddressing.CHUNK_RANGES_32);
        assertThat(options.chunkSize()).isEqualTo(1_024);
        assertThat(options.supportedMessages()).isNotNull();
    }

    @Test
    void remembersTheManyRangesThatALibswiftOpensWith() {
        RawPeer peer = RawPeer.at(leecher, 1);
        byte[] opening = peer.opening(w -> {
            for (long chunk = 0; chunk < content.chunkCount(); chunk++) {
                w.have(ChunkRange.of(chunk));
            }
        });
        peer.hear(leecher.receive(peer.address(), opening));
        assertThat(RawPeer.requests(peer.say(nothing -> {}))).anyMatch(range -> range.contains(6));
    }

    @Test
    @DisplayName("R-3.1.1-5: a seeder opens with a HANDSHAKE and HAVE, nothing heavier")
    void opensWithoutHeavyPayload() {
        RawPeer peer = RawPeer.at(seeder, 1);
        List<Message> messages = peer.read(seeder.meet(peer.address()).get(0).bytes());
        assertThat(messages.subList(1, messages.size()))
                .hasSizeLessThanOrEqualTo(Limits.OPENING_RANGES)
                .allMatch(Message.Have.class::isInstance);
    }

    @Test
    @DisplayName(
            "R-3.1.1-11, -12: an answer to another channel or from elsewhere is nothing; the right one still counts")
    void waitsForTheAnswerToItsOwnChannel() {
        RawPeer peer = RawPeer.at(leecher, 1);
        byte[] opening = leecher.meet(peer.address()).get(0).bytes();
        byte[] answer = peer.answerTo(opening, more -> {});
        byte[] wrong = answer.clone();
        wrong[3]++;
        assertThat(leecher.receive(peer.address(), wrong)).isEmpty();
        assertThat(leecher.receive(RawPeer.address(2), answer)).isEmpty();
        assertThat(leecher.sawEvent(EngineEvent.PeerConnected.class)).isFalse();
        leecher.receive(peer.address(), answer);
        assertThat(leecher.sawEvent(EngineEvent.PeerConnected.class)).isTrue();
    }

    @Test
    @DisplayName(
            "R-12.1.2-1, R-3.1.1-16: datagram 3 leaves at once and to the responder's channel, if only as a keep-alive")
    void answersTheAnswerAtOnce() {
        RawPeer peer = RawPeer.at(leecher, 1);
        byte[] opening = leecher.meet(peer.address()).get(0).bytes();
        List<Sent> third = leecher.receive(peer.address(), peer.answerTo(opening, more -> {}));
        assertThat(third).hasSize(1);
        assertThat(third.get(0).bytes())
                .isEqualTo(Unpooled.buffer(4).writeInt(peer.channel()).array());
    }

    @Test
    @DisplayName("R-3.1.1-13, -14, -15, R-8.4-4, -5: an answer that does not fit gets a closing handshake or nothing")
    void closesAChannelToAnotherSwarm() {
        RawPeer peer = RawPeer.at(leecher, 1);
        byte[] opening = leecher.meet(peer.address()).get(0).bytes();
        byte[] answer = peer.answerTo(opening, more -> {});
        answer[answer.length - 2] = 1; // 1,025 byte chunks
        List<Sent> sent = leecher.receive(peer.address(), answer);
        assertThat(sent).hasSize(1);
        ByteBuf closing = Unpooled.wrappedBuffer(sent.get(0).bytes());
        assertThat(closing.readInt()).isEqualTo(peer.channel());
        assertThat(HexFormat.of().formatHex(sent.get(0).bytes(), 4, 10)).isEqualTo("0000000000ff");
        assertThat(leecher.channels()).isZero();
    }

    @Test
    @DisplayName("§3.1.1, R1: only the initiator repeats its datagram, ever more slowly, and gives up")
    void repeatsItsOpeningAFewTimes() {
        RawPeer peer = RawPeer.at(leecher, 1);
        List<Sent> first = leecher.meet(peer.address());
        List<Sent> again = leecher.advance(16 * Limits.SECOND);
        assertThat(again)
                .hasSize(Limits.HANDSHAKE_TRIES - 1)
                .allMatch(sent -> sent.bytes().length == first.get(0).bytes().length);
    }

    // --- the end

    @Test
    @DisplayName("R-3.1.1-19, R-8.4-3: every peer hears a closing handshake when we leave")
    void saysGoodbye() {
        RawPeer one = RawPeer.at(seeder, 1);
        RawPeer two = RawPeer.at(seeder, 2);
        one.connect();
        two.connect();
        List<Sent> sent = seeder.leave();
        for (RawPeer peer : List.of(one, two)) {
            List<Message.Handshake> goodbyes = RawPeer.only(Message.Handshake.class, peer.hear(sent));
            assertThat(goodbyes).hasSize(1);
            assertThat(goodbyes.get(0).closing()).isTrue();
            assertThat(goodbyes.get(0).options()).isEqualTo(ProtocolOptions.NONE);
        }
    }

    @Test
    @DisplayName("I-9: a closing handshake ends the channel, and draws no word")
    void forgetsWhoeverSaysGoodbye() {
        RawPeer peer = RawPeer.at(seeder, 1);
        peer.connect();
        assertThat(peer.say(w -> w.handshake(0, ProtocolOptions.NONE))).isEmpty();
        assertThat(seeder.channels()).isZero();
        assertThat(seeder.sawEvent(EngineEvent.PeerLost.class)).isTrue();
        assertThat(peer.say(w -> w.request(new ChunkRange(0, 0)))).isEmpty();
    }

    @Test
    @DisplayName("R-3.11-1, R-8.3-1, R-8.16-2: channel numbers are never zero, never repeated, and every bit is used")
    void drawsChannelNumbersAtRandom() {
        int draws = 10_000;
        Set<Integer> numbers = new HashSet<>();
        int[] ones = new int[Integer.SIZE];
        for (int i = 0; i < draws; i++) {
            int number = seeder.engine().newChannelId();
            assertThat(number).isNotZero();
            numbers.add(number);
            for (int bit = 0; bit < Integer.SIZE; bit++) {
                ones[bit] += number >>> bit & 1;
            }
        }
        assertThat(numbers).hasSizeGreaterThan(draws - 5);
        // Five standard deviations: the generator of the test is seeded, so this holds or it does not.
        assertThat(Arrays.stream(ones)).allMatch(count -> Math.abs(count - draws / 2) < 250);
    }

    @Test
    void knowsWhichSwarmAPeerOpens() {
        assertThat(Objects.requireNonNull(seeder.engine().snapshot(seeder.swarmId()))
                        .channels())
                .isEmpty();
        RawPeer.at(seeder, 1).connect();
        assertThat(seeder.snapshot().channels()).hasSize(1);
    }
}
