package org.ppspp.media.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputAddressTest {
    @ParameterizedTest
    @CsvSource({
        "-, -, '', 0, '', true",
        "film.ts, file, '', 0, film.ts, true",
        "/a b/f?.ts, file, '', 0, /a b/f?.ts, true",
        "udp://:5000, udp, '', 5000, /, true",
        "udp://@239.1.2.3:5000, udp, 239.1.2.3, 5000, /, false",
        "udp://[ff15::1]:5000?localaddr=::1, udp, ff15::1, 5000, /, false",
        "tcp://host:1, tcp, host, 1, /, false",
        "TCP://:1?listen, tcp, '', 1, /, true",
        "tcp://0.0.0.0:1?listen=1, tcp, 0.0.0.0, 1, /, true",
        "tcp://[::1]:65535, tcp, ::1, 65535, /, false",
        "tcp://h:1?listen=0, tcp, h, 1, /, false",
        "http://h/a/b, http, h, 0, /a/b, false",
        "https://h:8/a?x=y, https, h, 8, /a, false",
        "http://:8080/live, http, '', 8080, /live, true",
        "http://0.0.0.0:8080/live?listen, http, 0.0.0.0, 8080, /live, true",
        "generator:, generator, '', 0, '', true"
    })
    void readsWhatNamesAnInput(String text, String scheme, String host, int port, String path, boolean listens) {
        InputAddress address = InputAddress.parse(text);
        assertThat(address.scheme()).isEqualTo(scheme);
        assertThat(address.host()).isEqualTo(host);
        assertThat(address.port()).isEqualTo(port);
        assertThat(address.path()).isEqualTo(path);
        assertThat(address.listens()).isEqualTo(listens);
        assertThat(LiveInput.parse(text.replace("ff15::1", "::1"), InputSettings.DEFAULT))
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "'', an input has a name",
        "udp://:99999, a port is 0 to 65535",
        "udp://host, lacks a port",
        "tcp://host:, a port is 0 to 65535",
        "tcp://host:1/path, has no path",
        "tcp://:1?lisen, unknown option 'lisen'",
        "rtmp://host/live, not rtmp",
        "https://:1/a?listen, only http is listened for",
        "http://h:1/a b, Illegal character",
        "generator:?pickle=5, generators take"
    })
    void saysWhatIsWrong(String text, String problem) {
        assertThatThrownBy(() -> LiveInput.parse(text, InputSettings.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "http", "udp"})
    void hearsThisMachineAloneUnlessTold(String scheme) throws IOException {
        try (LiveInput input = LiveInput.parse(scheme + "://:0", InputSettings.DEFAULT)) {
            input.open();
            assertThat(input.port()).isPositive();
            String taken = scheme + "://127.0.0.1:" + input.port() + "?listen";
            assertThatThrownBy(LiveInput.parse(taken, InputSettings.DEFAULT)::open)
                    .hasMessageContaining(taken)
                    .hasMessageContaining("address already in use");
        }
    }
}
