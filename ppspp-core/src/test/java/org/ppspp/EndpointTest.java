package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EndpointTest {
    @ParameterizedTest
    @CsvSource({
        "example.org, example.org, 6777",
        "example.org:80, example.org, 80",
        " 10.0.0.1:80 , 10.0.0.1, 80",
        "[::1], ::1, 6777",
        "[::1]:80, ::1, 80",
        "2001:db8::7, 2001:db8::7, 6777"
    })
    void readsHostsWithAndWithoutPorts(String text, String host, int port) {
        assertThat(Endpoint.parse(text, 6777)).isEqualTo(new Endpoint(host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ":80", "a:", "a:x", "a:0", "a:65536", "a:-1", "[::1", "[::1]x", "[]:1", "a:99999999999"})
    void refusesWhatIsNoEndpoint(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Endpoint.parse(text, 6777));
    }

    @Test
    void isWrittenAsItIsRead() {
        for (String text : new String[] {"example.org:80", "[::1]:80"}) {
            assertThat(Endpoint.parse(text, 1)).hasToString(text);
        }
    }

    @Test
    void resolvesLiteralsWithoutAsking() throws UnknownHostException {
        assertThat(new Endpoint("127.0.0.1", 80).resolve())
                .singleElement()
                .satisfies(address -> assertThat(address.getPort()).isEqualTo(80));
    }
}
