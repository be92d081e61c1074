package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.congestion.LedbatProfile;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.TransportAddress;

/** Peers that are of no use, more of them than a peer has channels (rule R4). */
class FloodSimulationTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int CHANNELS = 8;
    private static final int IDLERS = 30;

    private final List<SimPeer> peers = new ArrayList<>();

    @AfterEach
    void everyoneLeaves() {
        peers.forEach(SimPeer::stop);
    }

    /** What a peer noted, and when. */
    private record Dismissal(TransportAddress whom, long at) {}

    private final class Flood {
        final Simulation simulation;
        final Content content;
        final SimPeer seeder;
        final SimPeer leecher;
        final List<Idler> idlers = new ArrayList<>();

        Flood(long seed) {
            simulation = new Simulation(seed, new LinkFaults(20_000_000, 5_000_000, 0, 0, 0, 0, 0));
            content = new Content(new SplittableRandom(seed), 500 * 1_024, 1_024, HashFunction.SHA256);
            seeder = join(1);
            seeder.disk().fill();
            leecher = join(0);
            for (int i = 0; i < IDLERS; i++) {
                idlers.add(new Idler(
                        simulation, content.metadata(true, ChunkAddressing.CHUNK_RANGES_32), SimPeer.socket(10 + i)));
            }
            peers.forEach(SimPeer::start);
        }

        private SimPeer join(int number) {
            EngineConfig config = new EngineConfig(
                    CHANNELS, 0, 0, EngineConfig.DEFAULT_MAX_DATAGRAM_BYTES, 1 << 20, LedbatProfile.DEFAULT, null);
            SimPeer peer = new SimPeer(
                    simulation,
                    content,
                    content.metadata(true, ChunkAddressing.CHUNK_RANGES_32),
                    config,
                    number,
                    true,
                    new HashSet<>());
            peers.add(peer);
            return peer;
        }

        int connected() {
            return Objects.requireNonNull(leecher.snapshot()).channels().size();
        }

        boolean completesWithin(long nanos) {
            return simulation.run(nanos, leecher::complete);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @DisplayName("whoever comes and is silent does not keep a seeder out that a tracker names")
    void aFloodFromOutsideLeavesRoomForThoseWhoAreNamed(long seed) {
        Flood flood = new Flood(seed);
        flood.idlers.forEach(idler -> idler.open(flood.leecher.address()));
        flood.simulation.run(3 * SECOND, () -> false);
        assertThat(flood.connected()).isEqualTo(CHANNELS / 2);

        flood.leecher.meet(PeerOrigin.TRACKER, List.of(flood.seeder.address()));
        assertThat(flood.completesWithin(20 * SECOND)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @DisplayName("a house full of silent peers gives them up, one in ten seconds, until a seeder is among them")
    void aFullHouseReplacesOneInTenSeconds(long seed) {
        Flood flood = new Flood(seed);
        flood.leecher.meet(
                PeerOrigin.TRACKER, flood.idlers.stream().map(Idler::address).toList());
        flood.simulation.run(5 * SECOND, () -> false);
        assertThat(flood.connected()).isEqualTo(CHANNELS);
        flood.leecher.meet(PeerOrigin.TRACKER, List.of(flood.seeder.address()));

        List<Dismissal> dismissed = new ArrayList<>();
        flood.simulation.invariant(() -> note(flood, dismissed));
        assertThat(flood.completesWithin(400 * SECOND)).isTrue();
        assertThat(dismissed).hasSizeGreaterThanOrEqualTo(IDLERS - CHANNELS);
        assertThat(dismissed.get(0).at()).isGreaterThanOrEqualTo(60 * SECOND);
        for (int i = 1; i < dismissed.size(); i++) {
            assertThat(dismissed.get(i).at() - dismissed.get(i - 1).at()).isGreaterThanOrEqualTo(10 * SECOND);
        }
    }

    private static void note(Flood flood, List<Dismissal> dismissed) {
        List<EngineEvent.PeerLost> lost = flood.leecher.events().stream()
                .filter(EngineEvent.PeerLost.class::isInstance)
                .map(EngineEvent.PeerLost.class::cast)
                .toList();
        for (EngineEvent.PeerLost peer : lost.subList(dismissed.size(), lost.size())) {
            dismissed.add(new Dismissal(peer.address(), flood.simulation.now()));
        }
    }
}
