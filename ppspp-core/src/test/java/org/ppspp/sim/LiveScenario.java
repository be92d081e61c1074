package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ppspp.sim.LiveSwarm.MILLISECOND;
import static org.ppspp.sim.LiveSwarm.SECOND;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.ppspp.engine.EngineConfig;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.TransportAddress;

/**
 * A live swarm drawn from a seed: how chunks are named, how many a signature covers, how many viewers, their paths, who comes
 * and goes, and who lies. Viewers that stay must have every chunk in time, if up to a tenth of all datagrams gets lost too. The
 * one thing that is not drawn is a stream of more than half of what the paths from its source carry together.
 */
final class LiveScenario implements Scenario {
    /** A chunk is in time if it is stored this long after it was signed: the viewers' delay. */
    static final long BOUND = 4 * SECOND;

    /** From coming to having all that is new. */
    private static final long SETTLE = 5 * SECOND;

    private static final long RUN = 16 * SECOND;

    /** The most that gets lost. */
    private static final double LOSS = 0.1;

    /** The same over TCP, where every thousandth frame breaks its connection then: one that a single viewer has to dial anew. */
    private static final double LOSS_TCP = 0.02;

    /** A chunk of these streams with all its hashes. */
    private static final int DATAGRAM_BYTES = 580;

    /** Chunks a second of the slowest stream. */
    private static final int LEAST_RATE = 12;

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
        ChunkAddressing[] all = ChunkAddressing.values();
        ChunkAddressing addressing = all[random.nextInt(all.length)];
        this.tcp = random.nextInt(4) == 0;
        this.loss = random.nextBoolean() ? random.nextDouble() * (tcp ? LOSS_TCP : LOSS) : 0;
        LinkFaults faults = new LinkFaults(
                random.nextLong(1, 60) * MILLISECOND,
                random.nextLong(20) * MILLISECOND,
                loss,
                loss / 4,
                random.nextInt(4) == 0 ? 0.001 : 0,
                0,
                1 << 20);
        int most = tcp ? Integer.MAX_VALUE : (int) (viewers * carried(faults) / 2);
        int rate = Math.max(LEAST_RATE, Math.min(most, random.nextInt(24, viewers > 10 ? 48 : 160)));
        int perSignature = Math.min(1 << random.nextInt(1, 7), Integer.highestOneBit(2 * rate));
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
            // Equivocation is the source's doing, and splits the stream: see LiveSwarmTest.
            LiveLiar.Lie lie = lies[random.nextInt(lies.length - 1)];
            liars.add(new LiveLiar(swarm.simulation, stream, 1_000 + i, lie, swarm.source));
        }
    }

    /**
     * What LEDBAT carries over one of these paths, in chunks a second: a sender that halves its window with each loss and adds
     * a full datagram in each round trip has sqrt(3/2p) datagrams on the way (RFC 6817 §2.4.2; Mathis et al. 1997).
     */
    private static double carried(LinkFaults faults) {
        double full = EngineConfig.DEFAULT_MAX_DATAGRAM_BYTES / (double) DATAGRAM_BYTES;
        double window = Math.sqrt(1.5 * full / Math.max(faults.lossRate(), 1e-6));
        return window * SECOND / (2 * faults.delayNanos() + faults.jitterNanos());
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
        for (LivePeer viewer : steady) {
            LiveSwarm.Misses misses = swarm.misses(viewer, viewer.startedAt() + SETTLE, BOUND);
            assertThat(misses.missed())
                    .as("%s: chunks that came too late or never at %s: %s", this, viewer.address(), misses)
                    .isZero();
            assertBounded(viewer);
        }
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
