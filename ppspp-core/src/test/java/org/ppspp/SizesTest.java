package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SizesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "28077056, 28077056",
        "1k, 1024",
        "1K, 1024",
        "1KiB, 1024",
        "1kb, 1024",
        "2M, 2097152",
        "2 MiB, 2097152",
        "1.5G, 1610612736",
        "0.5k, 512",
        "3T, 3298534883328",
        "12B, 12",
        "7E, 8070450532247928832",
        "9223372036854775807, 9223372036854775807"
    })
    void readsSuffixesAsPowersOf1024(String text, long bytes) {
        assertThat(Sizes.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "k",
                "-1",
                "1X",
                "1kk",
                "1e3",
                "0x10",
                "99999999999999999999",
                "9999999999G",
                "8E",
                "1ki",
                "9999999.5T9"
            })
    void refusesWhatIsNoSize(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Sizes.parse(text)).withMessageContaining(text);
    }

    @ParameterizedTest
    @CsvSource({"500k, 512000", "2M/s, 2097152", "1MiB/s, 1048576", "off, 0", "0, 0"})
    void readsRates(String text, long bytesPerSecond) {
        assertThat(Sizes.parseRate(text)).isEqualTo(bytesPerSecond);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "1536, 1.5 KiB",
        "1048575, 1.0 MiB",
        "1048576, 1.0 MiB",
        "1028863590, 981.2 MiB",
        "9223372036854775807, 8.0 EiB"
    })
    void writesTheUnitThatSuits(long bytes, String text) {
        assertThat(Sizes.format(bytes)).isEqualTo(text);
    }

    @Test
    void writesBothOfAPairInOneUnit() {
        assertThat(Sizes.formatPair(412L << 20, 1_028_863_590)).isEqualTo("412.0/981.2 MiB");
        assertThat(Sizes.formatPair(0, 700)).isEqualTo("0/700 B");
    }
}
