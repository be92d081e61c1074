package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.ExchangeConfig.Mode;
import org.ppspp.engine.LoneEngine.Sent;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.SupportedMessages;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.TransportAddress.Transport;

/** Peer exchange on a few channels (RFC 7574 §3.10.1, §8.13, rule R18). */
class PeerExchangeTest {
    private static final Content CONTENT = new Content(new SplittableRandom(1), 50 * 1_024, 1_024, HashFunction.SHA256);

    /** Content that a libswift may have. */
    private static final Content OLD = new Content(new SplittableRandom(2), 50 * 1_024, 1_024, HashFunction.SHA1);

    /** Certificates of a test are text: {@code host port}, with any more making each a different one. */
    private static final Membership READABLE = (certificate, swarm, epochMicros) -> {
        String[] words = new String(certificate, StandardCharsets.US_ASCII).split(" ", -1);
        return words.length < 2
                ? null
                : new Membership.Member(socket(words[0], Integer.parseInt(words[1])), Long.MAX_VALUE);
    };

    private static InetSocketAddress socket(String host, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static byte[] certificate(InetSocketAddress peer) {
        return (peer.getAddress().getHostAddress() + ' ' + peer.getPort()).getBytes(StandardCharsets.US_ASCII);
    }

    private static LoneEngine engine(boolean complete, Mode mode) {
        return engine(CONTENT, complete, mode);
    }

    private static LoneEngine engine(Content content, boolean complete, Mode mode) {
        byte[] own = mode == Mode.CERTIFIED ? certificate(socket("198.51.100.1", 6778)) : ExchangeConfig.NO_CERTIFICATE;
        return LoneEngine.exchanging(content, complete, new ExchangeConfig(mode, Transport.UDP, own, READABLE));
    }

    private static TransportAddress address(String host) {
        return TransportAddress.udp(socket(host, 6778));
    }

    private static RawPeer peer(LoneEngine to, String host) {
        return new RawPeer(to, address(host), 0x0f000000 + host.hashCode());
    }

    /** Lets the peer fetch chunk {@code chunk} from the engine, which makes it worth telling of. */
    private static void fetch(RawPeer peer, long chunk) {
        peer.say(w -> w.request(ChunkRange.of(chunk)));
        peer.say(w -> w.ack(ChunkRange.of(chunk), 0));
    }

    private static RawPeer fetching(LoneEngine from, String host) {
        RawPeer peer = peer(from, host);
        peer.connect();
        fetch(peer, 0);
        return peer;
    }

    private static List<InetSocketAddress> told(List<Message> messages) {
        List<InetSocketAddress> told = new ArrayList<>();
        for (Message message : messages) {
            if (message instanceof Message.PexResV4 result) {
                told.add(result.address());
            } else if (message instanceof Message.PexResV6 result) {
                told.add(result.address());
            } else if (message instanceof Message.PexResCert result) {
                Membership.Member member = READABLE.member(result.certificate(), CONTENT.rootHash(), 0);
                told.add(member == null ? socket("0.0.0.0", 0) : member.address());
            }
        }
        return told;
    }

    private static List<InetSocketAddress> ask(RawPeer peer) {
        return told(peer.say(MessageWriter::pexReq));
    }

    // --- telling

    @Test
    @DisplayName(
            "R-3.10.1-3: without the user's word PEX_REQ is not answered, PEX_RES is ignored, and neither is an offence")
    void takesNoPartUnlessTold() {
        try (LoneEngine seeder = engine(true, Mode.OFF)) {
            fetching(seeder, "203.0.113.1");
            RawPeer asker = fetching(seeder, "203.0.113.2");
            for (int i = 0; i < 50; i++) {
                assertThat(asker.say(w -> {
                            w.pexReq();
                            w.pexRes(socket("203.0.113.9", 6778));
                            w.pexRes(socket("2001:db8::9", 6778));
                            w.pexResCert(new byte[] {1});
                        }))
                        .isEmpty();
            }
            assertThat(seeder.snapshot().channels()).hasSize(2);
            assertThat(seeder.snapshot().knownAddresses()).isZero();
        }
    }

    @Test
    @DisplayName("R-3.10.1-1: a peer heard 59 s ago is told of, one silent for 61 s is not")
    void tellsOfPeersThatContentWentToWithinAMinute() {
        try (LoneEngine seeder = engine(true, Mode.ADDRESSES)) {
            RawPeer early = fetching(seeder, "203.0.113.1");
            RawPeer asker = peer(seeder, "203.0.113.2");
            asker.connect();
            RawPeer idle = peer(seeder, "203.0.113.3");
            idle.connect();
            seeder.advance(59 * Limits.SECOND);
            assertThat(ask(asker)).containsExactly(early.address().socket());

            RawPeer late = peer(seeder, "203.0.113.4");
            late.connect();
            seeder.advance(2 * Limits.SECOND);
            assertThat(ask(late)).isEmpty();
        }
    }

    @Test
    void tellsOfPeersThatGaveVerifiedContent() {
        try (LoneEngine leecher = engine(false, Mode.ADDRESSES)) {
            RawPeer source = peer(leecher, "203.0.113.1");
            source.connect(w -> w.have(RawPeer.all(CONTENT)));
            RawPeer asker = peer(leecher, "203.0.113.2");
            asker.connect();
            assertThat(ask(asker)).isEmpty();
            source.say(w -> source.dataWithPeaks(w, 7));
            assertThat(ask(asker)).containsExactly(source.address().socket());
        }
    }

    @Test
    void answersOnceAMinuteAndWithFewOnes() {
        try (LoneEngine seeder = engine(true, Mode.ADDRESSES)) {
            List<RawPeer> others = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                others.add(fetching(seeder, "203.0." + i + ".1"));
            }
            RawPeer asker = others.get(0);
            List<InetSocketAddress> told = ask(asker);
            assertThat(told)
                    .hasSize(Limits.EXCHANGE_RESULTS)
                    .doesNotHaveDuplicates()
                    .doesNotContain(asker.address().socket());
            int answers = 0;
            for (int i = 0; i < 54; i++) {
                seeder.advance(Limits.SECOND * 11 / 10);
                answers += ask(asker).size();
            }
            assertThat(answers).as("as often as libswift asks").isZero();
            fetch(others.get(5), 1);
            seeder.advance(Limits.SECOND);
            assertThat(ask(asker)).containsExactly(others.get(5).address().socket());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"ADDRESSES", "CERTIFIED"})
    @DisplayName("R-8.13-1: a peer hears of no address nearer than itself, nor of another family, in all three forms")
    void tellsOfNothingNearToPeersFarAway(Mode mode) {
        try (LoneEngine seeder = engine(true, mode)) {
            for (String host :
                    List.of("203.0.113.1", "192.168.0.1", "127.0.0.9", "100.64.0.1", "2001:db8::1", "fd00::1")) {
                RawPeer peer = fetching(seeder, host);
                if (mode == Mode.CERTIFIED) {
                    seeder.advance(Limits.EXCHANGE_FIRST);
                    peer.say(w -> w.pexResCert(certificate(peer.address().socket())));
                }
            }
            String own = mode == Mode.CERTIFIED ? "198.51.100.1" : "203.0.113.1";
            assertThat(hosts(ask(fetching(seeder, "203.0.113.8")))).containsOnly("203.0.113.1", own);
            assertThat(hosts(ask(fetching(seeder, "10.0.0.8"))))
                    .containsOnlyOnce("192.168.0.1", "100.64.0.1")
                    .contains("203.0.113.1")
                    .doesNotContain("127.0.0.9");
            assertThat(hosts(ask(fetching(seeder, "127.0.0.8")))).contains("127.0.0.9", "192.168.0.1", "203.0.113.1");
            assertThat(hosts(ask(fetching(seeder, "2001:db8::8")))).containsOnly("2001:db8:0:0:0:0:0:1");
            assertThat(hosts(ask(fetching(seeder, "fd00::8"))))
                    .contains("fd00:0:0:0:0:0:0:1", "2001:db8:0:0:0:0:0:1")
                    .allMatch(host -> host.contains(":"));
        }
    }

