package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.congestion.LedbatProfile;
import org.ppspp.engine.LoneEngine.Sent;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.traces.Trace;
import org.ppspp.traces.Trace.Packet;
import org.ppspp.wire.Message;

/** Captured conversations of two libswifts, with our engine in the place of one of them. */
class LibswiftReplayTest {
    private static final EngineConfig ONLY_LIBSWIFT = new EngineConfig(
            50, 0, 0, EngineConfig.DEFAULT_MAX_DATAGRAM_BYTES, 4 << 20, LedbatProfile.DEFAULT, Dialect.LIBSWIFT);

    private static Content content(int length, int chunkSize) {
        return new Content(Trace.content(length), chunkSize, HashFunction.SHA1);
    }

    private static List<Packet> between(String name, String one, String other) {
        return Trace.read("libswift/" + name).packets().stream()
                .filter(p -> Set.of(p.from(), p.to()).equals(Set.of(one, other)))
                .toList();
    }

    private static LoneEngine leecher(Content content) {
        return LoneEngine.of(content, false, ONLY_LIBSWIFT, new SplittableRandom(7574));
    }

    @ParameterizedTest
    @CsvSource({
        "a_small, 7668, 1024",
        "a2_7162, 7162, 1024",
        "a3_300, 300, 1024",
        "b_100, 102400, 1024",
        "b2_100_8k, 102400, 8192",
        "c1_keepalive_close, 7668, 1024",
        "c2_keepalive_dead, 7668, 1024",
        "d2_pex_small, 153677, 1024"
    })
    @DisplayName(
            "libswift downloads from us: all it asked for leaves, each chunk behind the hashes that it lacks for it")
    void servesLibswift(String name, int length, int chunkSize) {
        Content content = content(length, chunkSize);
        Frailties frailties = new Frailties(content);
        Knowledge peer = new Knowledge(content);
        List<Packet> packets = between(name, "A", "B");
        try (LoneEngine seeder = LoneEngine.seeder(content)) {
            Replay replay = new Replay(seeder, "A", packets, (datagram, messages) -> {
                frailties.spareLibswift(datagram, messages);
                peer.hear(messages);
            });
            Set<Long> wanted = new HashSet<>();
            for (Packet packet : packets) {
                if (packet.from().equals("B")) {
                    for (Message message : replay.read(packet.bytes())) {
                        if (message instanceof Message.Request request) {
                            request(wanted, request.chunks(), content);
                        }
                    }
                }
            }
            replay.play();
            assertThat(wanted).isNotEmpty();
            assertThat(replay.given()).isEqualTo(wanted);
            assertThat(seeder.counters().malformed()).isZero();
            assertThat(seeder.channels())
                    .as("channels after B's goodbye, or its long silence")
                    .isZero();
        }
    }

    private static void request(Set<Long> wanted, ChunkRange range, Content content) {
        for (long chunk = range.first(); chunk <= Math.min(range.last(), content.chunkCount() - 1); chunk++) {
            wanted.add(chunk);
        }
    }

    /** What a receiver has proven so far: peaks stand by themselves, and whatever leads up to a proven node is proven too. */
    private static final class Knowledge {
        private final Content content;
        private final Set<Long> proven = new HashSet<>();

        Knowledge(Content content) {
            this.content = content;
        }

        void hear(List<Message> messages) {
            Set<Long> offered = new HashSet<>(proven);
            for (Message message : messages) {
                if (message instanceof Message.Integrity integrity) {
                    assertThat(integrity.hash()).isEqualTo(content.hash(integrity.bin()));
                    offered.add(integrity.bin());
                    // libswift keeps what it is told until it has a use for it.
                    proven.add(integrity.bin());
                } else if (message instanceof Message.Data data) {
                    prove(data.chunk(), offered);
                }
            }
        }

        private void prove(long chunk, Set<Long> offered) {
            long bin = Bin.leaf(chunk);
            while (!offered.contains(bin)) {
                assertThat(offered)
                        .as("the uncle of %d on the way up from chunk %d", bin, chunk)
                        .contains(Bin.sibling(bin));
                proven.add(bin);
                bin = Bin.parent(bin);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a_small, 7668, 1024",
        "a2_7162, 7162, 1024",
        "a3_300, 300, 1024",
        "b_100, 102400, 1024",
        "b2_100_8k, 102400, 8192",
        "c2_keepalive_dead, 7668, 1024"
    })
    @DisplayName("we download from libswift: every chunk is verified with the hashes that it sent")
    void downloadsFromLibswift(String name, int length, int chunkSize) {
        Content content = content(length, chunkSize);
        Frailties frailties = new Frailties(content);
        try (LoneEngine leecher = leecher(content)) {
            Replay replay = new Replay(leecher, "B", between(name, "A", "B"), frailties::spareLibswift);
            replay.play();
            leecher.advance(Limits.SECOND);
            assertThat(leecher.storedChunks()).isEqualTo((int) content.chunkCount());
            assertThat(leecher.sawEvent(EngineEvent.Completed.class)).isTrue();
            assertThat(leecher.counters().malformed()).isZero();
            assertThat(RawPeer.acks(replay.said())).as("an ACK for every chunk").hasSizeGreaterThanOrEqualTo((int)
                    content.chunkCount());
        }
    }

    @Test
    @DisplayName("a peer that leaves our opening unanswered is sent libswift's own, the same but for the channel")
    void opensAsLibswiftDoes() {
        Content content = content(7_668, 1_024);
        byte[] original = between("a_small", "A", "B").get(0).bytes();
        try (LoneEngine leecher = LoneEngine.leecher(content)) {
            List<Sent> sent = leecher.meet(RawPeer.address(1));
            sent.addAll(leecher.advance(Limits.HANDSHAKE_RETRY << Limits.HANDSHAKE_TRIES_BEFORE_SECOND_DIALECT));
            assertThat(sent).anySatisfy(opening -> {
                byte[] bytes = opening.bytes().clone();
                System.arraycopy(original, 5, bytes, 5, Integer.BYTES);
                assertThat(bytes).isEqualTo(original);
            });
        }
    }

    @Test
    @DisplayName("libswift's handshakes from before the RFC get no answer; those of the draft do")
    void ignoresTheLegacyHandshake() {
        Content content = content(7_668, 1_024);
        try (LoneEngine seeder = LoneEngine.seeder(content)) {
            for (Packet packet : Trace.read("libswift/c3_noreply").packets()) {
                List<Sent> answer = seeder.receive(RawPeer.address(1), packet.bytes());
                assertThat(answer).hasSize(packet.handshake() ? 1 : 0);
            }
            assertThat(seeder.counters().malformed()).isEqualTo(30);
            assertThat(seeder.channels()).isZero();
        }
    }
}
