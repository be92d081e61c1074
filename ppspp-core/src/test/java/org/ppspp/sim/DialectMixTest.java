package org.ppspp.sim;

import org.junit.jupiter.api.Test;

/**
 * Swarms with older programs in them, under faults. {@code -Dppspp.mix.seeds=N} runs more of them, {@code -Dppspp.sim.seed=S}
 * replays one.
 */
class DialectMixTest {
    @Test
    void oursAreTheBridgeBetweenOlderPrograms() {
        Scenario.runSeeds(getClass(), "ppspp.mix.seeds", 200, DialectMix::new);
    }
}