    private static List<String> hosts(List<InetSocketAddress> told) {
        return told.stream().map(each -> each.getAddress().getHostAddress()).toList();
    }

    @Test
    void tellsNoPortThatATcpConnectionCameFrom() {
        try (LoneEngine seeder = engine(true, Mode.ADDRESSES)) {
            RawPeer tcp = new RawPeer(seeder, TransportAddress.tcp(socket("203.0.113.1", 40_000)), 77);
            tcp.connect();
            fetch(tcp, 0);
            tcp.say(w -> w.have(ChunkRange.of(0)));
            assertThat(ask(fetching(seeder, "203.0.113.2"))).isEmpty();
        }
    }

    private static @Nullable SupportedMessages said(Mode mode) {
        SwarmMetadata metadata = CONTENT.metadata(true, ChunkAddressing.CHUNK_RANGES_32);
        return new Greeting(metadata, null, new Identity(new UUID(0, 1), null), mode)
                .options(true, Dialect.RFC7574, false)
                .supportedMessages();
    }

    @Test
    @DisplayName("R-7.10-1: what a peer does not take is not sent to it, and our own options say what we take")
    void keepsToWhatBothTake() {
        try (LoneEngine seeder = engine(true, Mode.ADDRESSES)) {
            fetching(seeder, "203.0.113.1");
            assertThat(said(Mode.OFF)).hasToString("f8f0");
            assertThat(said(Mode.ADDRESSES)).hasToString("fef8");
            assertThat(said(Mode.CERTIFIED)).hasToString("faf4");

            RawPeer certified = peer(seeder, "203.0.113.2").taking(Mode.CERTIFIED);
            certified.connect();
            fetch(certified, 0);
            assertThat(certified.say(MessageWriter::pexReq)).isEmpty();
        }
        try (LoneEngine leecher = engine(false, Mode.ADDRESSES)) {
            RawPeer without = peer(leecher, "203.0.113.3").taking(Mode.OFF);
            without.connect();
            assertThat(RawPeer.only(Message.PexReq.class, without.hear(leecher.advance(50 * Limits.SECOND))))
                    .isEmpty();
        }
    }

