package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostKeyTest {
    private static InetSocketAddress socket(String host) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), 6778);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1, true, true",
        "192.0.2.1, 192.0.2.2, false, true",
        "192.0.2.1, 192.0.3.1, false, false",
        "2001:db8:1:2::1, 2001:db8:1:2:ffff::9, true, true",
        "2001:db8:1:2::1, 2001:db8:1:3::1, false, true",
        "2001:db8:1:2::1, 2001:db8:2:2::1, false, false"
    })
    void tellsHostsAndNetworksApart(String one, String other, boolean sameHost, boolean sameNetwork) {
        assertThat(HostKey.host(socket(one)) == HostKey.host(socket(other))).isEqualTo(sameHost);
        assertThat(HostKey.network(socket(one)) == HostKey.network(socket(other)))
                .isEqualTo(sameNetwork);
    }

    @Test
    void doesNotCountPorts() {
        InetSocketAddress one = socket("192.0.2.1");
        assertThat(HostKey.host(one)).isEqualTo(HostKey.host(new InetSocketAddress(one.getAddress(), 1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "::1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.1.1",
                "fe80::1",
                "fc00::1",
                "fdff::1"
            })
    void doesNotCountHostsOfOneMachineOrGateway(String host) {
        assertThat(HostKey.exempt(socket(host))).isTrue();
        assertThat(HostKey.undiallable(socket(host))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "172.32.0.1", "11.0.0.1", "2001:db8::1", "fe00::1"})
    void countsHostsOfTheInternet(String host) {
        assertThat(HostKey.exempt(socket(host))).isFalse();
        assertThat(HostKey.undiallable(socket(host))).isFalse();
    }

    @Test
    void dialsNoNameAndNoPortZero() {
        assertThat(HostKey.undiallable(InetSocketAddress.createUnresolved("peer.example", 6778)))
                .isTrue();
        assertThat(HostKey.undiallable(new InetSocketAddress(socket("192.0.2.1").getAddress(), 0)))
                .isTrue();
    }
}
