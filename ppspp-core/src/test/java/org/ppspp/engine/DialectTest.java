package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ppspp.engine.RawPeer.acks;
import static org.ppspp.engine.RawPeer.chunksOfData;
import static org.ppspp.engine.RawPeer.haves;
import static org.ppspp.engine.RawPeer.requests;

import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.LoneEngine.Sent;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.ProtocolOptions;
import org.ppspp.wire.TransportAddress;

/** How peers are spoken to that are older than RFC 7574. What they do was observed with the unmodified programs. */
class DialectTest {
    private final Content content = new Content(new SplittableRandom(5), 7 * 1_024, 1_024, HashFunction.SHA1);
    private final LoneEngine seeder = LoneEngine.seeder(content);
    private final LoneEngine leecher = LoneEngine.leecher(content);

    @AfterEach
    void close() {
        seeder.close();
        leecher.close();
    }

    private static RawPeer swift(LoneEngine to) {
        return new RawPeer(to, RawPeer.address(1), 0x51f7, Dialect.LIBSWIFT);
    }

    /** A PyPPSPP; each has another address and another name. */
    private static RawPeer python(LoneEngine to, int number) {
        return new RawPeer(to, tcp(number), 0x9700 + number, Dialect.PYPPSPP);
    }

    private static TransportAddress tcp(int number) {
        return TransportAddress.tcp(RawPeer.address(number).socket());
    }

    private static Message.Handshake handshake(List<Message> messages) {
        return RawPeer.only(Message.Handshake.class, messages).get(0);
    }

    private ChunkRange all() {
        return RawPeer.all(content);
    }

    private void giveAll(RawPeer peer, Consumer<MessageWriter> more) {
        for (long chunk = 0; chunk < content.chunkCount(); chunk++) {
            long number = chunk;
            peer.say(w -> peer.bareData(w, number));
        }
        peer.say(more);
    }

    private void giveWrong(RawPeer peer, long first, long last) {
        for (long chunk = first; chunk <= last; chunk++) {
            long number = chunk;
            peer.say(w -> peer.data(w, number, new byte[content.layout().size(number)]));
        }
    }

    // --- libswift

    @Test
    void answersALibswiftWithoutOptionsItDoesNotKnow() {
        RawPeer peer = swift(seeder);
        String root = seeder.swarmId().toString();
        byte[] opening = HexFormat.of()
                .parseHex("00000000" + "00000051f7" + "0001" + "0101" + "020014" + root + "0301" + "0400" + "0602"
                        + "ff");

        List<Message> heard = peer.hear(seeder.receive(peer.address(), opening));

        ProtocolOptions options = handshake(heard).options();
        assertThat(options.chunkSize()).isNull();
        assertThat(options.supportedMessages()).isNull();
        assertThat(options.integrityMethod()).isEqualTo(1);
        assertThat(options.hashFunction()).isZero();
        assertThat(haves(heard)).containsExactly(all());
        assertThat(chunksOfData(peer.say(w -> w.request(new ChunkRange(0, 1))))).containsExactly(0L, 1L);
    }

    @Test
    void acknowledgesEachChunkAloneToALibswift() {
        RawPeer peer = swift(leecher);
        assertThat(requests(peer.connect(w -> w.have(all())))).containsExactly(all());
        for (long chunk = 0; chunk < content.chunkCount(); chunk++) {
            long number = chunk;
            assertThat(acks(peer.say(w -> peer.data(w, number))))
                    .allMatch(range -> range.first() == range.last())
                    .endsWith(ChunkRange.of(number));
        }
    }

    @Test
    void opensAsALibswiftWhereTheRfcIsNotAnswered() {
        RawPeer peer = swift(leecher);
        List<Sent> openings = new ArrayList<>(leecher.meet(peer.address()));
        openings.addAll(leecher.advance(2 * Limits.SECOND));
        List<ProtocolOptions> options = openings.stream()
                .map(sent -> handshake(peer.read(sent.bytes())).options())
                .toList();
        assertThat(options.stream().map(ProtocolOptions::chunkSize)).startsWith(1_024L, 1_024L, null);
        assertThat(options.get(2).supportedMessages()).isNull();
        List<Integer> channels = openings.stream()
                .map(sent -> handshake(peer.read(sent.bytes())).sourceChannel())
                .distinct()
                .toList();
        assertThat(channels).hasSize(2);

        List<Message> heard = peer.answer(openings.get(2).bytes(), w -> w.have(all()));

        assertThat(requests(heard)).containsExactly(all());
        assertThat(leecher.channels()).as("the other opening has ended").isEqualTo(1);
    }

