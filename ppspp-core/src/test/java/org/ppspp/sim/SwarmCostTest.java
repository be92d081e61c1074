package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.engine.PeerCosts;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.ChunkAddressing;

/** One leecher and a few seeders that cost differently: who is used, and that nobody waits for the cheap ones. */
class SwarmCostTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;
    private static final int CHUNK_SIZE = 1_024;
    private static final long MEGABYTE = 1_000_000;
    private static final int SCENARIOS = 40;

    private final List<Swarm> swarms = new ArrayList<>();

    @AfterEach
    void everyoneLeaves() {
        swarms.forEach(swarm -> swarm.peers.forEach(SimPeer::stop));
    }

    /** A leecher, which is peer 0, and seeders that send so many bytes a second, as their uplink or as their limit is; odd seeds do not know the size. */
    private final class Swarm {
        final long seed;
        final boolean tcp;
        final Simulation simulation;
        final Content content;
        final List<SimPeer> peers = new ArrayList<>();
        PeerCosts costs = PeerCosts.NONE;
        long started;

        Swarm(long seed, boolean tcp, int chunks, LinkFaults links, long... uploads) {
            this.seed = seed;
            this.tcp = tcp;
            simulation = new Simulation(seed, links);
            content =
                    new Content(new SplittableRandom(seed), chunks * CHUNK_SIZE - 100, CHUNK_SIZE, HashFunction.SHA256);
            SwarmMetadata metadata = content.metadata(seed % 2 == 0, ChunkAddressing.CHUNK_RANGES_32);
            peers.addAll(SimPeer.seeded(simulation, content, metadata, uploads));
            swarms.add(this);
        }

        /** What each seeder costs, from the first on. */
        Swarm costing(double... costs) {
            Map<InetAddress, Double> known = new HashMap<>();
            for (int i = 0; i < costs.length; i++) {
                known.put(host(i + 1), costs[i]);
            }
            this.costs = new PeerCosts(known);
            if (started > 0) {
                peers.get(0).costs(this.costs);
            }
            return this;
        }

        private InetAddress host(int peer) {
            return peers.get(peer).address().socket().getAddress();
        }

        Swarm start() {
            started = simulation.now();
            peers.forEach(SimPeer::start);
            peers.get(0).costs(costs);
            for (SimPeer seeder : peers.subList(1, peers.size())) {
                peers.get(0).meet(PeerOrigin.TRACKER, List.of(tcp ? seeder.tcpAddress() : seeder.address()));
            }
            return this;
        }

        void run(long nanos) {
            simulation.run(nanos, () -> false);
        }

        /** Seconds until the content is complete. */
        double complete() {
            assertThat(simulation.run(600 * SECOND, () -> peers.get(0).complete()))
                    .as("seed %d: completes", seed)
                    .isTrue();
            return (simulation.now() - started) / (double) SECOND;
        }

        long sent(int seeder) {
            SwarmSnapshot snapshot = Objects.requireNonNull(peers.get(seeder).snapshot());
            return snapshot.sentBytes();
        }

        /** Which part of all that was sent came from this seeder. */
        double share(int seeder) {
            return share(seeder, new long[peers.size()]);
        }

        double share(int seeder, long[] before) {
            double all = 0;
            for (int i = 1; i < peers.size(); i++) {
                all += sent(i) - before[i];
            }
            return (sent(seeder) - before[seeder]) / all;
        }

        long[] sent() {
            long[] sent = new long[peers.size()];
            for (int i = 1; i < sent.length; i++) {
                sent[i] = sent(i);
            }
            return sent;
        }
    }

    private static LinkFaults uplinks(long delay, long bytesPerSecond) {
        return new LinkFaults(delay, 0, 0, 0, 0, bytesPerSecond, 200_000);
    }

    /** How much longer the download takes with costs than without. */
    private double slowdown(long seed, boolean tcp, int chunks, long[] uploads, Consumer<Swarm> events) {
        LinkFaults links = uplinks(10 * MILLISECOND, 2 * MEGABYTE);
        Swarm free = new Swarm(seed, tcp, chunks, links, uploads);
        events.accept(free);
        Swarm ranked = new Swarm(seed, tcp, chunks, links, uploads).costing(1, 10);
        events.accept(ranked);
        return ranked.start().complete() / free.start().complete();
    }

    @ParameterizedTest
    @CsvSource({"1,false,1", "2,false,50", "3,true,10"})
    void theCheapOfTwoEqualSeedersCarriesFourFifths(long seed, boolean tcp, int delayMillis) {
        LinkFaults links = uplinks(delayMillis * MILLISECOND, MEGABYTE);
        Swarm swarm = new Swarm(seed, tcp, 6_000, links, 0, 0).costing(7, 3).start();
        swarm.complete();
        assertThat(swarm.share(2)).as("seed %d: share of the cheap one", seed).isGreaterThan(0.8);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void withoutCostsOrWithEqualOnesBothAreUsed(long seed) {
        LinkFaults links = uplinks(10 * MILLISECOND, MEGABYTE);
        Swarm none = new Swarm(seed, false, 2_000, links, 0, 0).start();
        Swarm equal = new Swarm(seed, false, 2_000, links, 0, 0).costing(7, 7).start();
        none.complete();
        equal.complete();
        assertThat(none.share(1)).isBetween(0.3, 0.7);
        assertThat(equal.share(1)).isBetween(0.3, 0.7);
    }

    @ParameterizedTest
    @CsvSource({"1,false", "2,true"})
    void theShareFollowsWhenCostsAreSwapped(long seed, boolean tcp) {
        Swarm swarm = new Swarm(seed, tcp, 8_000, uplinks(10 * MILLISECOND, MEGABYTE), 200_000, 200_000)
                .costing(1, 2)
                .start();
        swarm.run(12 * SECOND);
        assertThat(swarm.share(1)).as("seed %d: before", seed).isGreaterThan(0.8);
        long[] before = swarm.sent();
        swarm.costing(2, 1);
        swarm.run(3 * SECOND);
        long[] after = swarm.sent();
        assertThat(swarm.share(2, before)).as("seed %d: within 3 s", seed).isGreaterThan(0.5);
        swarm.complete();
        assertThat(swarm.share(2, after)).as("seed %d: from then on", seed).isGreaterThan(0.8);
    }

    @ParameterizedTest
    @CsvSource({"1,false,50000", "2,false,200000", "3,true,200000"})
    void aSlowCheapSeederHoldsNobodyUp(long seed, boolean tcp, long slow) {
        double slowdown = slowdown(seed, tcp, 6_000, new long[] {slow, 0}, swarm -> {});
        assertThat(slowdown).as("seed %d", seed).isLessThan(1.1);
    }

    @ParameterizedTest
    @CsvSource({"1,false", "2,true"})
    void aCheapSeederThatStallsIsReplacedAtOnce(long seed, boolean tcp) {
        Swarm swarm = new Swarm(seed, tcp, 8_000, uplinks(10 * MILLISECOND, MEGABYTE), 0, 0)
                .costing(1, 10)
                .start();
        swarm.run(4 * SECOND);
        swarm.peers.get(1).stall();
        swarm.run(SECOND);
        long[] before = swarm.sent();
        swarm.run(SECOND);
        assertThat(swarm.share(2, before))
                .as("seed %d: share a second later", seed)
                .isGreaterThan(0.95);
        assertThat(swarm.sent(2) - before[2])
                .as("seed %d: bytes in the next", seed)
                .isGreaterThan(700_000);
        swarm.complete();
    }

    @ParameterizedTest
    @CsvSource({"1,false", "2,true"})
    void whatTheCheapSeederLacksIsAskedOfTheDearOneFromTheStart(long seed, boolean tcp) {
        double slowdown = slowdown(
                seed,
                tcp,
                6_000,
                new long[] {0, 0},
                each -> each.peers.get(1).disk().keep(3_000));
        assertThat(slowdown).as("seed %d", seed).isLessThan(1.25);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void fewCheapSeedersAmongManyDoNotMakeTheDownloadSlow(long seed) {
        Swarm swarm = new Swarm(seed, false, 8_000, uplinks(10 * MILLISECOND, MEGABYTE), 0, 0, 0, 0, 0, 0)
                .costing(1, 9, 9, 9, 9, 9)
                .start();
        assertThat(swarm.complete()).as("seed %d: seconds for 8 MB", seed).isLessThan(8 / 2 * 1.3);
        assertThat(swarm.share(1)).as("seed %d: share of the cheap one", seed).isGreaterThan(0.22);
    }

    @Test
    void anySwarmCompletesWhateverItIsToldOfCosts() {
        for (long seed = 1; seed <= SCENARIOS; seed++) {
            new SwarmScenario(seed).withCosts(seed).run();
        }
    }
}
