package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.ppspp.congestion.LedbatProfile;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.LiveConfig;
import org.ppspp.wire.TransportAddress;

/** A live stream with its source and viewers, and what is measured of them. */
final class LiveSwarm {
    static final long SECOND = 1_000_000_000L;
    static final long MILLISECOND = 1_000_000L;

    final long seed;
    final Simulation simulation;
    final LiveStream stream;
    final Set<TransportAddress> honest = new HashSet<>();
    final List<LivePeer> viewers = new ArrayList<>();
    final LivePeer source;
    private final int perSignature;
    private final long interval;
    private boolean producing = true;
    private int numbers = 1;

    /** The source makes {@code chunksPerSecond}, signs as many at once as said, and sends no more bytes a second than said. */
    LiveSwarm(
            long seed,
            Simulation simulation,
            LiveStream stream,
            int perSignature,
            int chunksPerSecond,
            long maxUpload) {
        this.seed = seed;
        this.simulation = simulation;
        this.stream = stream;
        this.perSignature = perSignature;
        this.interval = perSignature * SECOND / chunksPerSecond;
        this.source = new LivePeer(
                simulation, stream, config(maxUpload, 60), stream.viewer().asSource(), 0, true, honest);
    }

    static EngineConfig config(long maxUpload, int maxPeers) {
        return new EngineConfig(
                maxPeers, maxUpload, 0, EngineConfig.DEFAULT_MAX_DATAGRAM_BYTES, 1 << 20, LedbatProfile.DEFAULT, null);
    }

    LivePeer viewer(long maxUpload, int maxPeers) {
        return viewer(maxUpload, maxPeers, stream.viewer(), true);
    }

    LivePeer viewer(long maxUpload, int maxPeers, LiveConfig live, boolean isHonest) {
        LivePeer viewer =
                new LivePeer(simulation, stream, config(maxUpload, maxPeers), live, numbers++, isHonest, honest);
        viewers.add(viewer);
        return viewer;
    }

    int perSignature() {
        return perSignature;
    }

    void start() {
        source.start();
        produce();
    }

    private void produce() {
        if (producing) {
            if (source.running()) {
                source.produce(perSignature);
            }
            simulation.after(interval, this::produce);
        }
    }

    void stopProducing() {
        producing = false;
    }

    void run(long nanos) {
        simulation.run(nanos, () -> false);
    }

    /** What a viewer lacks of that which was signed from {@code from} on and is older than {@code bound}. */
    Misses misses(LivePeer viewer, long from, long bound) {
        long all = 0;
        long missed = 0;
        long latest = 0;
        for (LiveStream.Piece piece : stream.pieces()) {
            if (piece.at() < from || piece.at() + bound > simulation.now()) {
                continue;
            }
            for (long chunk = piece.segment().chunks().first();
                    chunk <= piece.segment().chunks().last();
                    chunk++) {
                all++;
                Long stored = viewer.storedAt(chunk);
                if (stored == null || stored - piece.at() > bound) {
                    missed++;
                } else {
                    latest = Math.max(latest, stored - piece.at());
                }
            }
        }
        return new Misses(all, missed, latest);
    }

    /**
     * Chunks that were due, those that did not come in time, and how long the latest of the others took.
     */
    record Misses(long all, long missed, long latestNanos) {
        double share() {
            return all == 0 ? 0 : missed / (double) all;
        }
    }

    /** Every chunk signed from {@code from} on came to a viewer within {@code bound}. */
    void assertAllCame(LivePeer viewer, long from, long bound) {
        Misses misses = misses(viewer, from, bound);
        assertThat(misses.all()).isPositive();
        assertThat(misses.missed()).as("%s: %s", viewer.address(), misses).isZero();
    }

    /** The source loses its state, begins anew and meets some of its viewers; all must follow it {@code settle} later. */
    void assertNewBeginningIsFollowed(List<LivePeer> met, long settle) {
        long length = 20 * SECOND;
        source.crash();
        run(5 * SECOND);
        stream.restart();
        long again = simulation.now();
        source.start();
        met.forEach(viewer -> source.meet(List.of(viewer.address())));
        run(length);
        for (LivePeer viewer : viewers) {
            assertThat(viewer.events())
                    .filteredOn(EngineEvent.StreamRestarted.class::isInstance)
                    .hasSize(1);
            assertThat(viewer.live().edge()).isLessThan(perSignature * (length + SECOND) / interval);
            assertAllCame(viewer, again + settle, 4 * SECOND);
        }
    }

    void end() {
        stopProducing();
        viewers.forEach(LivePeer::stop);
        source.stop();
        run(SECOND);
        assertThat(simulation.buffers().metric().usedHeapMemory())
                .as("seed %d: every buffer is released", seed)
                .isZero();
    }
}
