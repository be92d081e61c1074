package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ppspp.engine.RawPeer.haves;
import static org.ppspp.engine.RawPeer.requests;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.LoneEngine.Sent;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.wire.Message;
import org.ppspp.wire.TransportAddress;

/** What is different over a connection: frames instead of datagrams, and nothing gets lost. */
class TcpChannelTest {
    private static final TransportAddress ADDRESS =
            TransportAddress.tcp(RawPeer.address(1).socket());

    private static Content content(int chunks, int chunkSize) {
        return new Content(new SplittableRandom(11), chunks * chunkSize, chunkSize, HashFunction.SHA1);
    }

    @Test
    @DisplayName("R-3.12-1: an idle connection is kept alive with frames of a channel number")
    void keepsAnIdleConnectionAlive() {
        try (LoneEngine seeder = LoneEngine.seeder(content(7, 1_024))) {
            RawPeer peer = new RawPeer(seeder, ADDRESS, 0x7c9);
            peer.connect();
            List<Sent> sent = new ArrayList<>();
            for (int minute = 0; minute < 3; minute++) {
                sent.addAll(seeder.advance(60 * Limits.SECOND));
                peer.say(nothing -> {});
            }
            assertThat(sent).hasSizeBetween(2, 4).allSatisfy(frame -> {
                assertThat(frame.to()).isEqualTo(ADDRESS);
                assertThat(frame.bytes()).isEqualTo(peer.datagram(peer.channel(), nothing -> {}));
            });
            assertThat(seeder.channels()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("a peer whose chunk came too late is asked for another one, although nothing else happens")
    void asksOnAfterADuplicate() {
        try (LoneEngine newcomer = LoneEngine.newcomer(content(7, 1_024))) {
            RawPeer first = new RawPeer(newcomer, ADDRESS, 0x7c9);
            RawPeer second = new RawPeer(
                    newcomer, TransportAddress.tcp(RawPeer.address(2).socket()), 0x7ca);
            for (RawPeer peer : List.of(first, second)) {
                assertThat(requests(peer.connect(w -> w.have(new ChunkRange(0, 6)))))
                        .containsExactly(ChunkRange.of(0));
            }
            assertThat(requests(first.say(w -> first.dataWithPeaks(w, 0)))).containsExactly(ChunkRange.of(6));
            assertThat(requests(second.say(w -> second.dataWithPeaks(w, 0)))).containsExactly(ChunkRange.of(6));
        }
    }

    @Test
    @DisplayName("an opening is sent once and waits for a connection that is slow to come up")
    void waitsForASlowConnection() {
        try (LoneEngine leecher = LoneEngine.leecher(content(7, 1_024))) {
            RawPeer peer = new RawPeer(leecher, ADDRESS, 0x7c9);
            List<Sent> opening = leecher.meet(ADDRESS);
            assertThat(opening).hasSize(1);
            assertThat(leecher.advance(Limits.HANDSHAKE_TCP - 1)).isEmpty();
            List<Message> heard = peer.answer(opening.get(0).bytes(), w -> w.have(new ChunkRange(0, 6)));
            assertThat(requests(heard)).containsExactly(new ChunkRange(0, 6));
        }
    }

    @Test
    @DisplayName("a connection that does not answer is given up")
    void givesUpAConnectionThatDoesNotAnswer() {
        try (LoneEngine leecher = LoneEngine.leecher(content(7, 1_024))) {
            leecher.meet(ADDRESS);
            leecher.advance(Limits.HANDSHAKE_TCP);
            assertThat(leecher.channels()).isZero();
        }
    }

    @Test
    @DisplayName("R8: a frame holds no more messages than a peer must read, however scattered what we have is")
    void boundsTheMessagesOfAFrame() {
        int chunks = 6_000;
        try (LoneEngine leecher = LoneEngine.leecher(content(chunks, 64))) {
            RawPeer giver = RawPeer.at(leecher, 2);
            List<Message> heard = new ArrayList<>(giver.connect());
            for (int first = 0; first < chunks; first += 400) {
                int from = first;
                heard.addAll(giver.say(w -> {
                    for (int chunk = from; chunk < from + 400; chunk += 2) {
                        w.have(ChunkRange.of(chunk));
                    }
                }));
            }
            ArrayDeque<ChunkRange> asked = new ArrayDeque<>(requests(heard));
            while (!asked.isEmpty()) {
                ChunkRange range = asked.removeFirst();
                assertThat(range.first()).isEqualTo(range.last());
                asked.addAll(requests(giver.say(w -> giver.data(w, range.first()))));
            }
            assertThat(leecher.storedChunks()).isEqualTo(chunks / 2);

            RawPeer peer = new RawPeer(leecher, ADDRESS, 0x7c9);
            List<Sent> frames = new ArrayList<>(leecher.receive(ADDRESS, peer.opening(nothing -> {})));
            peer.hear(frames);
            frames.addAll(leecher.receive(ADDRESS, peer.datagram(peer.remoteChannel(), nothing -> {})));
            List<ChunkRange> told = new ArrayList<>();
            for (Sent frame : frames) {
                List<Message> messages = peer.read(frame.bytes());
                assertThat(messages).hasSizeLessThanOrEqualTo(Limits.MESSAGES_PER_FRAME);
                told.addAll(haves(messages));
            }
            assertThat(told).contains(ChunkRange.of(0), ChunkRange.of(chunks - 2));
            assertThat(told.stream().distinct()).hasSize(chunks / 2);
        }
    }
}
