package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ppspp.sim.LiveSwarm.MILLISECOND;
import static org.ppspp.sim.LiveSwarm.SECOND;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.TransportAddress;

/**
 * A live swarm drawn from a seed: how chunks are named, how many a signature covers, how many viewers, their paths, who comes
 * and goes, and who lies. Viewers that stay must have
 * every chunk in time; where datagrams get lost, nearly every.
 */
final class LiveScenario implements Scenario {
    /** A chunk is in time if it is stored this long after it was signed: the viewers' delay. */
    static final long BOUND = 4 * SECOND;

    /** From coming to having all that is new. */
    private static final long SETTLE = 5 * SECOND;

    private static final long RUN = 16 * SECOND;

    /** The share of chunks that may come too late where datagrams get lost or connections break: at all viewers, and at one. */
    private static final double LATE = 0.01;

    private static final double LATE_AT_ONE = 0.05;

    private final long seed;
    private final SplittableRandom random;
    private final LiveSwarm swarm;
    private final List<LiveLiar> liars = new ArrayList<>();
    private final List<LivePeer> steady = new ArrayList<>();
    private final boolean tcp;
    private final double loss;

    LiveScenario(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        int viewers = random.nextInt(16) == 0 ? random.nextInt(20, 51) : random.nextInt(1, 10);
        // A single path that loses many datagrams carries little, whoever asks for it (RFC 6817).
        boolean few = viewers <= 3;
        ChunkAddressing[] all = ChunkAddressing.values();
        ChunkAddressing addressing = all[random.nextInt(all.length)];
        int perSignature = 1 << random.nextInt(1, 7);
        int rate = random.nextInt(24, viewers > 10 ? 48 : few ? 100 : 160);
        this.tcp = random.nextInt(4) == 0;
        this.loss = random.nextBoolean() ? random.nextDouble() * (tcp || few ? 0.02 : 0.1) : 0;
        LinkFaults faults = new LinkFaults(
                random.nextLong(1, few ? 20 : 60) * MILLISECOND,
                random.nextLong(20) * MILLISECOND,
                loss,
                loss / 4,
                random.nextInt(4) == 0 ? 0.001 : 0,
                0,
                1 << 20);
        long window = Math.max(2L * perSignature, 60L * rate) / perSignature * perSignature;
        long kept = random.nextInt(8) == 0 ? Long.MAX_VALUE : window;
        LiveStream stream = seed % 8 == 0
                ? LiveStream.signed(seed, IntegrityMethod.UNIFIED_MERKLE_TREE, addressing, kept)
                : new LiveStream(seed, IntegrityMethod.UNIFIED_MERKLE_TREE, addressing, kept);
        long bitrate = (long) rate * LiveStream.CHUNK_SIZE;
        long cap = random.nextBoolean() || viewers == 1 ? 0 : bitrate * 5 / 2;
        this.swarm = new LiveSwarm(seed, new Simulation(seed, faults), stream, perSignature, rate, cap);
        for (int i = 0; i < viewers; i++) {
            steady.add(swarm.viewer(random.nextInt(3) == 0 && viewers > 3 ? bitrate * 2 : 0, viewers > 10 ? 12 : 50));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            LiveLiar.Lie[] lies = LiveLiar.Lie.values();
            // Equivocation is the source's doing, and splits the stream: see LiveAttackTest.
            LiveLiar.Lie lie = lies[random.nextInt(lies.length - 1)];
            liars.add(new LiveLiar(swarm.simulation, stream, 1_000 + i, lie, swarm.source));
        }
    }

    @Override
    public String toString() {
        return "seed " + seed + ": " + steady.size() + " viewers, loss " + loss + ", tcp " + tcp + ", liars "
                + liars.size();
    }

    @Override
    public long run() {
        swarm.start();
        swarm.run(random.nextLong(4 * SECOND));
        for (LivePeer viewer : steady) {
            viewer.start();
            viewer.meet(known(viewer));
            swarm.run(random.nextLong(300 * MILLISECOND));
        }
        churn();
        swarm.run(RUN);
        long all = 0;
        long missed = 0;
        for (LivePeer viewer : steady) {
            LiveSwarm.Misses misses = swarm.misses(viewer, viewer.startedAt() + SETTLE, BOUND);
            assertThat(misses.share())
                    .as("%s: share of the chunks that came too late or never at %s: %s", this, viewer.address(), misses)
                    .isLessThanOrEqualTo(loss == 0 ? 0 : LATE_AT_ONE);
            all += misses.all();
            missed += misses.missed();
            assertBounded(viewer);
        }
        assertThat(missed / (double) Math.max(1, all))
                .as("%s: share of all chunks that came too late or never", this)
                .isLessThanOrEqualTo(LATE);
        long trace = swarm.simulation.traceHash();
        swarm.end();
        return trace;
    }

    private List<TransportAddress> known(LivePeer viewer) {
        List<TransportAddress> known = new ArrayList<>();
        known.add(tcp ? swarm.source.tcpAddress() : swarm.source.address());
        for (LivePeer other : steady) {
            if (other != viewer && (steady.size() <= 10 || random.nextInt(steady.size()) < 8)) {
                known.add(tcp ? other.tcpAddress() : other.address());
            }
        }
        liars.forEach(liar -> known.add(liar.address()));
        return known;
    }

    /** Some come for a while; they go with a word or without. */
    private void churn() {
        for (int i = random.nextInt(5); i > 0; i--) {
            LivePeer guest = swarm.viewer(0, 20);
            long comes = random.nextLong(RUN / 2);
            boolean politely = random.nextBoolean();
            swarm.simulation.after(comes, () -> {
                guest.start();
                guest.meet(known(guest));
                for (LivePeer other : steady.subList(0, Math.min(5, steady.size()))) {
                    other.meet(List.of(tcp ? guest.tcpAddress() : guest.address()));
                }
            });
            swarm.simulation.after(comes + random.nextLong(RUN / 2), () -> {
                if (politely) {
                    guest.stop();
                } else {
                    guest.crash();
                }
            });
        }
    }

    private void assertBounded(LivePeer viewer) {
        Long window = swarm.stream.metadata().discardWindowChunks();
        if (window != null && window < Long.MAX_VALUE) {
            long signatures = window / swarm.perSignature() + 128;
            assertThat(viewer.live().signaturesKept()).as("%s: munros", this).isLessThan((int) signatures);
        }
    }
}
