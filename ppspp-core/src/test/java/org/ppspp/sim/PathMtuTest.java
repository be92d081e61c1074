package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.TransportAddress;

/** Paths that carry less than we would send (threat T29, rule R28; RFC 7574 §8.1). */
class PathMtuTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int ETHERNET = 1_452;
    private static final int NARROW = 1_240;
    private static final int SAFE = EngineConfig.DEFAULT_MAX_DATAGRAM_BYTES;

    /** Enough loss that each chunk brings all its hashes, and most of them do not fit the usual datagram. */
    private static final LinkFaults LOSSY = new LinkFaults(20_000_000, 0, 0.03, 0, 0, 2_000_000, 200_000);

    private static final LinkFaults CLEAN = new LinkFaults(20_000_000, 0, 0, 0, 0, 2_000_000, 200_000);

    private final Content content =
            new Content(new SplittableRandom(28), 3_000 * 1_024 - 100, 1_024, HashFunction.SHA256);

    private List<SimPeer> peers = List.of();

    @AfterEach
    void everyoneLeaves() {
        peers.forEach(SimPeer::stop);
    }

    private SimPeer pair(Simulation simulation) {
        SwarmMetadata metadata = content.metadata(true, ChunkAddressing.CHUNK_RANGES_32);
        Set<TransportAddress> honest = new HashSet<>();
        SimPeer seeder = new SimPeer(simulation, content, metadata, EngineConfig.defaults(), 0, true, honest);
        SimPeer leecher = new SimPeer(simulation, content, metadata, EngineConfig.defaults(), 1, true, honest);
        seeder.disk().fill();
        peers.forEach(SimPeer::stop);
        peers = List.of(seeder, leecher);
        seeder.start();
        leecher.start();
        leecher.meet(PeerOrigin.TRACKER, List.of(seeder.address()));
        return leecher;
    }

    /** How long a transfer takes over a path that carries datagrams of {@code bytes}, in virtual nanoseconds. */
    private long transfer(Simulation simulation, int bytes) {
        simulation.carryAtMost(bytes);
        SimPeer leecher = pair(simulation);
        long began = simulation.now();
        assertThat(simulation.run(300 * SECOND, leecher::complete)).isTrue();
        return simulation.now() - began;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    @DisplayName("R-8.1-1: no datagram is longer than an Ethernet carries, and long ones are used where they arrive")
    void usesLongDatagramsWhereTheyArrive(long seed) {
        Simulation simulation = new Simulation(seed, LOSSY);
        transfer(simulation, ETHERNET);
        assertThat(simulation.longestSent()).isBetween(SAFE + 1, ETHERNET);
        assertThat(simulation.swallowed()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    @DisplayName("T29, R28: where long datagrams vanish, a few are lost and the transfer is at most a quarter slower")
    void completesThroughABlackHole(long seed) {
        for (LinkFaults link : List.of(CLEAN, LOSSY)) {
            long wide = transfer(new Simulation(seed, link), ETHERNET);
            Simulation simulation = new Simulation(seed, link);
            long narrow = transfer(simulation, NARROW);
            // Three for each channel; loss makes a peer start a new one now and then.
            assertThat(simulation.swallowed()).as("seed %d", seed).isBetween(link.lossRate() > 0 ? 1L : 0L, 12L);
            assertThat(narrow).as("seed %d", seed).isLessThanOrEqualTo(wide * 5 / 4);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    @DisplayName("T29, R28: a path that gets narrower on the way is noticed")
    void noticesThatThePathGotNarrower(long seed) {
        Simulation simulation = new Simulation(seed, LOSSY);
        simulation.carryAtMost(ETHERNET);
        SimPeer leecher = pair(simulation);
        simulation.run(SECOND, () -> false);
        assertThat(simulation.longestSent()).as("seed %d: before", seed).isGreaterThan(NARROW);
        simulation.carryAtMost(NARROW);
        assertThat(simulation.run(300 * SECOND, leecher::complete)).isTrue();
        assertThat(simulation.swallowed()).as("seed %d", seed).isBetween(1L, 60L);
    }
}
