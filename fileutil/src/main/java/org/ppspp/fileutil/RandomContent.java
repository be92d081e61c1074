package org.ppspp.fileutil;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Random bytes that a seed determines, on every machine and in every version: the i-th eight bytes are the i-th number of
 * SplitMix64 in little-endian order. Good enough to fill files, useless for secrets.
 */
final class RandomContent {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final long start;

    RandomContent(long seed) {
        // Neighbouring seeds must not give the same numbers one step apart.
        this.start = mix(seed);
    }

    /** Fills {@code buffer} from 0 to its limit with what stands at {@code offset} of the content; both multiples of 8. */
    void fill(ByteBuffer buffer, long offset) {
        ByteBuffer target = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        long state = start + offset / Long.BYTES * GOLDEN_GAMMA;
        for (int at = 0; at + Long.BYTES <= buffer.limit(); at += Long.BYTES) {
            state += GOLDEN_GAMMA;
            target.putLong(at, mix(state));
        }
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
