package org.ppspp.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ListenAddressTest {
    @ParameterizedTest
    @CsvSource({
        ":7000, 0.0.0.0:7000",
        ":0, 0.0.0.0:0",
        "192.0.2.1, 192.0.2.1:6777",
        "192.0.2.1:65535, 192.0.2.1:65535",
        "0.0.0.0:6777, 0.0.0.0:6777",
        "[::1]:7000, [::1]:7000",
        "[2001:db8:0::1], [2001:db8::1]:6777",
        "[::], [::]:6777",
        "7000, 0.0.0.0:7000",
        "::1, [::1]:6777",
    })
    void understands(String text, String meaning) {
        assertThat(ListenAddress.parse(text)).hasToString(meaning);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                ":",
                ":65536",
                ":-1",
                ":+1",
                ":1x",
                "[::1",
                "[::1]7",
                "1.2.3.4:5:6",
                "65536",
                "[]",
                "[]:1"
            })
    void refuses(String text) {
        assertThatThrownBy(() -> ListenAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void meansBothFamiliesWithoutAnAddress() {
        assertThat(ListenAddress.parse(":6777").host()).isNull();
        assertThat(ListenAddress.parse(":6777")).isEqualTo(ListenAddress.everywhere());
        assertThat(ListenAddress.parse("0.0.0.0:6777").isIpv4()).isTrue();
    }
}
