package org.ppspp.wire;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Any list of protocol options that can be written. */
final class RandomOptions {
    private static final List<ChunkAddressing> METHODS = List.of(ChunkAddressing.values());

    private RandomOptions() {}

    static ProtocolOptions next(SplittableRandom random) {
        ChunkAddressing addressing = maybe(random, () -> METHODS.get(random.nextInt(METHODS.size())));
        return new ProtocolOptions.Builder()
                .version(maybe(random, () -> random.nextInt(256)))
                .minimumVersion(maybe(random, () -> random.nextInt(256)))
                .swarmId(maybe(random, () -> swarmId(random)))
                .integrityMethod(maybe(random, () -> random.nextInt(256)))
                .hashFunction(maybe(random, () -> random.nextInt(256)))
                .signatureAlgorithm(maybe(random, () -> random.nextInt(256)))
                .addressing(addressing)
                .liveDiscardWindow(addressing == null ? null : maybe(random, () -> window(random, addressing)))
                .supportedMessages(maybe(
                        random,
                        () -> SupportedMessages.of(
                                random.ints(random.nextInt(20), 0, 256).toArray())))
                .chunkSize(maybe(random, () -> random.nextLong(1, 1L << 32)))
                .build();
    }

    private static SwarmId swarmId(SplittableRandom random) {
        byte[] bytes = new byte[random.nextInt(1, SwarmId.MAX_LENGTH_BYTES + 1)];
        random.nextBytes(bytes);
        return SwarmId.of(bytes);
    }

    private static long window(SplittableRandom random, ChunkAddressing addressing) {
        if (random.nextInt(4) == 0) {
            return ProtocolOptions.KEEPS_ALL;
        }
        return random.nextLong(addressing.windowBytes() == Integer.BYTES ? (1L << 32) - 1 : Long.MAX_VALUE);
    }

    private static <T> @Nullable T maybe(SplittableRandom random, Supplier<T> value) {
        return random.nextInt(3) == 0 ? null : value.get();
    }
}