    @Test
    @DisplayName("a libswift says nothing of what it takes; it knows no certificates")
    void tellsALibswiftOfAddressesAlone() {
        for (Mode mode : List.of(Mode.ADDRESSES, Mode.CERTIFIED)) {
            try (LoneEngine seeder = engine(OLD, true, mode)) {
                fetching(seeder, "203.0.113.1");
                RawPeer libswift = new RawPeer(seeder, address("203.0.113.2"), 77, Dialect.LIBSWIFT);
                libswift.connect();
                fetch(libswift, 0);
                assertThat(ask(libswift)).hasSize(mode == Mode.ADDRESSES ? 1 : 0);
            }
        }
    }

    @Test
    @DisplayName("a PyPPSPP misreads PEX_RES, whatever it says that it takes")
    void saysNothingToAPyPpspp() {
        try (LoneEngine seeder = engine(true, Mode.ADDRESSES)) {
            fetching(seeder, "203.0.113.1");
            assertThat(ask(connected(seeder, 40_000, Dialect.RFC7574))).hasSize(1);
            assertThat(ask(connected(seeder, 40_001, Dialect.PYPPSPP))).isEmpty();
        }
        try (LoneEngine leecher = engine(false, Mode.ADDRESSES)) {
            RawPeer peer = connected(leecher, 40_000, Dialect.PYPPSPP);
            assertThat(RawPeer.only(Message.PexReq.class, peer.hear(leecher.advance(50 * Limits.SECOND))))
                    .isEmpty();
        }
    }

