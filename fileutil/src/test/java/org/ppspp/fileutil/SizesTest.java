package org.ppspp.fileutil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class SizesTest {
    @Test
    void readsBytesAndPowersOf1024() {
        Map<String, Long> sizes = Map.of(
                "0", 0L, "1000", 1000L, "1000b", 1000L, "64k", 65536L, "64KiB", 65536L, "10M", 10L << 20, "2GiB",
                2L << 30, "3tb", 3L << 40, "7E", 7L << 60);
        sizes.forEach(
                (text, bytes) -> assertThat(new Sizes().convert(text)).as(text).isEqualTo(bytes));
    }

    @Test
    void refusesAnythingElse() {
        for (String text : List.of("", "k", "1.5k", "-1", "1kk", "8E", "99999999999999999999", "1 k", "0x10", "1ki")) {
            assertThatThrownBy(() -> new Sizes().convert(text)).as(text).isInstanceOf(TypeConversionException.class);
        }
    }

    @Test
    void writesTheUnitThatReadsBest() {
        assertThat(Sizes.text(0)).isEqualTo("0 B");
        assertThat(Sizes.text(1023)).isEqualTo("1023 B");
        assertThat(Sizes.text(1024)).isEqualTo("1.0 KiB");
        assertThat(Sizes.text(5L << 29)).isEqualTo("2.5 GiB");
        assertThat(Sizes.text(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
    }
}
