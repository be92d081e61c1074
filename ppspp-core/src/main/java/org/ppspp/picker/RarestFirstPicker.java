package org.ppspp.picker;

import java.util.random.RandomGenerator;
import org.ppspp.chunk.ChunkMap;

/**
 * Rarest first, and in order among equals.
 *
 * <p>Each swarm starts at a place of its own and goes on from where it was, so that a lone download is written and read in
 * order while the leechers of a swarm fetch different parts and have something to trade. A few places elsewhere are looked
 * at each time; a rarer request bin found there moves the cursor.
 */
public final class RarestFirstPicker implements ChunkPicker {
    private static final int SAMPLES_IN_ORDER = 4;
    private static final int SAMPLES_ELSEWHERE = 12;
    private static final int CHUNKS = 64;

    private final RandomGenerator random;
    private long cursor = -1;

    public RarestFirstPicker(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public long next(ChunkMap have, ChunkMap requested, ChunkMap peerHas, long chunkCount, Holders holders) {
        Candidates candidates = new Candidates(have, requested, peerHas, (chunkCount + CHUNKS - 1) / CHUNKS);
        if (cursor < 0) {
            cursor = random.nextLong(candidates.bins);
        }
        long best = rarest(cursor, candidates, holders);
        cursor = best == NOTHING ? cursor : best + 1;
        return best;
    }

    /** The same, going on in order from the request bin {@code start} among equals. */
    long nextFrom(long start, ChunkMap have, ChunkMap requested, ChunkMap peerHas, long chunkCount, Holders holders) {
        return rarest(start, new Candidates(have, requested, peerHas, (chunkCount + CHUNKS - 1) / CHUNKS), holders);
    }

    private long rarest(long start, Candidates candidates, Holders holders) {
        long best = NOTHING;
        int fewest = Integer.MAX_VALUE;
        long from = start;
        for (int sample = 0; sample < SAMPLES_IN_ORDER + SAMPLES_ELSEWHERE && fewest > 1; sample++) {
            long bin = candidates.after(sample < SAMPLES_IN_ORDER ? from : random.nextLong(candidates.bins));
            if (bin == NOTHING) {
                return best;
            }
            int count = holders.count(bin);
            if (count < fewest) {
                fewest = count;
                best = bin;
            }
            from = bin + 1;
        }
        return best;
    }

    /** The request bins a peer could be asked for. */
    private record Candidates(ChunkMap have, ChunkMap requested, ChunkMap peerHas, long bins) {
        /** The first candidate at or behind {@code start}, going round once. */
        long after(long start) {
            long origin = start >= bins ? 0 : start;
            long found = between(origin, bins);
            return found == NOTHING ? between(0, origin) : found;
        }

        private long between(long first, long end) {
            long bin = first;
            while (bin < end) {
                long held = peerHas.nextSet(bin * CHUNKS);
                if (held < 0 || held / CHUNKS >= end) {
                    return NOTHING;
                }
                bin = held / CHUNKS;
                long missing = have.nextClear(held);
                if (missing / CHUNKS > bin) {
                    bin = missing / CHUNKS;
                    continue;
                }
                if ((peerHas.word(bin) & ~have.word(bin) & ~requested.word(bin)) != 0) {
                    return bin;
                }
                bin++;
            }
            return NOTHING;
        }
    }
}