    @Test
    void opensAsTheRfcSaysAloneWhereALibswiftCouldNotBe() {
        Content newer = new Content(new SplittableRandom(5), 7 * 1_024, 1_024, HashFunction.SHA256);
        try (LoneEngine strict = LoneEngine.leecher(newer)) {
            RawPeer peer = RawPeer.at(strict, 1);
            List<Sent> openings = new ArrayList<>(strict.meet(peer.address()));
            openings.addAll(strict.advance(40 * Limits.SECOND));
            assertThat(openings)
                    .hasSizeGreaterThanOrEqualTo(Limits.HANDSHAKE_TRIES)
                    .allSatisfy(sent -> assertThat(
                                    handshake(peer.read(sent.bytes())).options().chunkSize())
                            .isEqualTo(1_024L));
        }
    }

    // --- PyPPSPP

    @Test
    void servesAPyppsppOneBareChunkInAFrameAndChunk0First() {
        RawPeer peer = python(seeder, 1);
        ProtocolOptions options = handshake(peer.open()).options();
        assertThat(options.integrityMethod()).isZero();
        assertThat(options.hashFunction()).isNull();
        assertThat(options.swarmId()).isEqualTo(seeder.swarmId());
        assertThat(options.minimumVersion()).isEqualTo(1);
        assertThat(options.peerId()).isNotNull();

        List<Sent> frames = seeder.take(peer.address(), peer.datagram(peer.remoteChannel(), w -> {
            w.request(new ChunkRange(4, 6));
            w.request(new ChunkRange(0, 2));
        }));

        List<Long> chunks = new ArrayList<>();
        for (Sent frame : frames) {
            List<Message> messages = peer.read(frame.bytes());
            assertThat(messages).hasSize(1).first().isInstanceOf(Message.Data.class);
            chunks.addAll(chunksOfData(messages));
        }
        assertThat(chunks).containsExactly(0L, 4L, 5L, 6L, 1L, 2L);
    }

    @Test
    void isThereForAPyppsppThatNeverSpeaksAgain() {
        RawPeer peer = python(leecher, 1);
        assertThat(requests(peer.hear(leecher.receive(peer.address(), peer.opening(w -> w.have(all()))))))
                .as("asked at once, without a third frame")
                .containsExactly(all());
    }

    @Test
    void sendsAPyppsppNothingThatItCannotRead() {
        RawPeer peer = python(leecher, 1);
        List<Message> heard = new ArrayList<>(peer.connect(w -> w.have(all())));
        heard.addAll(peer.hear(leecher.advance(50 * Limits.SECOND)));
        assertThat(requests(heard)).as("asked again after silence").hasSizeGreaterThan(1);
        assertThat(heard)
                .allMatch(message -> message instanceof Message.Handshake
                        || message instanceof Message.Have
                        || message instanceof Message.Request);
    }

    @Test
    void asksAPyppsppForChunk0InCompany() {
        RawPeer peer = python(leecher, 1);
        assertThat(requests(peer.connect(w -> w.have(ChunkRange.of(0))))).containsExactly(new ChunkRange(0, 1));
    }

    // --- quarantine

    @Test
    void announcesContentWithoutHashesOnceAllOfItMatches() {
        RawPeer giver = python(leecher, 1);
        RawPeer other = RawPeer.at(leecher, 2);
        other.connect();
        giver.connect(w -> w.have(all()));
        for (long chunk = 0; chunk < content.chunkCount() - 1; chunk++) {
            long number = chunk;
            giver.say(w -> giver.bareData(w, number));
        }
        assertThat(leecher.storedChunks()).isZero();
        assertThat(leecher.snapshot().unprovenBytes()).isEqualTo(6 * 1_024);
        assertThat(other.hear(leecher.advance(2 * Limits.SECOND))).noneMatch(Message.Have.class::isInstance);

        List<Sent> sent = new ArrayList<>(
                leecher.take(giver.address(), giver.datagram(giver.remoteChannel(), w -> giver.bareData(w, 6))));
        sent.addAll(leecher.advance(Limits.SECOND));

        assertThat(leecher.sawEvent(EngineEvent.Completed.class)).isTrue();
        assertThat(haves(other.hear(sent))).contains(all());
        List<Message> served = other.say(w -> w.request(ChunkRange.of(3)));
        assertThat(chunksOfData(served)).containsExactly(3L);
        assertThat(served).anyMatch(Message.Integrity.class::isInstance);
    }

