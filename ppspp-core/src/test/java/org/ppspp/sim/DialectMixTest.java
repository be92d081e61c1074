package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Swarms with older programs in them, under faults. {@code -Dppspp.mix.seeds=N} runs more of them, {@code -Dppspp.sim.seed=S}
 * replays one.
 */
class DialectMixTest {
    private static final int DETERMINISM_EVERY = 50;

    @Test
    void oursAreTheBridgeBetweenOlderPrograms() {
        String only = System.getProperty("ppspp.sim.seed", "");
        if (!only.isBlank()) {
            run(Long.parseLong(only.trim()));
            return;
        }
        long first = Long.getLong("ppspp.sim.first", 1);
        int seeds = Integer.getInteger("ppspp.mix.seeds", 200);
        for (long seed = first; seed < first + seeds; seed++) {
            long trace = run(seed);
            if (seed % DETERMINISM_EVERY == 0) {
                assertThat(run(seed))
                        .as("I12: seed %d gives the same trace again", seed)
                        .isEqualTo(trace);
            }
        }
    }

    private static long run(long seed) {
        DialectMix mix = new DialectMix(seed);
        try {
            return mix.run();
        } catch (Throwable failure) {
            throw new AssertionError(
                    "seed " + seed + " failed (" + mix + "); replay it with: mvn -pl ppspp-core test"
                            + " -Dtest=DialectMixTest -Dppspp.sim.seed=" + seed,
                    failure);
        }
    }
}
