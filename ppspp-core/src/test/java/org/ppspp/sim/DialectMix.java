package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.ppspp.congestion.LedbatProfile;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.TransportAddress;

/**
 * A swarm of our peers, PyPPSPPs and libswifts, drawn from one seed. The older programs do not know each other: what goes from
 * one to another goes through ours. First datagrams get lost, connections break and ours crash; then everyone must complete.
 */
final class DialectMix implements Scenario {
    private static final long SECOND = 1_000_000_000L;
    private static final long FAULTY_PHASE = 4 * SECOND;
    private static final long CALM_PHASE = 300 * SECOND;
    private static final int CHUNK_SIZE = 1_024;

    private final Simulation simulation;
    private final Content content;
    private final List<SimPeer> ours = new ArrayList<>();
    private final List<ModelPyppspp> pythons = new ArrayList<>();
    private final List<ModelSwift> swifts = new ArrayList<>();
    private final LinkFaults faults;
    private final int transports;
    private final String description;

    DialectMix(long seed) {
        RandomGenerator random = new SplittableRandom(seed ^ 0xd1a1ec7L);
        boolean perfect = random.nextInt(4) == 0;
        faults = perfect
                ? new LinkFaults(100_000 + random.nextLong(100_000_000), 0, 0, 0, 0, 0, 0)
                : new LinkFaults(
                        100_000 + random.nextLong(100_000_000),
                        random.nextInt(3) == 0 ? random.nextLong(30_000_000) + 1 : 0,
                        random.nextDouble() * 0.1,
                        random.nextDouble() * 0.1,
                        0,
                        random.nextInt(4) == 0 ? 200_000 + random.nextLong(2_000_000) : 0,
                        100_000);
        simulation = new Simulation(seed, faults);
        int chunks = 2 + random.nextInt(random.nextBoolean() ? 20 : 180);
        int length = chunks * CHUNK_SIZE - random.nextInt(CHUNK_SIZE);
        content = new Content(random, length, CHUNK_SIZE, HashFunction.SHA1);
        int pythonCount = random.nextInt(3);
        int swiftCount = pythonCount == 0 ? 1 + random.nextInt(2) : random.nextInt(3);
        int ourCount = 1 + random.nextInt(3);
        boolean withLength = pythonCount > 0 || random.nextBoolean();
        SwarmMetadata metadata = content.metadata(withLength, ChunkAddressing.CHUNK_RANGES_32);
        EngineConfig config = new EngineConfig(50, 0, 0, 1_232, 1 << 20, LedbatProfile.DEFAULT, null);
        Set<TransportAddress> honest = new HashSet<>();
        int number = 0;
        for (int i = 0; i < ourCount; i++) {
            SimPeer peer = new SimPeer(simulation, content, metadata, config, number++, true, honest);
            peer.storageDelay(!perfect && random.nextInt(3) == 0 ? random.nextLong(20_000_000L) : 0);
            ours.add(peer);
        }
        for (int i = 0; i < pythonCount; i++) {
            pythons.add(new ModelPyppspp(simulation, content, SimPeer.socket(number++), honest));
        }
        for (int i = 0; i < swiftCount; i++) {
            ModelSwift swift = new ModelSwift(simulation, content, SimPeer.socket(number++), perfect);
            honest.add(swift.address());
            swifts.add(swift);
        }
        int seeder = random.nextInt(number);
        fill(seeder);
        if (!perfect) {
            misfortune(random);
        }
        transports = 1 + random.nextInt(3);
        description = "%d chunks, %d bytes, %s, %d of ours, %d PyPPSPP, %d libswift, seeder %d, transports %d, %s"
                .formatted(
                        chunks,
                        length,
                        withLength ? "length known" : "length unknown",
                        ourCount,
                        pythonCount,
                        swiftCount,
                        seeder,
                        transports,
                        faults);
    }

    private void fill(int seeder) {
        int python = seeder - ours.size();
        int swift = python - pythons.size();
        if (python < 0) {
            ours.get(seeder).disk().fill();
        } else if (swift < 0) {
            pythons.get(python).fill();
        } else {
            swifts.get(swift).fill();
        }
    }

    private void misfortune(RandomGenerator random) {
        for (SimPeer peer : ours) {
            if (random.nextInt(3) == 0) {
                long at = random.nextLong(FAULTY_PHASE / 2);
                simulation.after(at, peer::crash);
                simulation.after(at + random.nextLong(FAULTY_PHASE / 3), () -> restart(peer));
            }
        }
    }

    private void restart(SimPeer peer) {
        if (!peer.running()) {
            peer.start();
            introduce(peer);
        }
    }

    /** As a tracker does, which tells the older programs of ours alone. */
    private void introduce(SimPeer peer) {
        for (SimPeer other : ours) {
            if (other != peer) {
                peer.meet(PeerOrigin.TRACKER, addresses(other));
                other.meet(PeerOrigin.TRACKER, addresses(peer));
            }
        }
        pythons.forEach(python -> python.introduce(peer));
        swifts.forEach(swift -> swift.introduce(peer));
    }

    /** Where ours find each other: UDP, TCP or both. */
    private List<TransportAddress> addresses(SimPeer peer) {
        List<TransportAddress> both = List.of(peer.address(), peer.tcpAddress());
        return transports == 3 ? both : both.subList(transports - 1, transports);
    }

    private boolean allComplete() {
        return ours.stream().allMatch(peer -> peer.disk().complete())
                && pythons.stream().allMatch(ModelPyppspp::complete)
                && swifts.stream().allMatch(ModelSwift::complete);
    }

    @Override
    public long run() {
        pythons.forEach(ModelPyppspp::start);
        swifts.forEach(ModelSwift::start);
        for (SimPeer peer : ours) {
            peer.start();
            introduce(peer);
        }
        simulation.run(FAULTY_PHASE, () -> false);
        simulation.faults(faults.calm());
        for (SimPeer peer : ours) {
            restart(peer);
            introduce(peer);
        }
        boolean done = simulation.run(CALM_PHASE, this::allComplete);
        assertThat(done)
                .withFailMessage(() -> "not everyone completes" + progress())
                .isTrue();
        for (ModelPyppspp python : pythons) {
            assertThat(python.lacksFirst())
                    .withFailMessage(() -> "a PyPPSPP was left without chunk 0" + progress())
                    .isFalse();
        }
        ours.forEach(SimPeer::stop);
        pythons.forEach(ModelPyppspp::stop);
        swifts.forEach(ModelSwift::stop);
        return simulation.end();
    }

    private String progress() {
        StringBuilder text = new StringBuilder(": ").append(description);
        ours.forEach(
                peer -> text.append("\n  ").append(peer.address()).append(' ').append(peer.snapshot()));
        pythons.forEach(python -> text.append("\n  ").append(python));
        swifts.forEach(swift -> text.append("\n  ").append(swift));
        return text.toString();
    }

    @Override
    public String toString() {
        return description;
    }
}
