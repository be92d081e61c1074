package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.congestion.LedbatProfile;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.ExchangeConfig;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.TransportAddress.Transport;

/** Peer exchange in swarms: what it is for, and what T18's attackers make of it (rule R18). */
class PexSimulationTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int PORT = 6778;
    private static final int ECLIPSE_SEEDS = Integer.getInteger("ppspp.sim.eclipses", 200);

    private final List<SimPeer> peers = new ArrayList<>();

    @AfterEach
    void everyoneLeaves() {
        peers.forEach(SimPeer::stop);
    }

    private static EngineConfig config(int maxPeers, long maxUpload) {
        return new EngineConfig(
                maxPeers, maxUpload, 0, EngineConfig.DEFAULT_MAX_DATAGRAM_BYTES, 1 << 20, LedbatProfile.DEFAULT, null);
    }

    /** An address of the Internet, in a /24 of its own. */
    private static InetSocketAddress publicSocket(int number, int port) {
        try {
            byte[] raw = {(byte) (60 + (number >> 8)), (byte) number, 1, 1};
            return new InetSocketAddress(InetAddress.getByAddress(raw), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private SimPeer join(Simulation simulation, Content content, int number, EngineConfig config) {
        SwarmMetadata metadata = content.metadata(true, ChunkAddressing.CHUNK_RANGES_32);
        SimPeer peer =
                new SimPeer(simulation, content, metadata, config, publicSocket(number, PORT), true, new HashSet<>());
        peer.exchange(ExchangeConfig.addresses(Transport.UDP));
        peers.add(peer);
        return peer;
    }

    // --- what it is for

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aSwarmWithoutATrackerOutlivesThePeersThatConnectIt(long seed) {
        Simulation simulation = new Simulation(seed, new LinkFaults(20_000_000, 5_000_000, 0.01, 0, 0, 0, 0));
        Content content = new Content(new SplittableRandom(seed), 2_000 * 1_024, 1_024, HashFunction.SHA256);
        for (int i = 0; i <= 8; i++) {
            SimPeer peer = join(simulation, content, i, config(50, i == 0 ? 30_000 : 0));
            if (i == 0) {
                peer.disk().fill();
            }
            peer.start();
            if (i > 0) {
                peer.meet(PeerOrigin.USER, List.of(peers.get(i - 1).address()));
            }
        }
        simulation.run(40 * SECOND, () -> false);
        peers.get(4).crash();
        List<SimPeer> others = new ArrayList<>(peers.subList(1, 9));
        others.remove(peers.get(4));

        boolean done = simulation.run(
                400 * SECOND, () -> others.stream().allMatch(peer -> peer.disk().complete()));
        assertThat(done)
                .as("seed %d: those behind the missing link complete", seed)
                .isTrue();
    }

    // --- T18: a victim

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 40", "4, 40"})
    @DisplayName(
            "T18: 10 attackers feed a victim to 30 peers: each sends it at most 3 datagrams a minute, and none after 3 tries")
    void peersDoNotFloodWhomAttackersName(long seed, int ports) {
        Simulation simulation = new Simulation(seed, LinkFaults.none());
        Content content = new Content(new SplittableRandom(seed), 20 * 1_024, 1_024, HashFunction.SHA256);
        List<TransportAddress> hit = new ArrayList<>();
        for (int i = 0; i < ports; i++) {
            hit.add(TransportAddress.udp(publicSocket(999, 2_000 + i)));
        }
        PexVictim victim = new PexVictim(simulation, hit);
        RandomGenerator random = new SplittableRandom(seed);
        List<TransportAddress> liars = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            PexLiar liar = new PexLiar(
                    simulation,
                    content.metadata(true, ChunkAddressing.CHUNK_RANGES_32),
                    publicSocket(500 + i, PORT),
                    () -> hit.get(random.nextInt(hit.size())).socket());
            liars.add(liar.address());
        }
        for (int i = 0; i < 30; i++) {
            SimPeer peer = join(simulation, content, i, config(50, 0));
            peer.start();
            peer.meet(PeerOrigin.TRACKER, liars);
        }
        simulation.run(1_500 * SECOND, () -> false);

        assertThat(victim.arrivals()).as("every peer believes it at first").hasSize(30);
        victim.arrivals().forEach((peer, times) -> {
            for (int i = 3; i < times.size(); i++) {
                assertThat(times.get(i) - times.get(i - 3))
                        .as("%s: four datagrams in %s", peer, times)
                        .isGreaterThanOrEqualTo(59 * SECOND);
            }
            assertThat(times).as("three tries of %s", peer).hasSizeLessThanOrEqualTo(9);
        });
    }

    // --- T18: eclipse

    @Test
    @DisplayName(
            "T18: four of five addresses of PEX are the attacker's, half of the tracker's are honest: one honest link always")
    void aPeerIsNeverEclipsedByHearsay() {
        for (long seed = 1; seed <= ECLIPSE_SEEDS; seed++) {
            assertThat(honestLinks(seed)).as("seed %d: honest links", seed).isPositive();
            everyoneLeaves();
            peers.clear();
        }
    }

    private int honestLinks(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        Simulation simulation =
                new Simulation(seed, new LinkFaults(20_000_000, 20_000_000, random.nextDouble() * 0.2, 0, 0, 0, 0));
        Content content = new Content(random, 20 * 1_024, 1_024, HashFunction.SHA256);
        SwarmMetadata metadata = content.metadata(true, ChunkAddressing.CHUNK_RANGES_32);
        List<InetSocketAddress> all = new ArrayList<>();
        List<TransportAddress> tracker = new ArrayList<>();
        Set<TransportAddress> honest = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            PexLiar liar = new PexLiar(
                    simulation, metadata, publicSocket(500 + i, PORT), () -> all.get(random.nextInt(all.size())));
            all.add(liar.address().socket());
            if (i < 5) {
                tracker.add(liar.address());
            }
        }
        // The attackers that the tracker names may have theirs: rule R18 is about the rest.
        int slots = 6 + random.nextInt(20);
        for (int i = 1; i <= 10; i++) {
            SimPeer peer = join(simulation, content, i, config(50, 0));
            all.add(peer.address().socket());
            honest.add(peer.address());
            if (i <= 5) {
                tracker.add(peer.address());
            }
            // The attackers are there first.
            simulation.after(random.nextLong(60 * SECOND), peer::start);
        }
        SimPeer target = join(simulation, content, 0, config(slots, 0));
        target.start();
        for (int minute = 0; minute < 5; minute++) {
            Collections.shuffle(tracker, new Random(random.nextLong()));
            target.meet(PeerOrigin.TRACKER, tracker);
            simulation.run(60 * SECOND, () -> false);
        }
        return (int) Objects.requireNonNull(target.snapshot()).channels().stream()
                .filter(channel -> honest.contains(channel.address()))
                .count();
    }
}
