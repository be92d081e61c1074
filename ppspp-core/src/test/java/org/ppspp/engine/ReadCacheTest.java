package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.ppspp.engine.ReadCache.CachedBin;

class ReadCacheTest {
    private static final int MIB = 1 << 20;

    private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
    private final ReadCache cache = new ReadCache();

    private void put(long bin, long present, int bytes) {
        cache.put(bin, new CachedBin(buffers.heapBuffer(bytes), present, null));
    }

    private long held() {
        return buffers.metric().usedHeapMemory();
    }

    @AfterEach
    void givesEveryBufferBack() {
        cache.clear();
        assertThat(held()).isZero();
        assertThat(cache.get(0, 0)).isNull();
    }

    @Test
    void givesNothingUnlessAllOfItIsThere() {
        put(3, 0b0110, 64);

        assertThat(cache.get(3, 0b0100)).isNotNull();
        assertThat(cache.get(3, 0b0110)).isNotNull();
        assertThat(cache.get(3, 0b0111)).isNull();
        assertThat(cache.get(4, 0b0100)).isNull();
    }

    @Test
    void letsTheLeastRecentlyUsedGo() {
        for (int bin = 0; bin < 16; bin++) {
            put(bin, -1, MIB);
        }
        cache.get(0, -1);
        put(16, -1, MIB);

        assertThat(held()).isEqualTo(Limits.READ_CACHE_BYTES);
        assertThat(cache.get(0, -1)).isNotNull();
        assertThat(cache.get(1, -1)).isNull();
    }

    @Test
    void replacesABinThatIsReadAgain() {
        put(1, 1, 100);
        put(1, 3, 100);
        assertThat(held()).isEqualTo(100);

        cache.drop(1);
        cache.drop(1);
        assertThat(held()).isZero();
    }

    @Test
    void keepsAFewBinsHoweverLargeTheyAre() {
        for (int bin = 0; bin < 8; bin++) {
            put(bin, -1, 5 * MIB);
        }
        assertThat(held()).isEqualTo(5L * MIB * Limits.SERVING_BINS);
    }

    @Test
    void readsABinOnceAtATime() {
        assertThat(cache.startReading(5)).isTrue();
        assertThat(cache.startReading(5)).isFalse();
        cache.stopReading(5);
        assertThat(cache.startReading(5)).isTrue();
    }

    @Test
    void staysWithinItsBoundWhateverIsRead() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 2_000; i++) {
            long bin = random.nextLong(60);
            switch (random.nextInt(4)) {
                case 0 -> cache.drop(bin);
                case 1 -> cache.get(bin, random.nextLong());
                default -> put(bin, random.nextLong(), 1 + random.nextInt(2 * MIB));
            }
            assertThat(held()).as("step %d", i).isLessThanOrEqualTo(Limits.READ_CACHE_BYTES);
        }
    }
}
