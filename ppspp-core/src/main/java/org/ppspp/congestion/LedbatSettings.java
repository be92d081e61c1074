package org.ppspp.congestion;

/**
 * The constants of a LEDBAT sender. RFC 6817 §2.5 bounds some of them; a record outside these bounds cannot exist.
 *
 * @param targetNanos queueing delay aimed at, more than 0 and at most 100 ms
 * @param gain most datagrams the window grows by in a round trip outside slow start, in (0, 1]
 * @param minGain what the gain falls to on short paths, in (0, gain]; equal to {@code gain} for a fixed one
 * @param literal the proportional law of RFC 6817 §2.4.2; otherwise LEDBAT++ with additive growth
 * @param allowedIncrease datagrams the window may exceed the flight by, more than 0; used if {@code literal}
 * @param slowStart whether a new flow doubles its window each round trip
 * @param slowdowns whether the flow steps back now and then to measure the base delay and to let others in
 * @param baseHistoryMinutes how many one-minute minima the base delay is taken from, 1 to 60
 * @param ctoFloorNanos the shortest congestion time-out
 * @param tailProbes datagrams sent into silence before the congestion time-out counts
 */
public record LedbatSettings(
        long targetNanos,
        double gain,
        double minGain,
        boolean literal,
        int allowedIncrease,
        boolean slowStart,
        boolean slowdowns,
        int baseHistoryMinutes,
        long ctoFloorNanos,
        int tailProbes) {

    private static final long MAX_TARGET_NANOS = 100_000_000;

    public LedbatSettings {
        require(targetNanos > 0 && targetNanos <= MAX_TARGET_NANOS, "target not in (0, 100 ms]");
        require(gain > 0 && gain <= 1, "gain not in (0, 1]");
        require(minGain > 0 && minGain <= gain, "minGain not in (0, gain]");
        require(allowedIncrease > 0, "allowedIncrease not positive");
        require(baseHistoryMinutes >= 1 && baseHistoryMinutes <= 60, "baseHistoryMinutes not in 1..60");
        require(ctoFloorNanos > 0 && ctoFloorNanos <= RttEstimator.MAX_CTO_NANOS, "ctoFloor not in (0, 60 s]");
        require(tailProbes >= 0 && tailProbes <= 4, "tailProbes not in 0..4");
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
