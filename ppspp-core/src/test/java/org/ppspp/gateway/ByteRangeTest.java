package org.ppspp.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteRangeTest {
    private static final ByteRange ALL = new ByteRange(0, 1000, false);

    @ParameterizedTest
    @CsvSource({
        "bytes=0-, 0, 1000",
        "bytes=0-0, 0, 1",
        "bytes=0-499, 0, 500",
        "bytes=999-, 999, 1",
        "bytes=500-5000, 500, 500",
        "bytes=-1, 999, 1",
        "bytes=-1000, 0, 1000",
        "bytes=-5000, 0, 1000",
        "bytes=0-99999999999999999999999, 0, 1000",
        "bytes=-99999999999999999999999, 0, 1000",
        "bytes=0000000000000000000000000010-19, 10, 10",
        "BYTES = 10-19, 10, 10"
    })
    void selectsOnePart(String header, long first, long length) {
        assertThat(ByteRange.select(header, 1000)).isEqualTo(new ByteRange(first, length, true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=-",
                "bytes=5-4",
                "bytes=0-1,5-6",
                "bytes=,",
                "bytes=1 0-20",
                "bytes=0x10-",
                "bytes=--5",
                "bytes=+5-",
                "bytes=５-",
                "items=0-5",
                "bytes 0-5"
            })
    void whatIsNoRangeSelectsEverything(String header) {
        assertThat(ByteRange.select(header, 1000)).isEqualTo(ALL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=1000-",
                "bytes=1000-2000",
                "bytes=-0",
                "bytes=9223372036854775807-",
                "bytes=9223372036854775808-",
                "bytes=99999999999999999999999-99999999999999999999999"
            })
    void whatLiesOutsideSelectsNothing(String header) {
        assertThat(ByteRange.select(header, 1000)).isNull();
    }

    @Test
    void emptyContentHasNoRange() {
        assertThat(ByteRange.select(null, 0)).isEqualTo(new ByteRange(0, 0, false));
        assertThat(ByteRange.select("bytes=0-", 0)).isNull();
        assertThat(ByteRange.select("bytes=-1", 0)).isNull();
    }

    @Test
    void namesTheRangeInContentOfAnyLength() {
        long length = Long.MAX_VALUE - 1;
        ByteRange range = ByteRange.select("bytes=" + (1L << 40) + '-', length);
        assertThat(range).isNotNull();
        assertThat(range == null ? "" : range.contentRange(length))
                .isEqualTo("bytes 1099511627776-9223372036854775805/9223372036854775806");
    }

    @Test
    void selectsWhatANaiveModelSelects() {
        for (int seed = 0; seed < 20_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long length = random.nextLong(0, 1L << random.nextInt(1, 50));
            String from = number(random, length);
            String to = number(random, length);
            assertThat(ByteRange.select("bytes=" + from + '-' + to, length))
                    .as("seed %d: %s-%s of %d", seed, from, to, length)
                    .isEqualTo(model(from, to, BigInteger.valueOf(length)));
        }
    }

    private static String number(SplittableRandom random, long length) {
        return switch (random.nextInt(5)) {
            case 0 -> "";
            case 1 -> Long.toString(random.nextLong(0, length + 1));
            case 2 -> Long.toString(length + random.nextInt(3));
            case 3 -> new BigInteger(random.nextInt(1, 100), new Random(random.nextLong())).toString();
            default -> Integer.toString(random.nextInt(3));
        };
    }

    private static @Nullable ByteRange model(String from, String to, BigInteger length) {
        BigInteger end = length.subtract(BigInteger.ONE);
        BigInteger first;
        BigInteger last;
        if (from.isEmpty() && to.isEmpty()) {
            return new ByteRange(0, length.longValue(), false);
        } else if (from.isEmpty()) {
            first = length.subtract(new BigInteger(to)).max(BigInteger.ZERO);
            last = end;
        } else {
            first = model(from);
            last = to.isEmpty() ? end.max(first) : model(to);
        }
        if (!from.isEmpty() && last.compareTo(first) < 0) {
            return new ByteRange(0, length.longValue(), false);
        }
        if (first.compareTo(length) >= 0) {
            return null;
        }
        BigInteger count = last.min(end).subtract(first).add(BigInteger.ONE);
        return count.signum() == 0 ? null : new ByteRange(first.longValue(), count.longValue(), true);
    }

    /** Beyond all lengths one number is like another. */
    private static BigInteger model(String digits) {
        BigInteger number = new BigInteger(digits);
        return number.compareTo(BigInteger.TEN.pow(18)) < 0 ? number : BigInteger.TEN.pow(18);
    }
}
