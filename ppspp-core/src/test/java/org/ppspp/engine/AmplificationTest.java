package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.LoneEngine.Sent;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.TransportAddress;

/**
 * Datagrams with forged source addresses: the engine must be no lever against whoever sits there, and must not be filled
 * by them (RFC 7574 §12.1; threats T1 and T3).
 */
class AmplificationTest {
    private static final int DATAGRAMS = 120_000;
    private static final long SEED = 12_011;

    private static Content content(HashFunction function) {
        return new Content(new SplittableRandom(3), 100 * 512, 512, function);
    }

    @Test
    @DisplayName(
            "T1, R1: never more bytes or datagrams to an unproven address than came from it, and none of them later")
    void sendsNoMoreThanItReceived() {
        for (ChunkAddressing addressing : ChunkAddressing.values()) {
            for (HashFunction function : List.of(HashFunction.SHA1, HashFunction.SHA256)) {
                check(addressing, function, DATAGRAMS / 10);
            }
        }
    }

    private static void check(ChunkAddressing addressing, HashFunction function, int datagrams) {
        SplittableRandom random = new SplittableRandom(SEED);
        Map<TransportAddress, Long> balance = new HashMap<>();
        int answers = 0;
        try (LoneEngine engine = LoneEngine.seeder(content(function), addressing)) {
            scatter(engine);
            for (int i = 0; i < datagrams; i++) {
                String which = "seed %d, %s, %s, datagram %d".formatted(SEED, addressing, function, i);
                RawPeer victim = RawPeer.at(engine, random.nextInt(1, 2_000));
                byte[] datagram = forged(random, victim);
                List<Sent> sent = engine.receive(victim.address(), datagram);
                assertThat(sent).as(which).hasSizeLessThanOrEqualTo(1);
                for (Sent answer : sent) {
                    answers++;
                    assertThat(answer.to()).as(which).isEqualTo(victim.address());
                    assertThat(answer.bytes()).as(which).hasSizeLessThanOrEqualTo(datagram.length);
                }
                int out =
                        sent.stream().mapToInt(answer -> answer.bytes().length).sum();
                balance.merge(victim.address(), (long) datagram.length - out, Long::sum);
                assertThat(engine.advance(random.nextLong(20 * Limits.MILLISECOND)))
                        .as(which)
                        .isEmpty();
            }
            assertThat(engine.advance(100 * Limits.SECOND)).isEmpty();
            assertThat(engine.halfOpen()).isZero();
            assertThat(engine.channels()).isZero();
        }
        assertThat(balance.values()).allMatch(bytes -> bytes >= 0);
        assertThat(answers).as("openings that were answered").isGreaterThan(datagrams / 100);
    }

    /** Makes the engine's content a patchwork, so that it has many ranges to announce. */
    private static void scatter(LoneEngine engine) {
        Swarm swarm = Objects.requireNonNull(engine.engine().swarm(engine.swarmId()));
        for (long chunk = 1; chunk < engine.content().chunkCount(); chunk += 3) {
            swarm.have().clear(chunk, chunk);
        }
    }

