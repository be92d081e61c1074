package org.ppspp.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LedbatTest {
    private static final long MILLI = 1_000_000;
    private static final long RTT = 40 * MILLI;
    private static final int MSS = 1200;
    private static final LedbatSettings PLUS_PLUS = LedbatProfile.DEFAULT.settings();

    private static Ledbat ledbat(LedbatSettings settings, long rttNanos, double window) {
        RttEstimator rtt = new RttEstimator(settings.ctoFloorNanos());
        rtt.sample(0, rttNanos);
        return new Ledbat(settings, rtt, MSS, window);
    }

    private static LedbatSettings avoiding() {
        return new LedbatSettings(60 * MILLI, 1, 1.0 / 16, false, 1, false, false, 2, 200 * MILLI, 2);
    }

    /** A default flow that left slow start for a queue. */
    private static Ledbat avoidingDefault(double window) {
        Ledbat law = ledbat(PLUS_PLUS, RTT, window);
        law.acked(0, MSS, (long) window, 50 * MILLI);
        assertThat(law.doubling()).isFalse();
        return law;
    }

    @ParameterizedTest
    @CsvSource({
        "2400, 0, 1200, 2400, 3000",
        "2400, 0, 1200, 1200, 2400",
        "12000, 50, 1200, 12000, 12060",
        "12000, 100, 1200, 12000, 12000",
        "12000, 150, 1200, 12000, 11940",
        "12000, 400, 12000, 12000, 8400",
        "24000, 250, 24000, 24000, 22200",
        "12000, 0, 1200, 4800, 6000",
        "3000, 1000, 1200, 2400, 2400"
    })
    void movesTheWindowAsRfc6817Says(double window, long queueMillis, long bytes, long flight, double result) {
        Ledbat law = ledbat(LedbatProfile.RFC6817.settings(), RTT, window);

        law.acked(0, bytes, flight, queueMillis * MILLI);

        assertThat(law.window()).isCloseTo(result, within(0.001));
    }

    @ParameterizedTest
    @CsvSource({
        "100, 30, 0.3333",
        "100, 60, 0.3333",
        "100, 63, -4.6667",
        "100, 66, -9.6667",
        "100, 90, -49.6667",
        "100, 300, -50",
        "10, 66, -0.6667"
    })
    void movesTheWindowAsLedbatPlusPlusSays(double datagrams, long queueMillis, double change) {
        double window = datagrams * MSS;
        Ledbat law = ledbat(avoiding(), RTT, window);

        law.acked(0, (long) window, (long) window, queueMillis * MILLI);

        assertThat((law.window() - window) / MSS).isCloseTo(change, within(0.0001));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "7, 0.0625", "10, 0.08333", "20, 0.16667", "30, 0.25", "60, 0.5", "119, 0.5", "120, 1", "900, 1"
    })
    void growsSlowlyOnShortPathsWithQueuesButNotOnLocalOnes(long rttMillis, double gain) {
        Ledbat law = ledbat(avoiding(), rttMillis * MILLI, 100 * MSS);

        law.acked(0, 100 * MSS, 100 * MSS, 16 * MILLI);

        assertThat(law.window() / MSS - 100).isCloseTo(gain, within(0.0001));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 40, 119, 900})
    void growsAsRfc6817AllowsWhereLossAloneGoverns(long rttMillis) {
        Ledbat law = ledbat(avoiding(), rttMillis * MILLI, 100 * MSS);
        law.acked(0, 100 * MSS, 100 * MSS, 0);
        assertThat(law.window() / MSS - 100).isCloseTo(1, within(0.0001));

        Ledbat queued = ledbat(avoiding(), 40 * MILLI, 100 * MSS);
        queued.acked(0, 1, 100 * MSS, 16 * MILLI);
        double before = queued.window();
        queued.acked(59_000 * MILLI, 100 * MSS, 100 * MSS, 0);
        assertThat((queued.window() - before) / MSS)
                .as("a queue within a minute")
                .isCloseTo(1 / 3.0, within(0.01));
        before = queued.window();
        queued.acked(61_000 * MILLI, 100 * MSS, 100 * MSS, 0);
        assertThat((queued.window() - before) / MSS).as("none for a minute").isCloseTo(1, within(0.01));
    }

    @ParameterizedTest
    @CsvSource({"500, 4", "1095, 4", "1096, 3", "2190, 3", "2191, 2", "9000, 2"})
    void startsWithTheWindowOfRfc5681(int datagramBytes, int datagrams) {
        Ledbat law = new Ledbat(PLUS_PLUS, new RttEstimator(MILLI), datagramBytes);

        assertThat(law.window()).isEqualTo(datagrams * datagramBytes);
    }

    @Test
    void doublesInSlowStartUntilThreeQuartersOfTheTarget() {
        Ledbat law = ledbat(PLUS_PLUS, RTT, 4 * MSS);
        law.acked(0, 4 * MSS, 4 * MSS, 45 * MILLI);
        assertThat(law.window()).isEqualTo(8 * MSS);
        assertThat(law.doubling()).isTrue();

        law.acked(1, 8 * MSS, 8 * MSS, 45 * MILLI + 1);
        assertThat(law.window()).isEqualTo(8 * MSS);
        assertThat(law.doubling()).isFalse();
    }

    @Test
    void doesNotGrowWhatIsNotUsed() {
        Ledbat law = ledbat(PLUS_PLUS, RTT, 100 * MSS);

        law.acked(0, MSS, 50 * MSS, 0);
        assertThat(law.window()).isEqualTo(100 * MSS);

        law.blocked();
        law.acked(0, MSS, 50 * MSS, 0);
        assertThat(law.window()).isEqualTo(101 * MSS);
    }

    @Test
    void halvesOnLossToTwoDatagramsAtLeast() {
        Ledbat law = ledbat(PLUS_PLUS, RTT, 64 * MSS);
        law.lost(0);
        assertThat(law.window()).isEqualTo(32 * MSS);
        assertThat(law.doubling()).isFalse();

        for (int i = 0; i < 50; i++) {
            law.lost(i);
        }
        assertThat(law.window()).isEqualTo(2 * MSS);
    }

    @Test
    void returnsToHalfTheWindowAfterATimeout() {
        Ledbat law = avoidingDefault(64 * MSS);
        law.timedOut();
        law.timedOut();
        assertThat(law.window()).isEqualTo(MSS);

        for (int i = 0; i < 5; i++) {
            law.acked(i, (long) law.window(), (long) law.window(), 0);
        }
        assertThat(law.window()).isEqualTo(32 * MSS);
        assertThat(law.doubling()).isFalse();
    }

    @Test
    void stepsBackTwoRoundTripsAfterSlowStartAndRegainsItsWindow() {
        Ledbat law = avoidingDefault(64 * MSS);
        law.acked(2 * RTT - 1, MSS, 64 * MSS, 20 * MILLI);
        double before = law.window();
        assertThat(before).isGreaterThan(64 * MSS);

        law.acked(2 * RTT, MSS, 64 * MSS, 20 * MILLI);
        assertThat(law.window()).isEqualTo(before / 4);
        law.acked(4 * RTT - 1, MSS, 16 * MSS, 0);
        assertThat(law.window()).as("frozen").isEqualTo(before / 4);

        law.acked(4 * RTT, 16 * MSS, 16 * MSS, 0);
        law.acked(5 * RTT, 33 * MSS, 33 * MSS, 70 * MILLI);
        assertThat(law.window()).isGreaterThanOrEqualTo(before);
        assertThat(law.doubling()).isFalse();

        double regained = law.window();
        law.acked(5 * RTT + 9 * 3 * RTT - 1, MSS, 64 * MSS, 20 * MILLI);
        assertThat(law.window()).as("nine times as long as the slowdown took").isGreaterThan(regained);
        law.acked(5 * RTT + 9 * 3 * RTT, MSS, 64 * MSS, 20 * MILLI);
        assertThat(law.window()).isLessThan(regained / 3);
    }

    @Test
    void endsASlowdownThoughAcksWereMissing() {
        Ledbat law = avoidingDefault(64 * MSS);
        law.acked(2 * RTT, MSS, 64 * MSS, 20 * MILLI);

        law.acked(1000 * RTT, 16 * MSS, 16 * MSS, 0);

        assertThat(law.window()).isEqualTo(32 * MSS);
    }

    @Test
    void doesNotStepBackWithoutAQueue() {
        Ledbat law = ledbat(PLUS_PLUS, RTT, 64 * MSS);
        law.lost(0);

        for (int i = 1; i < 100; i++) {
            law.acked(i * RTT, 32 * MSS, 32 * MSS, 5 * MILLI);
        }

        assertThat(law.window()).isGreaterThan(32 * MSS);
    }

    @Test
    void resumesSlowStartOnALocalPathAfterAPause() {
        Ledbat law = ledbat(PLUS_PLUS, MILLI, 64 * MSS);
        law.acked(0, MSS, 64 * MSS, 50 * MILLI);
        assertThat(law.doubling()).isFalse();

        law.acked(1, 64 * MSS, 64 * MSS, 0);
        assertThat(law.window()).isEqualTo(128 * MSS);

        law.lost(2);
        law.acked(3, 64 * MSS, 64 * MSS, 0);
        assertThat(law.window()).as("a loss ends it for good").isEqualTo(65 * MSS);
    }

    @Test
    void fadesWhileIdleAndReturnsQuickly() {
        Ledbat law = avoidingDefault(90 * MSS);
        law.idled(2);
        assertThat(law.window()).isCloseTo(40 * MSS, within(0.01));
        assertThat(law.doubling()).isTrue();

        law.idled(Long.MAX_VALUE);
        assertThat(law.window()).isEqualTo(2 * MSS);
    }

    @Test
    void isNeverLargerThanFourMebibytes() {
        Ledbat law = ledbat(PLUS_PLUS, MILLI, 64 * MSS);

        for (int i = 0; i < 30; i++) {
            law.acked(i, (long) law.window(), (long) law.window(), 0);
        }

        assertThat(law.window()).isEqualTo(4 << 20);
    }
}
