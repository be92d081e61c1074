package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.TransportAddress;

/** How fast one peer brings content to another over a path that loses datagrams in both directions. */
class LossyPathTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;
    private static final int CHUNK_SIZE = 1_024;
    private static final int MEBIBYTE = 1 << 20;
    private static final int SEEDS = 10;
    private static final LinkFaults DISTANT = lossy(20 * MILLISECOND, 0.03);
    private static final LinkFaults LOCAL = lossy(MILLISECOND / 20, 0.05);

    private final List<SimPeer> peers = new ArrayList<>();

    @AfterEach
    void everyoneLeaves() {
        peers.forEach(SimPeer::stop);
    }

    private static LinkFaults lossy(long delayNanos, double lossRate) {
        return new LinkFaults(delayNanos, 0, lossRate, 0, 0, 0, 0);
    }

    /** A transfer in virtual seconds. */
    private record Outcome(double seconds, double longestPause, double received) {}

    private Outcome transfer(long seed, LinkFaults path, HashFunction function, int bytes, boolean fromSwift) {
        Simulation simulation = new Simulation(seed, path);
        Content content = new Content(new SplittableRandom(seed), bytes, CHUNK_SIZE, function);
        SwarmMetadata metadata = content.metadata(true, ChunkAddressing.CHUNK_RANGES_32);
        Set<TransportAddress> honest = new HashSet<>();
        SimPeer leecher = new SimPeer(simulation, content, metadata, EngineConfig.defaults(), 0, true, honest);
        peers.add(leecher);
        leecher.start();
        if (fromSwift) {
            ModelSwift seeder = new ModelSwift(simulation, content, SimPeer.socket(1), false);
            seeder.fill();
            seeder.start();
            seeder.introduce(leecher);
        } else {
            SimPeer seeder = new SimPeer(simulation, content, metadata, EngineConfig.defaults(), 1, true, honest);
            peers.add(seeder);
            seeder.disk().fill();
            seeder.start();
            leecher.meet(PeerOrigin.TRACKER, List.of(seeder.address()));
        }
        return watch(seed, simulation, leecher, bytes);
    }

    /** From the first chunk on. */
    private static Outcome watch(long seed, Simulation simulation, SimPeer leecher, int bytes) {
        long began = 0;
        long changed = 0;
        long longest = 0;
        long verified = 0;
        while (!leecher.complete()) {
            simulation.run(MILLISECOND, leecher::complete);
            long now = snapshot(leecher).verifiedChunks();
            if (now != verified) {
                longest = began == 0 ? 0 : Math.max(longest, simulation.now() - changed);
                began = began == 0 ? simulation.now() : began;
                changed = simulation.now();
                verified = now;
            }
            assertThat(simulation.now()).as("seed %d: completes", seed).isLessThan(120 * SECOND);
        }
        double received = snapshot(leecher).receivedBytes() / (double) bytes;
        return new Outcome((simulation.now() - began) / 1e9, longest / 1e9, received);
    }

    private static SwarmSnapshot snapshot(SimPeer peer) {
        return Objects.requireNonNull(peer.snapshot());
    }

    /** What LEDBAT comes to where loss alone governs: 1.22 datagrams in a round trip, divided by the root of the loss. */
    @ParameterizedTest
    @EnumSource(names = {"SHA1", "SHA256"})
    void keepsUpWithTheLossOfALongPath(HashFunction function) {
        double seconds = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Outcome outcome = transfer(seed, DISTANT, function, 2 * MEBIBYTE, false);
            assertThat(outcome.seconds()).as("seed %d: seconds for 2 MiB", seed).isLessThan(15);
            assertThat(outcome.longestPause())
                    .as("seed %d: longest pause", seed)
                    .isLessThan(1);
            assertThat(outcome.received())
                    .as("seed %d: received of what was needed", seed)
                    .isLessThan(1.05);
            seconds += outcome.seconds();
        }
        assertThat(SEEDS * 2.0 * MEBIBYTE / seconds).as("mean bytes a second").isGreaterThan(200_000);
    }

    @ParameterizedTest
    @EnumSource(names = {"SHA1", "SHA256"})
    void losesNoSecondsInALocalNetwork(HashFunction function) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Outcome outcome = transfer(seed, LOCAL, function, MEBIBYTE, false);
            assertThat(outcome.seconds()).as("seed %d: seconds for 1 MiB", seed).isLessThan(3);
            assertThat(outcome.longestPause())
                    .as("seed %d: longest pause", seed)
                    .isLessThan(1);
        }
    }

    /** A libswift does not notice which hashes were lost with a datagram, and sends chunks again that came. */
    @Test
    void keepsWhatALibswiftSendsWithoutHashes() {
        double[] seconds = new double[SEEDS];
        for (int i = 0; i < SEEDS; i++) {
            Outcome outcome = transfer(i + 1, LOCAL, HashFunction.SHA1, MEBIBYTE, true);
            seconds[i] = outcome.seconds();
            assertThat(outcome.longestPause())
                    .as("seed %d: longest pause", i + 1)
                    .isLessThan(2);
        }
        Arrays.sort(seconds);
        assertThat(seconds[SEEDS / 2])
                .as("median of %s", Arrays.toString(seconds))
                .isLessThan(3);
    }
}
