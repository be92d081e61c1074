package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ppspp.sim.LiveSwarm.MILLISECOND;
import static org.ppspp.sim.LiveSwarm.SECOND;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.engine.EngineEvent;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.sim.SignAllLies.Lie;
import org.ppspp.wire.ChunkAddressing;

/**
 * Live streams whose chunks are signed one by one (RFC 7574 §6.1.1), under faults and attacks. {@code -Dppspp.signall.seeds=N} runs
 * more seeds, {@code -Dppspp.sim.seed=S} replays one.
 */
class SignAllSwarmTest {
    private static final int RATE = 96;
    private static final int TOGETHER = 8;
    private static final LinkFaults PATHS = new LinkFaults(20 * MILLISECOND, 5 * MILLISECOND, 0, 0, 0, 0, 1 << 20);

    private static LiveSwarm swarm(long seed, LinkFaults faults, long windowSeconds) {
        LiveStream stream =
                new LiveStream(seed, IntegrityMethod.SIGN_ALL, ChunkAddressing.CHUNK_RANGES_32, windowSeconds * RATE);
        return new LiveSwarm(seed, new Simulation(seed, faults), stream, TOGETHER, RATE, 0);
    }

    private static void joinAll(LiveSwarm swarm) {
        for (LivePeer viewer : swarm.viewers) {
            viewer.start();
            viewer.meet(List.of(swarm.source.address()));
            swarm.viewers.forEach(other -> viewer.meet(List.of(other.address())));
        }
    }

    private static boolean saw(LivePeer peer, Class<? extends EngineEvent> kind) {
        return peer.events().stream().anyMatch(kind::isInstance);
    }

    @ParameterizedTest
    @EnumSource(Lie.class)
    void aLiarIsRefusedAndTheStreamGoesOn(Lie lie) {
        LiveSwarm swarm = swarm(11, PATHS, 60);
        for (int i = 0; i < 3; i++) {
            swarm.viewer(0, 50);
        }
        LiveLiar liar = new LiveLiar(
                swarm.simulation,
                swarm.stream,
                1_000,
                new SignAllLies(swarm.simulation, swarm.stream, lie, swarm.source));
        swarm.start();
        // Far enough for the first chunks to be too old, and out of the window.
        swarm.run(75 * SECOND);
        joinAll(swarm);
        swarm.viewers.forEach(viewer -> viewer.meet(List.of(liar.address())));
        swarm.run(45 * SECOND);
        for (LivePeer viewer : swarm.viewers) {
            swarm.assertAllCame(viewer, viewer.startedAt() + 4 * SECOND, 4 * SECOND);
            assertThat(viewer.snapshot().refusedChunks())
                    .as("chunks of the liar that %s looked at", viewer.address())
                    .isBetween(SignAllLies.canBeBlamed(lie) ? 1L : 0L, SignAllLies.canBeBlamed(lie) ? 20L : 0L);
            assertThat(saw(viewer, EngineEvent.SourceEquivocates.class)).isEqualTo(lie == Lie.EQUIVOCAL);
            assertThat(saw(viewer, EngineEvent.StreamRestarted.class)).isFalse();
        }
        swarm.end();
    }

    /** The last viewer knows only another one; with a short stream all numbers are in the window, with a long one none is. */
    @ParameterizedTest
    @ValueSource(longs = {8, 90})
    void aSourceThatBeginsAnewIsFollowed(long seconds) {
        LiveSwarm swarm = swarm(12, PATHS, 30);
        for (int i = 0; i < 4; i++) {
            swarm.viewer(0, 50);
        }
        LivePeer remote = swarm.viewers.get(3);
        swarm.start();
        swarm.run(2 * SECOND);
        for (LivePeer viewer : swarm.viewers) {
            viewer.start();
            viewer.meet(List.of(viewer == remote ? swarm.viewers.get(0).address() : swarm.source.address()));
        }
        swarm.run(seconds * SECOND);
        swarm.assertNewBeginningIsFollowed(swarm.viewers.subList(0, 3), 6 * SECOND);
        swarm.end();
    }

