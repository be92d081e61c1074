package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "90s, 90000",
        "10m, 600000",
        "2h, 7200000",
        "1h30m, 5400000",
        "1d, 86400000",
        "500ms, 500",
        "15, 15000",
        "1.5s, 1500",
        "2M, 120000",
        "0, 0",
        "10000d, 864000000000"
    })
    void readsUnitsAndTakesBareNumbersForSeconds(String text, long millis) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s",
                "-5s",
                "5y",
                "1h 30m",
                "5s3",
                "9999999999",
                "10001d",
                "200000d",
                "9999d99h",
                "999999999d999999999d"
            })
    void refusesWhatIsNoTime(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Durations.parse(text));
    }

    @ParameterizedTest
    @CsvSource({"0, 0s", "59, 59s", "60, 1m00s", "190, 3m10s", "7500, 2h05m", "86400, 1d00h", "356400, 4d03h"})
    void writesTheTwoLargestUnits(long seconds, String text) {
        assertThat(Durations.format(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"2400, 2.4s", "0, 0.0s", "10000, 10s", "61000, 1m01s"})
    void writesTenthsOfShortTimes(long millis, String text) {
        assertThat(Durations.format(Duration.ofMillis(millis))).isEqualTo(text);
    }
}
