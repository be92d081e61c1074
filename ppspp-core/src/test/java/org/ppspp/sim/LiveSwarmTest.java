package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ppspp.sim.LiveSwarm.MILLISECOND;
import static org.ppspp.sim.LiveSwarm.SECOND;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.ppspp.engine.EngineEvent;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.wire.ChunkAddressing;

/**
 * Live streams under faults and attacks. {@code -Dppspp.live.seeds=N} runs more seeds, {@code -Dppspp.sim.seed=S} replays one.
 */
class LiveSwarmTest {
    private static final int RATE = 128;
    private static final long WINDOW = 60L * RATE;
    private static final LinkFaults PATHS = new LinkFaults(20 * MILLISECOND, 5 * MILLISECOND, 0, 0, 0, 0, 1 << 20);

    private static LiveSwarm swarm(long seed, LinkFaults faults, IntegrityMethod method, int perSignature, long cap) {
        Simulation simulation = new Simulation(seed, faults);
        LiveStream stream = new LiveStream(seed, method, ChunkAddressing.CHUNK_RANGES_32, WINDOW);
        return new LiveSwarm(seed, simulation, stream, perSignature, RATE, cap);
    }

    private static void join(LiveSwarm swarm, boolean tcp) {
        for (LivePeer viewer : swarm.viewers) {
            viewer.start();
            viewer.meet(List.of(tcp ? swarm.source.tcpAddress() : swarm.source.address()));
            for (LivePeer other : swarm.viewers) {
                if (other != viewer) {
                    viewer.meet(List.of(tcp ? other.tcpAddress() : other.address()));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"UNIFIED_MERKLE_TREE,32,false", "UNIFIED_MERKLE_TREE,2,true", "SIGN_ALL,8,false", "SIGN_ALL,8,true"})
    void aViewerGetsAllOfTheSourceWithinASecond(IntegrityMethod method, int perSignature, boolean tcp) {
        LiveSwarm swarm = swarm(1, PATHS, method, perSignature, 0);
        LivePeer viewer = swarm.viewer(0, 50);
        swarm.start();
        swarm.run(3 * SECOND);
        join(swarm, tcp);
        swarm.run(12 * SECOND);
        swarm.assertAllCame(viewer, viewer.startedAt() + 2 * SECOND, SECOND);
        swarm.end();
    }

    /** The source can send its stream two and a half times; eight viewers get all of it, and less than a third from the source. */
    @Test
    void eightViewersShareWhatTheSourceCanSend() {
        LiveSwarm swarm =
                swarm(2, PATHS, IntegrityMethod.UNIFIED_MERKLE_TREE, 32, RATE * LiveStream.CHUNK_SIZE * 5 / 2);
        for (int i = 0; i < 8; i++) {
            swarm.viewer(0, 50);
        }
        swarm.start();
        swarm.run(2 * SECOND);
        join(swarm, false);
        swarm.run(20 * SECOND);
        long viewers = 0;
        for (LivePeer viewer : swarm.viewers) {
            swarm.assertAllCame(viewer, viewer.startedAt() + 3 * SECOND, 2 * SECOND);
            viewers += viewer.snapshot().sentBytes();
        }
        long source = swarm.source.snapshot().sentBytes();
        assertThat(source / (double) (source + viewers))
                .as("share of the source")
                .isLessThan(0.33);
        swarm.end();
    }

    /**
     * Over 130 ms of round trip with a tenth lost the source's paths carry 184 chunks a second, together. Four viewers that ask
     * it for the same chunks would have none of the next; all of a stream of 100 takes that they ask for different ones.
     */
    @Test
    void viewersFarFromALossySourceGetAllOfIt() {
        LiveSwarm swarm = lossy(0.1, 100, 4);
        for (LivePeer viewer : swarm.viewers) {
            swarm.assertAllCame(viewer, viewer.startedAt() + 5 * SECOND, 4 * SECOND);
        }
        assertThat(duplicates(swarm)).as("chunks that came twice").isLessThan(0.2);
        swarm.end();
    }

    /** The same with a stream that these paths do not quite carry: most of it comes. */
    @Test
    void whatThePathsDoNotCarryIsAllThatIsMissed() {
        LiveSwarm swarm = lossy(0.1, 150, 4);
        long all = 0;
        long missed = 0;
        for (LivePeer viewer : swarm.viewers) {
            LiveSwarm.Misses misses = swarm.misses(viewer, viewer.startedAt() + 5 * SECOND, 4 * SECOND);
            all += misses.all();
            missed += misses.missed();
        }
        assertThat(missed / (double) all).as("share missed").isLessThan(0.2);
        swarm.end();
    }

    private static LiveSwarm lossy(double loss, int rate, int viewers) {
        LinkFaults faults = new LinkFaults(60 * MILLISECOND, 10 * MILLISECOND, loss, loss / 4, 0, 0, 1 << 20);
        LiveStream stream =
                new LiveStream(8, IntegrityMethod.UNIFIED_MERKLE_TREE, ChunkAddressing.CHUNK_RANGES_32, 60L * rate);
        LiveSwarm swarm = new LiveSwarm(8, new Simulation(8, faults), stream, 4, rate, 0);
        for (int i = 0; i < viewers; i++) {
            swarm.viewer(0, 50);
        }
        swarm.start();
        swarm.run(2 * SECOND);
        join(swarm, false);
        swarm.run(20 * SECOND);
        return swarm;
    }

    private static double duplicates(LiveSwarm swarm) {
        long twice = 0;
        long once = 0;
        for (LivePeer viewer : swarm.viewers) {
            twice += viewer.snapshot().duplicateChunks();
            once += viewer.snapshot().verifiedChunks();
        }
        return twice / (double) once;
    }

    @ParameterizedTest
    @EnumSource(LiveLiar.Lie.class)
    void aLiarIsRefusedAndTheStreamGoesOn(LiveLiar.Lie lie) {
        LiveSwarm swarm = swarm(7, PATHS, IntegrityMethod.UNIFIED_MERKLE_TREE, 32, 0);
        for (int i = 0; i < 3; i++) {
            swarm.viewer(0, 50);
        }
        LiveLiar liar = new LiveLiar(swarm.simulation, swarm.stream, 1_000, lie, swarm.source);
        swarm.start();
        // Far enough for the first munros to be out of the window, and too old.
        swarm.run(75 * SECOND);
        join(swarm, false);
        swarm.viewers.forEach(viewer -> viewer.meet(List.of(liar.address())));
        swarm.run(20 * SECOND);
        for (LivePeer viewer : swarm.viewers) {
            if (lie != LiveLiar.Lie.EQUIVOCAL) {
                swarm.assertAllCame(viewer, viewer.startedAt() + 4 * SECOND, 4 * SECOND);
            }
            boolean banned = viewer.events().stream().anyMatch(EngineEvent.PeerBanned.class::isInstance);
            boolean flagged = viewer.events().stream().anyMatch(EngineEvent.SourceEquivocates.class::isInstance);
            assertThat(viewer.live().signaturesRefused()).isPositive();
            assertThat(flagged).isEqualTo(lie == LiveLiar.Lie.EQUIVOCAL);
            if (lie == LiveLiar.Lie.ANOTHER_KEY || lie == LiveLiar.Lie.FLIPPED || lie == LiveLiar.Lie.SHIFTED) {
                assertThat(banned)
                        .as("the liar is banned by %s", viewer.address())
                        .isTrue();
            }
        }
        swarm.end();
    }

    @Test
    void aViewerThatSendsFalseChunksIsNotAskedForLong() {
        LiveSwarm swarm =
                swarm(3, PATHS, IntegrityMethod.UNIFIED_MERKLE_TREE, 32, RATE * LiveStream.CHUNK_SIZE * 5 / 2);
        for (int i = 0; i < 4; i++) {
            swarm.viewer(0, 50);
        }
        LivePeer liar = swarm.viewer(0, 50, swarm.stream.viewer(), false);
        liar.lie();
        swarm.start();
        swarm.run(2 * SECOND);
        join(swarm, false);
        swarm.run(30 * SECOND);
        long refused = 0;
        for (LivePeer viewer : swarm.viewers.subList(0, 4)) {
            swarm.assertAllCame(viewer, viewer.startedAt() + 3 * SECOND, 4 * SECOND);
            refused += viewer.snapshot().refusedChunks();
        }
        assertThat(refused).as("chunks of the liar that were looked at").isBetween(1L, 4 * 20L);
        swarm.end();
    }

    @Test
    void aSourceThatBeginsAnewIsFollowed() {
        LiveSwarm swarm = swarm(4, PATHS, IntegrityMethod.UNIFIED_MERKLE_TREE, 32, 0);
        for (int i = 0; i < 5; i++) {
            swarm.viewer(0, 50);
        }
        swarm.start();
        swarm.run(2 * SECOND);
        join(swarm, false);
        swarm.run(8 * SECOND);
        swarm.assertNewBeginningIsFollowed(swarm.viewers, 10 * SECOND);
        swarm.end();
    }

    /** Ten hours of a stream, with one chunk a second: what is kept stays as much. */
    @Test
    void memoryStaysFlatOnAnEndlessStream() {
        Simulation simulation = new Simulation(5, LinkFaults.none());
        LiveStream stream = new LiveStream(5, IntegrityMethod.UNIFIED_MERKLE_TREE, ChunkAddressing.BINS_64, 128);
        LiveSwarm swarm = new LiveSwarm(5, simulation, stream, 16, 4, 0);
        LivePeer viewer = swarm.viewer(0, 50);
        swarm.start();
        join(swarm, false);
        for (int hour = 0; hour < 10; hour++) {
            swarm.run(3_600 * SECOND);
            for (LivePeer peer : List.of(swarm.source, viewer)) {
                assertThat(peer.live().signaturesKept()).isLessThan(16);
                assertThat(peer.live().edge() - peer.live().first()).isLessThan(256);
                assertThat(peer.snapshot().verifiedChunks()).isLessThan(256);
                assertThat(peer.pages())
                        .as("pages of 4,096 chunks after hour %d", hour)
                        .isLessThanOrEqualTo(2);
            }
        }
        assertThat(viewer.live().edge()).isGreaterThan(140_000);
        swarm.end();
    }

    @Test
    void everySeedKeepsTheInvariantsAndTheBound() {
        Scenario.runSeeds(getClass(), "ppspp.live.seeds", 25, LiveScenario::new);
    }
}
