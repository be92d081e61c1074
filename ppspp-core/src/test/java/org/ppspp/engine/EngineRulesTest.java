package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.LoneEngine.Sent;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.wire.Message;

/** Rules of RFC 7574 that need a little more than one message and its answer. The names give the rows of the checklist. */
class EngineRulesTest {
    private static final long SOON = 20 * Limits.MILLISECOND;

    private final Content content =
            new Content(new SplittableRandom(7574), 200 * 1_024 - 3, 1_024, HashFunction.SHA256);
    private final LoneEngine seeder = LoneEngine.seeder(content);
    private final LoneEngine leecher = LoneEngine.leecher(content);

    @AfterEach
    void close() {
        seeder.close();
        leecher.close();
    }

    private static List<Sent> to(RawPeer peer, List<Sent> sent) {
        return sent.stream().filter(one -> one.to().equals(peer.address())).toList();
    }

    @Test
    @DisplayName("R-3.3-2, R-8.6-2: DATA carries the time at which it leaves, in microseconds")
    void stampsDataAsItLeaves() {
        seeder.holdReads();
        RawPeer peer = RawPeer.at(seeder, 1);
        peer.connect(w -> w.request(ChunkRange.of(3)));
        long asked = seeder.micros();
        seeder.advance(700 * Limits.MILLISECOND);
        List<Message> heard = peer.hear(seeder.answerReads());
        assertThat(RawPeer.only(Message.Data.class, heard))
                .singleElement()
                .matches(data -> data.timestampMicros() == asked + 700_000);
    }

    @Test
    @DisplayName("R-3.8-1: whoever was asked first gets a CANCEL when the chunks are asked of somebody else")
    void cancelsWhatItAsksOfAnother() {
        RawPeer slow = RawPeer.at(leecher, 1);
        ChunkRange last = ChunkRange.of(199);
        assertThat(RawPeer.requests(slow.connect(w -> w.have(last)))).containsExactly(last);
        RawPeer quick = RawPeer.at(leecher, 2);
        assertThat(RawPeer.requests(quick.connect(w -> w.have(last)))).isEmpty();
        List<Sent> sent = leecher.advance(3 * Limits.SECOND);
        assertThat(RawPeer.requests(quick.hear(sent))).containsOnly(last);
        List<Message> told = slow.hear(sent);
        told.addAll(slow.hear(leecher.take(
                quick.address(), quick.datagram(quick.remoteChannel(), w -> quick.data(w, last.first())))));
        assertThat(RawPeer.only(Message.Cancel.class, told))
                .extracting(Message.Cancel::chunks)
                .containsExactly(last);
    }

    @Test
    @DisplayName(
            "R-5.3-2, -3, R-5.4-3: a chunk has its hashes in its datagram, unless they do not fit and have gone ahead")
    void keepsAChunkAndItsHashesTogether() {
        RawPeer peer = RawPeer.at(seeder, 1);
        peer.connect(w -> w.have(ChunkRange.of(199)));
        int together = 0;
        List<Long> ahead = new ArrayList<>();
        for (long chunk = 0; chunk < 64; chunk++) {
            ChunkRange range = ChunkRange.of(chunk);
            List<Sent> sent = to(
                    peer, seeder.receive(peer.address(), peer.datagram(peer.remoteChannel(), w -> w.request(range))));
            for (Sent datagram : sent) {
                List<Message> messages = peer.read(datagram.bytes());
                List<Message.Data> data = RawPeer.only(Message.Data.class, messages);
                List<Long> hashes = RawPeer.only(Message.Integrity.class, messages).stream()
                        .map(Message.Integrity::bin)
                        .toList();
                assertThat(hashes).isSortedAccordingTo((a, b) -> Bin.layer(b) - Bin.layer(a));
                if (data.isEmpty()) {
                    ahead.addAll(hashes);
                    continue;
                }
                assertThat(hashes.isEmpty() || ahead.isEmpty())
                        .as("chunk %d: hashes in two places", chunk)
                        .isTrue();
                together += hashes.isEmpty() ? 0 : 1;
                ahead.clear();
            }
            peer.say(w -> w.ack(range, 1_000));
            seeder.advance(SOON);
        }
        assertThat(together).isGreaterThan(25);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    @DisplayName("R-5.3-1, R-5.2-1: each datagram is taken by itself, so their order changes nothing")
    void endsTheSameInAnyOrderOfDatagrams(long seed) {
        RawPeer source = RawPeer.at(leecher, 1);
        ChunkRange asked = RawPeer.requests(source.connect(w -> w.have(RawPeer.all(content))))
                .get(0);
        List<Long> chunks = new ArrayList<>();
        for (long chunk = asked.first(); chunk <= asked.last(); chunk++) {
            chunks.add(chunk);
        }
        Collections.shuffle(chunks, new Random(seed));
        for (long chunk : chunks) {
            source.say(w -> source.data(w, chunk));
        }
        assertThat(chunks).hasSizeGreaterThan(60).allMatch(leecher::stored);
    }

    @Test
    @DisplayName("R-3.1.1-16: every later datagram of the initiator goes to the channel that the responder named")
    void usesTheRespondersChannelFromThenOn() {
        RawPeer peer = RawPeer.at(leecher, 1);
        byte[] opening = leecher.meet(peer.address()).get(0).bytes();
        List<Sent> sent =
                new ArrayList<>(leecher.receive(peer.address(), peer.answerTo(opening, w -> w.have(ChunkRange.of(0)))));
        sent.addAll(leecher.receive(peer.address(), peer.datagram(peer.remoteChannel(), w -> peer.data(w, 0))));
        sent.addAll(leecher.advance(60 * Limits.SECOND));
        assertThat(sent)
                .hasSizeGreaterThan(2)
                .allSatisfy(datagram -> assertThat(
                                Unpooled.wrappedBuffer(datagram.bytes()).getInt(0))
                        .isEqualTo(peer.channel()));
    }

    @Test
    @DisplayName("§3.4: a chunk that came too early for its hashes is taken when its sender repeats it with them")
    void takesAChunkAgainThatCameBeforeItsHashes() {
        RawPeer source = RawPeer.at(leecher, 1);
        ChunkRange asked = RawPeer.requests(source.connect(w -> w.have(RawPeer.all(content))))
                .get(0);
        for (long chunk = asked.first(); chunk <= asked.last(); chunk++) {
            long bare = chunk;
            assertThat(RawPeer.acks(source.say(w -> source.bareData(w, bare)))).isEmpty();
        }
        assertThat(leecher.storedChunks()).isZero();
        // So that what comes now is what was asked for at first, and not again.
        source.say(w -> w.choke());
        for (long chunk = asked.first(); chunk <= asked.last(); chunk++) {
            long whole = chunk;
            source.say(w -> source.data(w, whole));
        }
        assertThat(leecher.storedChunks()).isEqualTo((int) asked.size());
    }
}
