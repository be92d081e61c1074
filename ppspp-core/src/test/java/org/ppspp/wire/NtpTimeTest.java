package org.ppspp.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NtpTimeTest {
    private static long micros(String instant) {
        Instant at = Instant.parse(instant);
        return TimeUnit.SECONDS.toMicros(at.getEpochSecond()) + at.getNano() / 1_000;
    }

    @ParameterizedTest
    @CsvSource({
        "1970-01-01T00:00:00Z, 83aa7e8000000000",
        "1970-01-01T00:00:00.500Z, 83aa7e8080000000",
        "1969-12-31T23:59:59.750Z, 83aa7e7fc0000000",
        "2013-10-21T14:57:28.521540Z, d60fbf588583a53b",
        "2036-02-07T06:28:15.999999Z, ffffffffffffef39",
        "2036-02-07T06:28:17Z, 0000000100000000",
    })
    void countsFrom1900(String instant, String ntp) {
        assertThat(NtpTime.ofUnixMicros(micros(instant))).isEqualTo(Long.parseUnsignedLong(ntp, 16));
    }

    @Test
    @DisplayName("the moment at which the count starts anew is not taken for an unknown time")
    void isNeverUnknown() {
        assertThat(NtpTime.ofUnixMicros(micros("2036-02-07T06:28:16Z")))
                .isNotEqualTo(NtpTime.UNKNOWN)
                .isEqualTo(1);
    }

    @Test
    @DisplayName("whole microseconds come back as they were, from 1968 to 2104")
    void comesBackToMicroseconds() {
        Random random = new Random(5);
        long first = micros("1968-01-20T03:14:08Z");
        long last = micros("2104-02-26T09:42:23Z");
        assertThat(NtpTime.toUnixMicros(NtpTime.ofUnixMicros(first))).isEqualTo(first);
        assertThat(NtpTime.toUnixMicros(NtpTime.ofUnixMicros(last))).isEqualTo(last);
        for (int round = 0; round < 10_000; round++) {
            long micros = random.nextLong(first, last);
            assertThat(NtpTime.toUnixMicros(NtpTime.ofUnixMicros(micros))).isEqualTo(micros);
        }
    }

    @Test
    @DisplayName("times compare by their difference, across 2036 as well")
    void comparesAcrossEras() {
        long seed = 4;
        Random random = new Random(seed);
        long wrap = micros("2036-02-07T06:28:16Z");
        for (int round = 0; round < 1_000; round++) {
            long first = wrap + random.nextLong(-1L << 45, 1L << 45);
            long second = first + random.nextLong(-1L << 40, 1L << 40);
            long a = NtpTime.ofUnixMicros(first);
            long b = NtpTime.ofUnixMicros(second);
            assertThat(NtpTime.compare(a, b))
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(Long.compare(first, second));
            assertThat(NtpTime.microsBetween(a, b))
                    .as("seed %d round %d", seed, round)
                    .isBetween(second - first - 1, second - first);
        }
        assertThat(NtpTime.compare(5, 5)).isZero();
        assertThat(NtpTime.microsBetween(0, 1L << 32)).isEqualTo(1_000_000);
        assertThat(NtpTime.microsBetween(1L << 32, 0)).isEqualTo(-1_000_000);
    }
}
