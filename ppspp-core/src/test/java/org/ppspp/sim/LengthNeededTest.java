package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.TransportAddress;

/** A leecher that does not know the length, and a PyPPSPP that has everything and proves nothing. */
class LengthNeededTest {
    private static final long SECOND = 1_000_000_000L;

    private final Simulation simulation = new Simulation(1, LinkFaults.none());
    private final Content content = new Content(new SplittableRandom(1), 20 * 1_024, 1_024, HashFunction.SHA1);
    private final Set<TransportAddress> honest = new HashSet<>();
    private final SimPeer leecher = peer(0);
    private final ModelPyppspp python = new ModelPyppspp(simulation, content, SimPeer.socket(1), honest);

    private SimPeer peer(int number) {
        return new SimPeer(
                simulation,
                content,
                content.metadata(false, ChunkAddressing.CHUNK_RANGES_32),
                EngineConfig.defaults(),
                number,
                true,
                honest);
    }

    private void begin() {
        python.fill();
        python.start();
        leecher.start();
        python.introduce(leecher);
    }

    private long told() {
        return leecher.events().stream()
                .filter(EngineEvent.LengthNeeded.class::isInstance)
                .count();
    }

    @AfterEach
    void everyoneLeaves() {
        leecher.stop();
        python.stop();
    }

    @Test
    void isToldOnceAndNotAtOnce() {
        begin();
        simulation.run(9 * SECOND, () -> false);
        assertThat(told()).isZero();
        simulation.run(5 * SECOND, () -> false);
        assertThat(told()).isOne();
        simulation.run(60 * SECOND, () -> false);
        assertThat(told()).isOne();
    }

    @Test
    void isNotToldWhereAnotherPeerProvesTheLength() {
        SimPeer seeder = peer(2);
        seeder.disk().fill();
        seeder.start();
        begin();
        leecher.meet(PeerOrigin.TRACKER, List.of(seeder.address()));
        assertThat(simulation.run(30 * SECOND, leecher::complete)).isTrue();
        simulation.run(30 * SECOND, () -> false);
        assertThat(told()).isZero();
        seeder.stop();
    }
}
