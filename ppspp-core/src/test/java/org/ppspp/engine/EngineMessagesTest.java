package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.LoneEngine.Sent;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.wire.Message;

/** What the engine says to what it hears, on one or two channels. The names give the rows of the checklist. */
class EngineMessagesTest {
    private static final long SOON = 20 * Limits.MILLISECOND;

    /** The content of RFC 7574's table 1 as the examples have it: seven chunks, byte i is i modulo 251. */
    private final Content content = counting(7_162);

    private final LoneEngine seeder = LoneEngine.seeder(content);
    private final LoneEngine leecher = LoneEngine.leecher(content);

    private static Content counting(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i % 251);
        }
        return new Content(bytes, 1_024, HashFunction.SHA256);
    }

    @AfterEach
    void close() {
        seeder.close();
        leecher.close();
    }

    /** A peer of the leecher that has everything and was asked for it. */
    private RawPeer source(int number) {
        RawPeer source = RawPeer.at(leecher, number);
        List<Message> heard = source.connect(w -> w.have(RawPeer.all(content)));
        assertThat(RawPeer.requests(heard)).containsExactly(RawPeer.all(content));
        return source;
    }

    // --- datagrams

    @Test
    @DisplayName("R-3-2: what is due to one peer at one moment shares a datagram")
    void bundlesMessages() {
        // Chunk 64 has a request bin of its own, and so waits for no other on its way to the disk.
        try (LoneEngine relay = LoneEngine.leecher(counting(65 * 1_024))) {
            RawPeer peer = RawPeer.at(relay, 1);
            peer.connect(w -> w.have(ChunkRange.of(64)));
            List<Sent> sent = relay.receive(peer.address(), peer.datagram(peer.remoteChannel(), w -> {
                w.have(ChunkRange.of(1));
                peer.data(w, 64);
            }));
            assertThat(sent).hasSize(1);
            List<Message> messages = peer.read(sent.get(0).bytes());
            assertThat(RawPeer.acks(messages)).containsExactly(ChunkRange.of(64));
            assertThat(RawPeer.requests(messages)).containsExactly(ChunkRange.of(1));
        }
    }

    @Test
    @DisplayName("R-3-3: CHOKE, UNCHOKE leaves us unchoked, and UNCHOKE, CHOKE does not")
    void takesMessagesInOrder() {
        RawPeer open = RawPeer.at(leecher, 1);
        assertThat(RawPeer.requests(open.connect(w -> {
                    w.choke();
                    w.unchoke();
                    w.have(ChunkRange.of(0));
                })))
                .hasSize(1);
        RawPeer shut = RawPeer.at(leecher, 2);
        assertThat(RawPeer.requests(shut.connect(w -> {
                    w.unchoke();
                    w.choke();
                    w.have(ChunkRange.of(1));
                })))
                .isEmpty();
    }

    // --- HAVE and ACK

    @Test
    @DisplayName("R-3.2-1, R-4.3.1-1, -2, -3: others hear of the largest interval around each new chunk")
    void announcesWhatItVerified() {
        RawPeer other = RawPeer.at(leecher, 2);
        other.connect();
        RawPeer source = source(1);
        List<List<ChunkRange>> heard = new ArrayList<>();
        for (long chunk : new long[] {0, 1, 3, 2, 4}) {
            source.say(w -> source.data(w, chunk));
            heard.add(RawPeer.haves(other.hear(leecher.advance(SOON))));
        }
        assertThat(heard)
                .containsExactly(
                        List.of(new ChunkRange(0, 0)),
                        List.of(new ChunkRange(0, 1)),
                        List.of(new ChunkRange(3, 3)),
                        List.of(new ChunkRange(0, 3)),
                        List.of(new ChunkRange(0, 4)));
    }

    @Test
    @DisplayName("R-3.4-1, -2, R-4.3.2-1, -2: the sender, and nobody else, gets an ACK of the largest interval")
    void acknowledgesWhatItVerified() {
        RawPeer other = RawPeer.at(leecher, 2);
        other.connect();
        RawPeer source = source(1);
        List<ChunkRange> acks = new ArrayList<>();
        for (long chunk : new long[] {0, 1, 3, 2, 4}) {
            byte[] datagram = source.datagram(source.remoteChannel(), w -> source.data(w, chunk));
            List<Sent> sent = leecher.take(source.address(), datagram);
            acks.addAll(RawPeer.acks(source.hear(sent)));
            assertThat(RawPeer.acks(other.hear(sent))).isEmpty();
        }
        assertThat(acks)
                .containsExactly(
                        new ChunkRange(0, 0),
                        new ChunkRange(0, 1),
                        // Said again, as the chunk that came has not joined it.
                        new ChunkRange(0, 1),
                        new ChunkRange(3, 3),
                        new ChunkRange(0, 3),
                        new ChunkRange(0, 4));
    }

    @Test
    @DisplayName("R-3.4-3: the ACK holds our time minus the DATA's, negative where the sender's clock is ahead")
    void measuresTheOneWayDelay() {
        RawPeer source = source(1);
        long[] delays = {100_000, -5_000_000, 0};
        for (int chunk = 0; chunk < delays.length; chunk++) {
            long number = chunk;
            long timestamp = leecher.micros() - delays[chunk];
            List<Message> heard = source.say(w -> {
                source.data(w, number);
            });
            assertThat(heard).isNotEmpty();
            byte[] late = content.chunk(number);
            long arrival = leecher.micros();
            List<Message> again =
                    source.say(w -> w.data(number, timestamp, Unpooled.wrappedBuffer(late), 0, late.length));
            assertThat(RawPeer.only(Message.Ack.class, again))
                    .singleElement()
                    .matches(ack -> ack.delayMicros() == arrival - timestamp);
        }
    }

    @Test
    @DisplayName("R-3.2-2, R-3.4-2: a chunk that does not verify is neither announced nor acknowledged")
    void saysNothingOfABadChunk() {
        RawPeer other = RawPeer.at(leecher, 2);
        other.connect();
        RawPeer source = source(1);
        byte[] wrong = content.chunk(0);
        wrong[500] ^= 1;
        List<Message> heard = source.say(w -> {
            w.integrity(11, content.hash(11), 0);
            w.integrity(5, content.hash(5), 0);
            w.integrity(2, content.hash(2), 0);
            source.data(w, 0, wrong);
        });
        assertThat(RawPeer.acks(heard)).isEmpty();
        assertThat(RawPeer.haves(other.hear(leecher.advance(Limits.SECOND)))).isEmpty();
        assertThat(leecher.snapshot().refusedChunks()).isEqualTo(1);
    }

    @Test
    @DisplayName("R-3.2-4: a peer that has everything hears ACKs and no HAVE")
    void announcesNothingToACompletePeer() {
        RawPeer source = source(1);
        List<Message> heard = new ArrayList<>();
        for (long chunk = 0; chunk < 7; chunk++) {
            long number = chunk;
            heard.addAll(source.say(w -> source.data(w, number)));
            heard.addAll(source.hear(leecher.advance(SOON)));
        }
        assertThat(RawPeer.haves(heard)).isEmpty();
        assertThat(leecher.sawEvent(EngineEvent.Completed.class)).isTrue();
    }

    // --- REQUEST, CANCEL, CHOKE

    @Test
    @DisplayName("R-3.7-2: requests are served in the order they came")
    void servesInOrder() {
        RawPeer peer = RawPeer.at(seeder, 1);
        peer.connect();
        List<Message> heard = peer.say(w -> {
            w.request(ChunkRange.of(5));
            w.request(ChunkRange.of(2));
            w.request(ChunkRange.of(6));
        });
        assertThat(RawPeer.chunksOfData(heard)).containsExactly(5L, 2L, 6L);
    }

    @Test
    @DisplayName("R-3.8-2, §3.8: HAVE and CANCEL take back the sender's REQUEST")
    void sendsNothingThatIsNotWantedAnyMore() {
        seeder.holdReads();
        RawPeer peer = RawPeer.at(seeder, 1);
        peer.connect();
        peer.say(w -> {
            w.request(new ChunkRange(0, 6));
            w.have(new ChunkRange(5, 6));
            w.cancel(new ChunkRange(2, 3));
        });
        assertThat(RawPeer.chunksOfData(peer.hear(seeder.answerReads()))).containsExactlyInAnyOrder(0L, 1L, 4L);
    }

    @Test
    @DisplayName("R-3.9-2, -3: no REQUEST after CHOKE, whatever is announced, until UNCHOKE")
    void asksNothingWhileChoked() {
        RawPeer peer = RawPeer.at(leecher, 1);
        List<Message> heard = new ArrayList<>(peer.connect(w -> w.choke()));
        heard.addAll(peer.say(w -> w.have(RawPeer.all(content))));
        heard.addAll(peer.hear(leecher.advance(5 * Limits.SECOND)));
        assertThat(RawPeer.requests(heard)).isEmpty();
        assertThat(RawPeer.requests(peer.say(w -> w.unchoke()))).containsExactly(RawPeer.all(content));
    }

    // --- hashes

    @Test
    @DisplayName(
            "E9; R-5.4-1, -5, R-5.6.2-2, -3: peaks, then uncles from the top down, then DATA at the end of the datagram")
    void sendsTheHashesOfTheExample() {
        RawPeer peer = RawPeer.at(seeder, 1);
        peer.connect();
        List<Message> heard = peer.say(w -> w.request(ChunkRange.of(0)));
        List<Long> bins = RawPeer.only(Message.Integrity.class, heard).stream()
                .map(Message.Integrity::bin)
                .toList();
        assertThat(bins).containsExactly(3L, 9L, 12L, 5L, 2L);
        assertThat(heard.get(heard.size() - 1)).isInstanceOf(Message.Data.class);
        for (Message.Integrity integrity : RawPeer.only(Message.Integrity.class, heard)) {
            assertThat(integrity.hash()).isEqualTo(content.hash(integrity.bin()));
        }
    }

    @Test
    @DisplayName("R-5.6.2-2: no peaks for a peer that has shown a chunk")
    void sendsNoPeaksToAPeerThatHasAChunk() {
        RawPeer peer = RawPeer.at(seeder, 1);
        peer.connect(w -> w.have(ChunkRange.of(4)));
        List<Message> heard = peer.say(w -> w.request(ChunkRange.of(0)));
        assertThat(RawPeer.only(Message.Integrity.class, heard).stream()
                        .map(Message.Integrity::bin)
                        .toList())
                .doesNotContain(9L, 12L)
                .containsExactlyElementsOf(List.of(5L, 2L));
    }

    @Test
    @DisplayName("R-5.3-4, R-5.4-2: hashes that do not fit beside their chunk go ahead of it")
    void sendsTooManyHashesAhead() {
        try (LoneEngine large = LoneEngine.seeder(counting(64 * 1_024))) {
            RawPeer peer = RawPeer.at(large, 1);
            peer.connect();
            List<Sent> sent = large.receive(
                    peer.address(), peer.datagram(peer.remoteChannel(), w -> w.request(ChunkRange.of(0))));
            assertThat(sent).hasSize(2);
            assertThat(peer.read(sent.get(0).bytes())).hasSize(7).allMatch(Message.Integrity.class::isInstance);
            assertThat(peer.read(sent.get(1).bytes())).hasSize(1).allMatch(Message.Data.class::isInstance);
        }
    }

    @Test
    @DisplayName("R-8.6-1, R-8.1-1: DATA ends its datagram, and no datagram is longer than it may be")
    void putsNothingBehindData() {
        try (LoneEngine large = LoneEngine.seeder(counting(300 * 1_024 - 1))) {
            RawPeer peer = RawPeer.at(large, 1);
            peer.connect();
            List<Sent> sent = new ArrayList<>();
            for (long chunk = 0; chunk < 300; chunk += 10) {
                ChunkRange range = new ChunkRange(chunk, chunk + 9);
                sent.addAll(large.receive(peer.address(), peer.datagram(peer.remoteChannel(), w -> {
                    w.request(range);
                    w.ack(new ChunkRange(0, range.first()), 1_000);
                })));
                sent.addAll(large.advance(SOON));
            }
            int withData = 0;
            for (Sent datagram : sent) {
                assertThat(datagram.bytes()).hasSizeLessThanOrEqualTo(EngineConfig.DEFAULT_MAX_DATAGRAM_BYTES);
                List<Message> messages = peer.read(datagram.bytes());
                List<Message.Data> data = RawPeer.only(Message.Data.class, messages);
                assertThat(data).hasSizeLessThanOrEqualTo(1);
                withData += data.size();
                assertThat(messages.subList(0, Math.max(0, messages.size() - 1)))
                        .noneMatch(Message.Data.class::isInstance);
            }
            assertThat(withData).isGreaterThan(250);
        }
    }

    @Test
    @DisplayName("R-5.3-5: DATA without its hashes is dropped without blame, and asked for again")
    void dropsDataWhoseHashesAreMissing() {
        RawPeer source = source(1);
        List<Message> heard = new ArrayList<>(source.say(w -> source.bareData(w, 3)));
        assertThat(RawPeer.acks(heard)).isEmpty();
        assertThat(leecher.stored(3)).isFalse();
        heard.addAll(source.hear(leecher.advance(20 * Limits.SECOND)));
        assertThat(RawPeer.requests(heard)).anyMatch(range -> range.contains(3));
        assertThat(leecher.snapshot().refusedChunks()).isZero();
        assertThat(leecher.snapshot().channels()).hasSize(1);
    }

    @Test
    @DisplayName("R-5.3-7: hashes sent once are remembered for the chunks that need them")
    void remembersHashes() {
        RawPeer source = source(1);
        source.say(w -> source.data(w, 0));
        assertThat(RawPeer.acks(source.say(w -> source.bareData(w, 1)))).containsExactly(new ChunkRange(0, 1));
        source.say(w -> {
            w.integrity(Bin.leaf(3), content.hash(Bin.leaf(3)), 0);
        });
        assertThat(RawPeer.acks(source.say(w -> source.bareData(w, 2)))).containsExactly(new ChunkRange(0, 2));
        assertThat(RawPeer.acks(source.say(w -> source.bareData(w, 3)))).containsExactly(new ChunkRange(0, 3));
    }

    @Test
    void keepsChunksThatCameBeforeTheirHashes() {
        RawPeer source = source(1);
        assertThat(RawPeer.acks(source.say(w -> source.bareData(w, 1)))).isEmpty();
        assertThat(RawPeer.acks(source.say(w -> source.bareData(w, 3)))).isEmpty();
        assertThat(RawPeer.acks(source.say(w -> source.data(w, 0))))
                .as("proves the chunk beside it")
                .endsWith(new ChunkRange(0, 1));
        assertThat(leecher.storedChunks()).isEqualTo(2);

        List<Message> heard = source.say(w -> {
            w.integrity(Bin.leaf(2), content.hash(Bin.leaf(2)), 0);
            source.bareData(w, 3);
        });
        assertThat(RawPeer.acks(heard)).as("sent again with its hash").contains(ChunkRange.of(3));
    }

    @Test
    void asksAgainForAChunkWhoseHashesDoNotCome() {
        RawPeer source = source(1);
        source.say(w -> source.data(w, 0));
        source.say(w -> source.bareData(w, 3));
        List<Message> meanwhile = source.hear(leecher.advance(Limits.EARLY_LIFE / 2));
        meanwhile.addAll(source.say(w -> source.data(w, 6)));
        meanwhile.addAll(source.hear(leecher.advance(Limits.EARLY_LIFE / 3)));
        assertThat(RawPeer.requests(meanwhile)).isNotEmpty().noneMatch(range -> range.contains(3));

        assertThat(RawPeer.requests(source.hear(leecher.advance(Limits.EARLY_LIFE / 3))))
                .anyMatch(range -> range.contains(3));
    }

    @Test
    @DisplayName("I13: who asks for a chunk a third time gets all hashes, whatever the network made of its HAVE")
    void sendsAllHashesToWhomeverAsksAgainAndAgain() {
        RawPeer peer = RawPeer.at(seeder, 1);
        peer.connect(w -> w.have(new ChunkRange(0, 6)));
        for (int time = 1; time <= 3; time++) {
            List<Message> heard = peer.say(w -> w.request(ChunkRange.of(3)));
            heard.addAll(peer.hear(seeder.advance(SOON)));
            assertThat(RawPeer.chunksOfData(heard)).as("time %d", time).containsExactly(3L);
            assertThat(RawPeer.only(Message.Integrity.class, heard).stream()
                            .map(Message.Integrity::bin)
                            .filter(bin -> bin == 4 || bin == 1))
                    .as("time %d", time)
                    .hasSize(time < 3 ? 0 : 2);
            peer.say(w -> w.ack(ChunkRange.of(3), 1_000));
        }
    }

    // --- silence

    @Test
    @DisplayName("R-3.12-1: a channel with nothing to say is kept alive")
    void sendsKeepAlives() {
        RawPeer peer = RawPeer.at(seeder, 1);
        peer.connect(w -> w.have(RawPeer.all(content)));
        for (int minute = 0; minute < 10; minute++) {
            List<Sent> sent = seeder.advance(60 * Limits.SECOND);
            assertThat(sent).as("minute %d", minute).isNotEmpty().allMatch(one -> one.bytes().length == 4);
            peer.say(w -> {});
        }
        assertThat(seeder.channels()).isEqualTo(1);
    }

    @Test
    @DisplayName("I-10: three minutes of silence and three datagrams in vain end a channel")
    void forgetsADeadPeer() {
        RawPeer peer = RawPeer.at(seeder, 1);
        peer.connect();
        seeder.advance(Limits.DEAD_AFTER - Limits.SECOND);
        assertThat(seeder.snapshot().channels()).hasSize(1);
        seeder.advance(60 * Limits.SECOND);
        assertThat(seeder.channels()).isZero();
        assertThat(seeder.advance(600 * Limits.SECOND)).isEmpty();
    }

    // --- disk

    @Test
    @DisplayName("the chunks of a request bin, in whatever order they come, are written at once; a lone one waits 1 ms")
    void writesWholeRequestBins() {
        Content large = counting(128 * 1_024);
        try (LoneEngine relay = LoneEngine.leecher(large)) {
            RawPeer source = RawPeer.at(relay, 1);
            source.connect(w -> w.have(RawPeer.all(large)));
            relay.advance(SOON);
            for (long i = 0; i < 64; i++) {
                assertThat(relay.writes()).isZero();
                long chunk = i * 37 % 64;
                relay.receive(source.address(), source.datagram(source.remoteChannel(), w -> source.data(w, chunk)));
            }
            assertThat(relay.writes()).isEqualTo(1);
            assertThat(relay.snapshot().verifiedChunks()).isEqualTo(64);

            relay.receive(source.address(), source.datagram(source.remoteChannel(), w -> source.data(w, 100)));
            relay.advance(Limits.WRITE_DELAY - 1);
            assertThat(relay.stored(100)).isFalse();
            relay.advance(1);
            assertThat(relay.stored(100)).isTrue();
        }
    }

    @Test
    @DisplayName("R25: a disk is told to be full once and to work again once, whatever still fits in between")
    void tellsOnceThatTheDiskIsFull() {
        RawPeer source = source(1);
        leecher.full(true);
        List<Message> heard = source.say(w -> source.data(w, 0));
        assertThat(RawPeer.acks(heard)).isEmpty();
        assertThat(storageEvents()).containsExactly(EngineEvent.StorageFailing.class);

        leecher.full(false);
        heard = source.say(w -> source.data(w, 1));
        assertThat(RawPeer.acks(heard)).containsExactly(ChunkRange.of(1));
        assertThat(storageEvents()).containsExactly(EngineEvent.StorageFailing.class);

        heard = source.hear(leecher.advance(Limits.STORAGE_RETRY + SOON));
        assertThat(RawPeer.requests(heard)).contains(ChunkRange.of(0));
        source.say(w -> source.data(w, 0));
        assertThat(storageEvents())
                .containsExactly(EngineEvent.StorageFailing.class, EngineEvent.StorageRecovered.class);
    }

    @Test
    @DisplayName("R25: hashes that did not fit on a full disk are computed again from the content")
    void servesChunksWhoseHashesWereLost() {
        try (LoneEngine torn = LoneEngine.seeder(counting(200 * 1_024))) {
            torn.tear(false);
            RawPeer peer = RawPeer.at(torn, 1);
            List<Message> heard = peer.connect(w -> w.request(new ChunkRange(0, 1)));
            assertThat(RawPeer.chunksOfData(heard)).containsExactlyInAnyOrder(0L, 1L);
            assertThat(torn.sawEvent(EngineEvent.ChunkLost.class)).isFalse();
        }
    }

    @Test
    @DisplayName("R25: chunks in memory can be proved when the hashes of their whole request bin leave it")
    void servesChunksThatWereReadBeforeTheirBinWasWhole() {
        Content large = counting(65 * 1_024);
        try (LoneEngine relay = LoneEngine.leecher(large)) {
            RawPeer source = RawPeer.at(relay, 1);
            source.connect(w -> w.have(RawPeer.all(large)));
            relay.advance(SOON);
            for (long chunk = 0; chunk < 64; chunk++) {
                long next = chunk;
                source.say(w -> source.data(w, next));
                if (chunk == 3) {
                    List<Message> early = RawPeer.at(relay, 2).connect(w -> w.request(new ChunkRange(0, 1)));
                    assertThat(RawPeer.chunksOfData(early)).contains(0L);
                }
            }
            List<Message> late = RawPeer.at(relay, 3).connect(w -> w.request(new ChunkRange(0, 1)));
            assertThat(RawPeer.chunksOfData(late)).containsExactlyInAnyOrder(0L, 1L);
        }
    }

    @Test
    @DisplayName("T27: content that does not have its hash any more is lost, and not asked for for ever")
    void givesUpChunksThatMatchNoHash() {
        try (LoneEngine torn = LoneEngine.seeder(counting(200 * 1_024))) {
            torn.tear(true);
            RawPeer peer = RawPeer.at(torn, 1);
            List<Message> heard = peer.connect(w -> w.request(new ChunkRange(0, 1)));
            assertThat(RawPeer.chunksOfData(heard)).isEmpty();
            assertThat(torn.sawEvent(EngineEvent.ChunkLost.class)).isTrue();
            assertThat(torn.snapshot().verifiedChunks()).isEqualTo(200 - 64);
        }
    }

    private List<Class<?>> storageEvents() {
        List<Class<?>> kinds = new ArrayList<>();
        for (EngineEvent event : leecher.events()) {
            if (event instanceof EngineEvent.StorageFailing || event instanceof EngineEvent.StorageRecovered) {
                kinds.add(event.getClass());
            }
        }
        return kinds;
    }
}
