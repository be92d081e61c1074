package org.ppspp.sim;

import org.junit.jupiter.api.Test;

/**
 * Swarms under faults. {@code -Dppspp.sim.seeds=N} runs more of them, {@code -Dppspp.sim.seed=S} replays one.
 */
class SwarmSimulationTest {
    @Test
    void everySeedKeepsTheInvariantsAndCompletes() {
        Scenario.runSeeds(getClass(), "ppspp.sim.seeds", 500, SwarmScenario::new);
    }
}
