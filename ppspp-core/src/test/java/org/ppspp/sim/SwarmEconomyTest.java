package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.TransportAddress;

/** What a transfer costs where nothing goes wrong. */
class SwarmEconomyTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int CHUNK_SIZE = 1_024;

    private final List<SimPeer> peers = new ArrayList<>();

    @AfterEach
    void everyoneLeaves() {
        peers.forEach(SimPeer::stop);
    }

    /** A seeder that sends no more than {@code maxUpload} bytes a second, 0 for no limit, and {@code leechers} others. */
    private void gather(Simulation simulation, Content content, int leechers, long maxUpload) {
        SwarmMetadata metadata = content.metadata(true, ChunkAddressing.CHUNK_RANGES_32);
        Set<TransportAddress> honest = new HashSet<>();
        for (int i = 0; i <= leechers; i++) {
            peers.add(new SimPeer(
                    simulation, content, metadata, SimPeer.uploading(i == 0 ? maxUpload : 0), i, true, honest));
        }
        peers.get(0).disk().fill();
        for (SimPeer peer : peers) {
            List<TransportAddress> before = peers.subList(0, peers.indexOf(peer)).stream()
                    .map(SimPeer::address)
                    .toList();
            peer.start();
            peer.meet(PeerOrigin.TRACKER, before);
        }
    }

    private static SwarmSnapshot snapshot(SimPeer peer) {
        return Objects.requireNonNull(peer.snapshot());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aSlowSeederSendsFarLessThanItsLeechersReceive(long seed) {
        Simulation simulation = new Simulation(seed, LinkFaults.none());
        Content content =
                new Content(new SplittableRandom(seed), 1_024 * CHUNK_SIZE - 100, CHUNK_SIZE, HashFunction.SHA256);
        gather(simulation, content, 8, 200_000);
        boolean done = simulation.run(
                300 * SECOND, () -> peers.stream().allMatch(peer -> peer.disk().complete()));

        assertThat(done).as("seed %d: everyone completes", seed).isTrue();
        assertThat(snapshot(peers.get(0)).sentBytes())
                .as("seed %d: bytes sent by the seeder for eight copies", seed)
                .isLessThanOrEqualTo(content.layout().lengthBytes() * 5 / 2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aPairInALocalNetworkWastesNothing(long seed) {
        LinkFaults gigabit = new LinkFaults(100_000, 0, 0, 0, 0, 125_000_000, 1 << 20);
        Simulation simulation = new Simulation(seed, gigabit);
        Content content =
                new Content(new SplittableRandom(seed), 3_000 * CHUNK_SIZE - 100, CHUNK_SIZE, HashFunction.SHA256);
        gather(simulation, content, 1, 0);
        SimPeer seeder = peers.get(0);
        SimPeer leecher = peers.get(1);
        assertThat(simulation.run(60 * SECOND, leecher::complete)).isTrue();
        simulation.run(3 * SECOND, () -> false);

        long length = content.layout().lengthBytes();
        assertThat(snapshot(seeder).channels())
                .as("seed %d: nothing is declared lost", seed)
                .singleElement()
                .matches(channel -> channel.lostDatagrams() == 0);
        assertThat(snapshot(leecher).duplicateChunks())
                .as("seed %d: duplicates", seed)
                .isZero();
        assertThat(snapshot(leecher).receivedBytes()).as("seed %d: DATA", seed).isEqualTo(length);
        assertThat((double) (snapshot(seeder).wireSentBytes()
                                + snapshot(leecher).wireSentBytes())
                        / length)
                .as("seed %d: bytes of both directions for one byte of content", seed)
                .isBetween(1.0, 1.15);
    }
}
