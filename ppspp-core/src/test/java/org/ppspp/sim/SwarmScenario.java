package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.ppspp.chunk.ContentLayout;
import org.ppspp.congestion.LedbatProfile;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.ExchangeConfig;
import org.ppspp.engine.PeerCosts;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.TransportAddress;

/**
 * A whole swarm drawn from one seed: sizes, faults, who crashes, lies and stalls. First everything may go wrong and only
 * safety counts; then the faults end and everyone honest must complete in time.
 */
public final class SwarmScenario implements Scenario {
    private static final long SECOND = 1_000_000_000L;
    private static final long FAULTY_PHASE = 20 * SECOND;
    private static final long CALM_PHASE = 400 * SECOND;

    /** Peers tell each other of peers in one of so many seeds. */
    private static final int EXCHANGE_EVERY = 3;

    /** What a swarm uses. */
    private enum Transport {
        UDP,
        TCP,
        BOTH;

        List<TransportAddress> addresses(SimPeer peer) {
            return switch (this) {
                case UDP -> List.of(peer.address());
                case TCP -> List.of(peer.tcpAddress());
                case BOTH -> List.of(peer.address(), peer.tcpAddress());
            };
        }
    }

    private final Simulation simulation;
    private final Content content;
    private final List<SimPeer> honest = new ArrayList<>();
    private final List<SimPeer> everyone = new ArrayList<>();
    private final LinkFaults faults;
    private final Transport transport;
    private final String description;

    public SwarmScenario(long seed) {
        RandomGenerator random = new SplittableRandom(seed ^ 0x5eed);
        this.faults = faults(random);
        this.simulation = new Simulation(seed, faults);
        HashFunction function = random.nextInt(4) == 0 ? HashFunction.SHA1 : HashFunction.SHA256;
        int chunkSize = random.nextInt(4) == 0 ? 512 : 128 + random.nextInt(3) * 8;
        int length = length(random, chunkSize, function);
        this.content = new Content(random, length, chunkSize, function);
        boolean withLength = random.nextBoolean() || length == 2 * function.length();
        ChunkAddressing addressing = any(random, ChunkAddressing.values());
        SwarmMetadata metadata = content.metadata(withLength, addressing);
        LedbatProfile profile = any(random, LedbatProfile.values());
        EngineConfig config = new EngineConfig(50, 0, 0, 1232, 1 << 20, profile, null);
        int leechers = 1 + random.nextInt(5);
        int villains = random.nextInt(3);
        Set<TransportAddress> honestAddresses = new HashSet<>();
        for (int i = 0; i < 1 + leechers + villains; i++) {
            SimPeer peer = new SimPeer(simulation, content, metadata, config, i, i <= leechers, honestAddresses);
            everyone.add(peer);
            if (i <= leechers) {
                honest.add(peer);
            }
            if (i == 0 || i > leechers) {
                peer.disk().fill();
            }
            if (i > leechers) {
                corrupt(peer, random);
            }
            peer.storageDelay(random.nextInt(3) == 0 ? random.nextLong(20_000_000L) : 0);
        }
        if (Math.floorMod(seed, EXCHANGE_EVERY) == 0) {
            everyone.forEach(peer -> peer.exchange(ExchangeConfig.addresses(TransportAddress.Transport.UDP)));
        }
        misfortune(random);
        transport = random.nextBoolean() ? Transport.UDP : any(random, Transport.values());
        description = "%s, %d bytes in chunks of %d, %s, %s, length %s, %d leechers, %d villains, %s, %s"
                .formatted(
                        transport,
                        length,
                        chunkSize,
                        function,
                        addressing,
                        withLength ? "known" : "unknown",
                        leechers,
                        villains,
                        profile,
                        faults);
    }

    /** Every honest peer is told costs, and others every few seconds: the cheap ones may lie, stall or be gone. */
    SwarmScenario withCosts(long seed) {
        tellCosts(new SplittableRandom(seed));
        return this;
    }

    private void tellCosts(RandomGenerator random) {
        Map<InetAddress, Double> costs = new HashMap<>();
        for (SimPeer peer : everyone) {
            if (random.nextInt(4) > 0) {
                costs.put(peer.address().socket().getAddress(), (double) random.nextInt(3));
            }
        }
        PeerCosts told = new PeerCosts(costs);
        honest.forEach(peer -> peer.costs(told));
        simulation.after(random.nextLong(5 * SECOND), () -> tellCosts(random));
    }