    private static RawPeer connected(LoneEngine to, int port, Dialect dialect) {
        RawPeer peer = new RawPeer(to, TransportAddress.tcp(socket("203.0.113.2", port)), port, dialect);
        peer.connect();
        return peer;
    }

    // --- hearing

    private static List<TransportAddress> dialled(List<Sent> sent, RawPeer... except) {
        List<TransportAddress> known = new ArrayList<>();
        for (RawPeer peer : except) {
            known.add(peer.address());
        }
        return sent.stream().map(Sent::to).filter(to -> !known.contains(to)).toList();
    }

    @Test
    void asksOnceAPeerMayKnowItAndDialsWhatItHears() {
        try (LoneEngine leecher = engine(false, Mode.ADDRESSES)) {
            RawPeer peer = peer(leecher, "203.0.113.1");
            peer.connect();
            List<Message> heard = peer.hear(leecher.advance(Limits.EXCHANGE_FIRST));
            assertThat(RawPeer.only(Message.PexReq.class, heard)).hasSize(1);

            leecher.receive(
                    peer.address(), peer.datagram(peer.remoteChannel(), w -> w.pexRes(socket("192.0.2.9", 6778))));
            assertThat(dialled(leecher.advance(Limits.SECOND / 10), peer)).containsExactly(address("192.0.2.9"));
        }
    }

    @Test
    void believesNothingItHasNotAskedFor() {
        try (LoneEngine leecher = engine(false, Mode.ADDRESSES)) {
            RawPeer peer = peer(leecher, "203.0.113.1");
            peer.connect();
            peer.say(w -> w.pexRes(socket("192.0.2.9", 6778)));
            assertThat(leecher.snapshot().knownAddresses()).isZero();

            leecher.advance(Limits.EXCHANGE_FIRST);
            for (int i = 0; i < 40; i++) {
                int number = i;
                peer.say(w -> w.pexRes(socket("192.0." + number + ".9", 6778)));
            }
            assertThat(leecher.snapshot().knownAddresses()).isEqualTo(Limits.EXCHANGE_RESULTS);
            assertThat(leecher.snapshot().channels()).as("the peer is kept").hasSize(1);
        }
    }

    @Test
    void takesAMappedAddressForWhatItIs() {
        try (LoneEngine leecher = engine(false, Mode.ADDRESSES)) {
            RawPeer peer = peer(leecher, "203.0.113.1");
            peer.connect();
            leecher.advance(Limits.EXCHANGE_FIRST);
            byte[] mapped = {12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (byte) 192, 0, 2, 9, 0x1a, 0x7a};
            peer.say(mapped);
            byte[] mappedPrivate = {12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (byte) 192, (byte) 168, 2, 9, 0x1a, 0x7a};
            peer.say(mappedPrivate);
            assertThat(leecher.snapshot().knownAddresses()).isOne();
            assertThat(dialled(leecher.advance(Limits.SECOND / 10), peer)).containsExactly(address("192.0.2.9"));
        }
    }

    @Test
    void asksNobodyOnceComplete() {
        try (LoneEngine seeder = engine(true, Mode.ADDRESSES)) {
            RawPeer peer = fetching(seeder, "203.0.113.1");
            assertThat(RawPeer.only(Message.PexReq.class, peer.hear(seeder.advance(150 * Limits.SECOND))))
                    .isEmpty();
            peer.say(w -> w.pexRes(socket("192.0.2.9", 6778)));
            assertThat(seeder.snapshot().knownAddresses()).isZero();
        }
    }