    /** Whoever came back after the source began anew, and remembers, is not led back to what was before. */
    @Test
    void aRecordingOfTheFormerStreamLeadsNobodyBack() {
        LiveSwarm swarm = swarm(13, PATHS, 30);
        swarm.start();
        swarm.run(5 * SECOND);
        long seen = swarm.source.ntpNow();
        LivePeer viewer = swarm.viewer(0, 50, swarm.stream.viewer().withNotBefore(seen), true);
        LiveLiar liar = new LiveLiar(
                swarm.simulation,
                swarm.stream,
                1_000,
                new SignAllLies(swarm.simulation, swarm.stream, Lie.REPLAYED, swarm.source));
        swarm.source.crash();
        viewer.start();
        viewer.meet(List.of(liar.address()));
        swarm.run(10 * SECOND);
        assertThat(viewer.live().edge()).isEqualTo(-1);
        assertThat(viewer.live().signaturesRefused()).isPositive();
        swarm.source.start();
        swarm.stream.restart();
        viewer.meet(List.of(swarm.source.address()));
        swarm.run(10 * SECOND);
        swarm.assertAllCame(viewer, swarm.simulation.now() - 6 * SECOND, 2 * SECOND);
        swarm.end();
    }

    @Test
    void everySeedKeepsTheInvariantsAndTheBound() {
        Scenario.runSeeds(getClass(), "ppspp.signall.seeds", 10, Drawn::new);
    }

    /** Loss, liars, and a source that begins anew, drawn from a seed. */
    private static final class Drawn implements Scenario {
        private static final long BOUND = 4 * SECOND;
        private static final double LATE_AT_ONE = 0.05;

        /** Equivocation is the source's doing: it has a test of its own. */
        private static final List<Lie> LIES = List.copyOf(EnumSet.complementOf(EnumSet.of(Lie.EQUIVOCAL)));

        private final long seed;
        private final SplittableRandom random;
        private final LiveSwarm swarm;
        private final List<LiveLiar> liars = new ArrayList<>();
        private final double loss;
        private final boolean beginsAnew;

        Drawn(long seed) {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            this.loss = random.nextBoolean() ? random.nextDouble() * 0.05 : 0;
            LinkFaults faults = new LinkFaults(
                    random.nextLong(1, 50) * MILLISECOND,
                    random.nextLong(15) * MILLISECOND,
                    loss,
                    loss / 4,
                    0,
                    0,
                    1 << 20);
            this.swarm = swarm(seed, faults, random.nextLong(10, 60));
            this.beginsAnew = random.nextBoolean();
            for (int i = random.nextInt(4, 9); i > 0; i--) {
                swarm.viewer(0, 50);
            }
            for (int i = random.nextInt(3); i > 0; i--) {
                Lie lie = LIES.get(random.nextInt(LIES.size()));
                liars.add(new LiveLiar(
                        swarm.simulation,
                        swarm.stream,
                        1_000 + i,
                        new SignAllLies(swarm.simulation, swarm.stream, lie, swarm.source)));
            }
        }

        @Override
        public String toString() {
            return "seed " + seed + ": " + swarm.viewers.size() + " viewers, loss " + loss + ", liars " + liars.size()
                    + ", begins anew " + beginsAnew;
        }

        @Override
        public long run() {
            swarm.start();
            swarm.run(random.nextLong(8 * SECOND));
            joinAll(swarm);
            swarm.viewers.forEach(viewer -> liars.forEach(liar -> viewer.meet(List.of(liar.address()))));
            swarm.run(random.nextLong(6, 15) * SECOND);
            if (beginsAnew) {
                swarm.source.crash();
                swarm.run(5 * SECOND);
                swarm.stream.restart();
                swarm.source.start();
                swarm.viewers.forEach(viewer -> swarm.source.meet(List.of(viewer.address())));
            }
            long settled = swarm.simulation.now() + 6 * SECOND;
            swarm.run(16 * SECOND);
            for (LivePeer viewer : swarm.viewers) {
                LiveSwarm.Misses misses = swarm.misses(viewer, settled, BOUND);
                assertThat(misses.share())
                        .as("%s: share of the chunks that came too late at %s: %s", this, viewer.address(), misses)
                        .isLessThanOrEqualTo(loss == 0 ? 0 : LATE_AT_ONE);
                assertThat(saw(viewer, EngineEvent.StreamRestarted.class))
                        .as("%s: %s begins anew", this, viewer.address())
                        .isEqualTo(beginsAnew);
            }
            long trace = swarm.simulation.traceHash();
            swarm.end();
            return trace;
        }
    }
}