    @Test
    void bansWhoeverAloneGaveContentThatDoesNotMatch() {
        RawPeer liar = python(leecher, 1);
        liar.connect(w -> w.have(all()));
        giveWrong(liar, 0, 6);

        assertThat(leecher.sawEvent(EngineEvent.ContentRefuted.class)).isTrue();
        assertThat(leecher.sawEvent(EngineEvent.PeerBanned.class)).isTrue();
        RawPeer honest = python(leecher, 2);
        assertThat(requests(honest.connect(w -> w.have(all())))).containsExactly(all());
        giveAll(honest, nothing -> {});
        assertThat(leecher.sawEvent(EngineEvent.Completed.class)).isTrue();
    }

    @Test
    void asksOneAtATimeOnceTheContentOfSeveralDidNotMatch() {
        RawPeer honest = python(leecher, 1);
        RawPeer liar = python(leecher, 2);
        honest.connect(w -> w.have(new ChunkRange(0, 2)));
        liar.connect(w -> w.have(new ChunkRange(3, 6)));
        for (long chunk = 0; chunk < 3; chunk++) {
            long number = chunk;
            honest.say(w -> honest.bareData(w, number));
        }
        giveWrong(liar, 3, 6);

        assertThat(leecher.sawEvent(EngineEvent.ContentRefuted.class)).isTrue();
        assertThat(leecher.sawEvent(EngineEvent.PeerBanned.class))
                .as("nobody knows who it was")
                .isFalse();
        assertThat(leecher.snapshot().unprovenBytes()).isZero();
        assertThat(leecher.snapshot().channels().stream().filter(peer -> peer.requestedChunks() > 0))
                .hasSize(1);
    }

    @Test
    void asksWhoProvesContentFirst() {
        RawPeer prover = RawPeer.at(leecher, 1);
        prover.connect(w -> w.have(all()));
        RawPeer bare = python(leecher, 2);
        assertThat(requests(bare.connect(w -> w.have(all())))).isEmpty();
        byte[] choke = prover.datagram(prover.remoteChannel(), MessageWriter::choke);
        assertThat(requests(bare.hear(leecher.receive(prover.address(), choke))))
                .containsExactly(all());
    }

    // --- two connections of one pair

    @Test
    void keepsOneOfTwoConnectionsToTheSamePeer() {
        // Its name is lower than ours, whatever ours is: it begins with zeros.
        RawPeer came = new RawPeer(leecher, tcp(1), 0x77);
        RawPeer dialled = new RawPeer(leecher, tcp(2), 0x77);
        List<Sent> opening = leecher.meet(dialled.address());
        came.connect(w -> w.have(all()));
        assertThat(leecher.channels()).isEqualTo(2);

        List<Sent> sent = leecher.receive(
                dialled.address(), dialled.answerTo(opening.get(0).bytes(), nothing -> {}));

        assertThat(leecher.channels()).isEqualTo(1);
        assertThat(came.hear(sent)).anyMatch(message -> message instanceof Message.Handshake bye && bye.closing());
        assertThat(leecher.snapshot().channels().get(0).address()).isEqualTo(dialled.address());
    }

    @Test
    void doesNotDialAgainWhomItIsConnectedTo() {
        RawPeer came = new RawPeer(leecher, tcp(1), 0x77);
        came.connect(w -> w.have(all()));
        // The same host under the port at which it listens, which refuses us since it has dialled us.
        TransportAddress listening = TransportAddress.tcp(
                new InetSocketAddress(came.address().socket().getAddress(), 7_000));
        RawPeer refusing = new RawPeer(leecher, listening, 0x78);
        byte[] opening = leecher.meet(listening).get(0).bytes();
        int ours = Unpooled.wrappedBuffer(opening).getInt(5);
        leecher.receive(listening, refusing.datagram(ours, w -> w.handshake(0, ProtocolOptions.NONE)));

        assertThat(leecher.advance(20 * Limits.SECOND))
                .noneMatch(sent -> sent.to().equals(listening));
    }
}
