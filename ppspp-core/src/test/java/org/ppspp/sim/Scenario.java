package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.LongFunction;

/**
 * A swarm drawn from a seed, to be run once. {@code -Dppspp.sim.seed=S} runs one seed alone, and
 * {@code -Dppspp.sim.first=S} begins with another one.
 */
interface Scenario {
    int DETERMINISM_EVERY = 50;

    /** Runs it and returns the trace hash. Throws an {@link AssertionError} for any broken invariant. */
    long run();

    /** Runs as many seeds as the property {@code count} says, or {@code usually}; some of them twice. */
    static void runSeeds(Class<?> test, String count, int usually, LongFunction<Scenario> drawn) {
        String only = System.getProperty("ppspp.sim.seed", "");
        if (!only.isBlank()) {
            run(test, Long.parseLong(only.trim()), drawn);
            return;
        }
        long first = Long.getLong("ppspp.sim.first", 1);
        int seeds = Integer.getInteger(count, usually);
        for (long seed = first; seed < first + seeds; seed++) {
            long trace = run(test, seed, drawn);
            if (seed % DETERMINISM_EVERY == 0) {
                assertThat(run(test, seed, drawn))
                        .as("I12: seed %d gives the same trace again", seed)
                        .isEqualTo(trace);
            }
        }
    }

    private static long run(Class<?> test, long seed, LongFunction<Scenario> drawn) {
        Scenario scenario = drawn.apply(seed);
        try {
            return scenario.run();
        } catch (Throwable failure) {
            throw new AssertionError(
                    "seed " + seed + " failed (" + scenario + "); replay it with: mvn -pl ppspp-core test -Dtest="
                            + test.getSimpleName() + " -Dppspp.sim.seed=" + seed,
                    failure);
        }
    }
}