    @Test
    @DisplayName("R18: who never asked gets three datagrams, in however many dialects")
    void opensWithFewDatagramsInAllDialects() {
        for (Content content : List.of(CONTENT, OLD)) {
            try (LoneEngine leecher = engine(content, false, Mode.ADDRESSES)) {
                RawPeer peer = peer(leecher, "203.0.113.1");
                peer.connect();
                leecher.advance(Limits.EXCHANGE_FIRST);
                leecher.receive(
                        peer.address(), peer.datagram(peer.remoteChannel(), w -> w.pexRes(socket("192.0.2.9", 6778))));
                assertThat(dialled(leecher.advance(50 * Limits.SECOND), peer)).hasSize(Limits.EXCHANGE_HANDSHAKE_TRIES);
            }
        }
    }

    // --- certificates

    @Test
    void passesOnTheCertificatesOfPeersThatShowedTheirOwn() {
        try (LoneEngine seeder = engine(true, Mode.CERTIFIED)) {
            RawPeer member = fetching(seeder, "203.0.113.1");
            RawPeer liar = fetching(seeder, "203.0.113.2");
            seeder.advance(Limits.EXCHANGE_FIRST);
            member.say(w -> w.pexResCert(certificate(member.address().socket())));
            liar.say(w -> w.pexResCert(certificate(socket("203.0.113.66", 6778))));
            RawPeer asker = fetching(seeder, "203.0.113.3");
            assertThat(ask(asker))
                    .as("itself, and whose certificate names the address it is at")
                    .containsExactly(
                            socket("198.51.100.1", 6778), member.address().socket());
        }
    }

    @Test
    void dialsWhatACertificateNamesAndNoBareAddress() {
        try (LoneEngine leecher = engine(false, Mode.CERTIFIED)) {
            RawPeer peer = peer(leecher, "203.0.113.1");
            peer.connect();
            leecher.advance(Limits.EXCHANGE_FIRST);
            leecher.receive(peer.address(), peer.datagram(peer.remoteChannel(), w -> {
                w.pexRes(socket("192.0.2.8", 6778));
                w.pexResCert(certificate(socket("192.0.2.9", 6778)));
            }));
            assertThat(dialled(leecher.advance(Limits.SECOND / 10), peer)).containsExactly(address("192.0.2.9"));
        }
    }

    @Test
    void ignoresThePeerAfterTwoDefectiveCertificates() {
        try (LoneEngine leecher = engine(false, Mode.CERTIFIED)) {
            RawPeer peer = peer(leecher, "203.0.113.1");
            peer.connect();
            leecher.advance(Limits.EXCHANGE_FIRST);
            for (int i = 0; i < 4; i++) {
                peer.say(w -> w.pexResCert("defective".getBytes(StandardCharsets.US_ASCII)));
            }
            assertThat(leecher.counters().defectiveCertificates()).isEqualTo(Limits.DEFECTIVE_CERTIFICATES);
            leecher.advance(Limits.EXCHANGE_AGAIN);
            peer.say(w -> w.pexResCert(certificate(socket("192.0.2.9", 6778))));
            assertThat(leecher.snapshot().knownAddresses()).isZero();
            assertThat(leecher.snapshot().channels())
                    .as("its content is as good as ever")
                    .hasSize(1);
        }
    }

    @Test
    void sendsCertificatesOfTheLongestKindInTheSmallestDatagrams() {
        byte[] longest = new byte[ExchangeConfig.MAX_CERTIFICATE_BYTES];
        Arrays.fill(longest, (byte) ' ');
        byte[] start = certificate(socket("198.51.100.1", 6778));
        System.arraycopy(start, 0, longest, 0, start.length);
        ExchangeConfig config = ExchangeConfig.certified(Transport.UDP, longest, READABLE);
        try (LoneEngine seeder = LoneEngine.exchanging(CONTENT, true, config)) {
            RawPeer asker = fetching(seeder, "203.0.113.3");
            assertThat(ask(asker)).containsExactly(socket("198.51.100.1", 6778));
        }
    }
}