    private static <T> T any(RandomGenerator random, T[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static LinkFaults faults(RandomGenerator random) {
        boolean calm = random.nextInt(5) == 0;
        return new LinkFaults(
                100_000 + random.nextLong(100_000_000),
                random.nextInt(3) == 0 ? random.nextLong(50_000_000) + 1 : 0,
                calm ? 0 : random.nextDouble() * 0.3,
                calm ? 0 : random.nextDouble() * 0.1,
                calm ? 0 : random.nextDouble() * 0.03,
                random.nextInt(3) == 0 ? 100_000 + random.nextLong(2_000_000) : 0,
                30_000 + random.nextLong(100_000));
    }

    private static int length(RandomGenerator random, int chunkSize, HashFunction function) {
        int[] special = {
            1,
            function.length(),
            2 * function.length(),
            chunkSize - 1,
            chunkSize,
            chunkSize + 1,
            2 * chunkSize,
            64 * chunkSize,
            64 * chunkSize + 1,
            128 * chunkSize - 1
        };
        return random.nextInt(3) == 0
                ? special[random.nextInt(special.length)]
                : 1 + random.nextInt(chunkSize * (random.nextInt(4) == 0 ? 700 : 150));
    }

    private void corrupt(SimPeer villain, RandomGenerator random) {
        if (random.nextBoolean()) {
            villain.disk().lie();
        } else {
            simulation.after(random.nextLong(3 * SECOND), villain::stall);
        }
    }

    /** Crashes, restarts and full disks during the first phase. */
    private void misfortune(RandomGenerator random) {
        for (SimPeer peer : honest) {
            if (random.nextInt(3) == 0) {
                long at = random.nextLong(FAULTY_PHASE / 2);
                simulation.after(at, peer::crash);
                simulation.after(at + random.nextLong(FAULTY_PHASE / 3), () -> restart(peer));
            }
            if (random.nextInt(6) == 0) {
                long at = random.nextLong(FAULTY_PHASE / 2);
                simulation.after(at, () -> peer.disk().full(true));
                simulation.after(
                        at + random.nextLong(FAULTY_PHASE / 2),
                        () -> peer.disk().full(false));
            }
        }
    }

    private void restart(SimPeer peer) {
        if (!peer.running()) {
            peer.start();
            introduce(peer);
        }
    }

    /** As a tracker does: the new peer learns of all, and all of it. */
    private void introduce(SimPeer peer) {
        List<TransportAddress> others = new ArrayList<>();
        for (SimPeer other : everyone) {
            if (other != peer) {
                others.addAll(transport.addresses(other));
                other.meet(PeerOrigin.TRACKER, transport.addresses(peer));
            }
        }
        peer.meet(PeerOrigin.TRACKER, others);
    }

    private boolean allComplete() {
        return honest.stream().allMatch(peer -> peer.disk().complete());
    }

    @Override
    public long run() {
        for (SimPeer peer : everyone) {
            peer.start();
            introduce(peer);
        }
        simulation.run(FAULTY_PHASE, () -> false);
        simulation.faults(faults.calm());
        for (SimPeer peer : everyone) {
            peer.disk().full(false);
            restart(peer);
            // A tracker is asked again now and then.
            introduce(peer);
        }
        boolean done = simulation.run(CALM_PHASE, this::allComplete);
        assertThat(done)
                .as("I13: all honest peers complete: %s", description)
                .withFailMessage(() -> "not complete after the calm phase: " + description + progress())
                .isTrue();
        everyone.forEach(SimPeer::stop);
        return simulation.end();
    }

    private String progress() {
        StringBuilder text = new StringBuilder();
        for (SimPeer peer : everyone) {
            text.append("\n  ").append(peer.address()).append(' ').append(peer.snapshot());
        }
        return text.toString();
    }

    public Simulation simulation() {
        return simulation;
    }

    public ContentLayout layout() {
        return content.layout();
    }

    @Override
    public String toString() {
        return description;
    }
}
