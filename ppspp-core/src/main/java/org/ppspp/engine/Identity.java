package org.ppspp.engine;

import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who we are in all swarms.
 *
 * @param peerId by which two connections of one pair of peers are told to be one too many; another one each start
 * @param only the one dialect that we speak, or null for all
 */
record Identity(UUID peerId, @Nullable Dialect only) {
    private static final long VERSION_MASK = 0xf000L;
    private static final long VERSION_RANDOM = 0x4000L;

    static Identity random(RandomGenerator random, @Nullable Dialect only) {
        long high = (random.nextLong() & ~VERSION_MASK) | VERSION_RANDOM;
        long low = (random.nextLong() >>> 2) | Long.MIN_VALUE;
        return new Identity(new UUID(high, low), only);
    }

    /** Whether {@code peer}, as a number of 128 bits, is higher than we are. */
    boolean isBelow(UUID peer) {
        int high = Long.compareUnsigned(peer.getMostSignificantBits(), peerId.getMostSignificantBits());
        int low = Long.compareUnsigned(peer.getLeastSignificantBits(), peerId.getLeastSignificantBits());
        return high > 0 || (high == 0 && low > 0);
    }
}
