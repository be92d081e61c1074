package org.ppspp.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PendingHashesTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void behavesLikeAMapWithRoomEnough() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            PendingHashes pending = new PendingHashes(4, 400);
            Map<Long, byte[]> model = new HashMap<>();
            for (int step = 0; step < 3000; step++) {
                long bin = random.nextInt(190) * (seed % 2 == 0 ? 1L : 1L << 24);
                byte[] hash = {(byte) step, (byte) (step >> 8), 1, 2};
                if (random.nextInt(3) > 0) {
                    pending.put(bin, hash, 5);
                    model.put(bin, hash);
                } else {
                    pending.remove(bin);
                    model.remove(bin);
                }
                long asked = random.nextInt(190) * (seed % 2 == 0 ? 1L : 1L << 24);
                assertThat(pending.get(asked)).as("seed %d step %d", seed, step).isEqualTo(model.get(asked));
                assertThat(pending.size()).as("seed %d", seed).isEqualTo(model.size());
            }
        }
    }

    @Test
    void forgetsHashesBetweenTenAndTwentySeconds() {
        for (long phase = 0; phase < 10; phase++) {
            PendingHashes pending = new PendingHashes(4, 64);
            pending.put(1, new byte[4], -5 * SECOND);
            long put = (phase - 5) * SECOND;
            pending.put(2, new byte[] {1, 2, 3, 4}, put);

            for (long second = 1; second <= 10; second++) {
                pending.expire(put + second * SECOND - 1);
                assertThat(pending.get(2)).isNotNull();
            }
            for (long second = 10; second <= 20; second++) {
                pending.expire(put + second * SECOND);
            }
            assertThat(pending.get(2)).isNull();
            assertThat(pending.size()).isZero();
        }
    }

    @Test
    void forgetsEverythingAfterALongSilence() {
        PendingHashes pending = new PendingHashes(4, 64);
        pending.put(1, new byte[4], 0);
        pending.expire(20 * SECOND);

        assertThat(pending.size()).isZero();
    }

    @Test
    void keepsTheNewestUnderPressureWithinItsBound() {
        PendingHashes pending = new PendingHashes(4, 64);
        for (long bin = 0; bin < 10_000; bin++) {
            pending.put(bin, new byte[] {(byte) bin, 0, 0, 1}, bin);
            assertThat(pending.size()).isLessThanOrEqualTo(64);
            assertThat(pending.get(Math.max(0, bin - 31))).isNotNull();
        }
    }

    @Test
    void clearsAndRefusesToBeUselesslySmall() {
        PendingHashes pending = new PendingHashes(4, 64);
        pending.put(1, new byte[4], 0);
        pending.clear();

        assertThat(pending.size()).isZero();
        assertThat(pending.get(1)).isNull();
        assertThatThrownBy(() -> new PendingHashes(20, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