    /** An opening as it should be, shortened, lengthened or changed; or noise. */
    private static byte[] forged(SplittableRandom random, RawPeer victim) {
        int messages = random.nextInt(4) == 0 ? random.nextInt(60) : random.nextInt(3);
        byte[] opening = random.nextInt(3) == 0
                ? bare(victim)
                : victim.opening(w -> {
                    for (int i = 0; i < messages; i++) {
                        if (random.nextBoolean()) {
                            w.request(new ChunkRange(0, 99));
                        } else {
                            w.have(ChunkRange.of(random.nextInt(100)));
                        }
                    }
                });
        switch (random.nextInt(6)) {
            case 0 -> opening[random.nextInt(opening.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> opening = Arrays.copyOf(opening, random.nextInt(opening.length + 1));
            case 2 -> {
                opening = new byte[random.nextInt(80)];
                random.nextBytes(opening);
            }
            default -> {}
        }
        return opening;
    }

    /** The shortest opening there is: without the bitmap of supported messages. */
    private static byte[] bare(RawPeer victim) {
        byte[] full = victim.opening(w -> {});
        byte[] shorter = new byte[full.length - 4];
        int bitmap = full.length - 10;
        System.arraycopy(full, 0, shorter, 0, bitmap);
        System.arraycopy(full, bitmap + 4, shorter, bitmap, full.length - bitmap - 4);
        return shorter;
    }

    @Test
    @DisplayName("T1: a short repetition of a long opening does not draw the long answer again")
    void answersAShorterRepetitionWithNoMore() {
        try (LoneEngine engine = LoneEngine.seeder(content(HashFunction.SHA1), ChunkAddressing.CHUNK_RANGES_64)) {
            scatter(engine);
            RawPeer victim = RawPeer.at(engine, 1);
            byte[] longer = victim.opening(w -> {
                for (int i = 0; i < 20; i++) {
                    w.have(ChunkRange.of(i));
                }
            });
            int first = engine.receive(victim.address(), longer).get(0).bytes().length;
            byte[] shorter = bare(victim);
            assertThat(first).isGreaterThan(shorter.length);
            assertThat(engine.receive(victim.address(), shorter))
                    .allMatch(answer -> answer.bytes().length <= shorter.length);
            assertThat(engine.receive(victim.address(), longer)).hasSize(1);
        }
    }

    @Test
    @DisplayName("T3: five thousand forged handshakes fill a table and nothing else, and an honest peer gets in")
    void letsAnHonestPeerInThroughAFlood() {
        try (LoneEngine engine = LoneEngine.seeder(content(HashFunction.SHA256))) {
            RawPeer honest = new RawPeer(engine, RawPeer.address((byte) 9, (byte) 9, (byte) 9, (byte) 9), 77);
            for (int i = 0; i < 5_000; i++) {
                if (i == 4_500) {
                    honest.open();
                }
                RawPeer forged = RawPeer.at(engine, i);
                engine.receive(forged.address(), forged.opening(w -> {}));
                assertThat(engine.halfOpen()).isLessThanOrEqualTo(Limits.HALF_OPEN);
            }
            assertThat(engine.halfOpen()).isEqualTo(Limits.HALF_OPEN);
            assertThat(engine.channels()).isZero();
            assertThat(RawPeer.chunksOfData(honest.say(w -> w.request(ChunkRange.of(5)))))
                    .containsExactly(5L);
            engine.advance(11 * Limits.SECOND);
            assertThat(engine.halfOpen()).isZero();
            assertThat(engine.channels()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("T3, T4: one host or network opens only a few channels at once, unless it is a private one")
    void boundsWhatOneNetworkHasHalfOpen() {
        try (LoneEngine engine = LoneEngine.seeder(content(HashFunction.SHA256))) {
            List<Integer> sizes = new ArrayList<>();
            for (int host = 1; host <= 20; host++) {
                TransportAddress address = RawPeer.address((byte) 60, (byte) 1, (byte) 1, (byte) host);
                for (int i = 0; i < 20; i++) {
                    RawPeer forged = new RawPeer(engine, address, 100 * host + i);
                    engine.receive(address, forged.opening(w -> {}));
                }
                sizes.add(engine.halfOpen());
            }
            assertThat(sizes.get(0)).isEqualTo(Limits.HALF_OPEN_PER_HOST);
            assertThat(sizes.get(19)).isEqualTo(Limits.HALF_OPEN_PER_NETWORK);
            TransportAddress atHome = RawPeer.address((byte) 192, (byte) 168, (byte) 1, (byte) 2);
            for (int i = 0; i < 20; i++) {
                engine.receive(atHome, new RawPeer(engine, atHome, i + 1).opening(w -> {}));
            }
            assertThat(engine.halfOpen()).isEqualTo(Limits.HALF_OPEN_PER_NETWORK + 20);
        }
    }

    @Test
    @DisplayName("T4: an attacker with many addresses fills half of the places of the swarm and no more")
    void boundsTheChannelsOfOneSwarm() {
        try (LoneEngine engine = LoneEngine.seeder(content(HashFunction.SHA256))) {
            Set<Integer> channels = new HashSet<>();
            for (int i = 0; i < 300; i++) {
                RawPeer peer = RawPeer.at(engine, i);
                peer.open();
                if (peer.remoteChannel() != 0) {
                    peer.say(w -> {});
                    channels.add(peer.remoteChannel());
                }
            }
            assertThat(engine.channels()).isEqualTo(EngineConfig.defaults().maxPeersPerSwarm() / 2);
            assertThat(channels).hasSize(engine.channels());
        }
    }
}
