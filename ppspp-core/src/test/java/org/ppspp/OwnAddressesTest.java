package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OwnAddressesTest {
    private static InetAddress host(int last) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, (byte) last});
    }

    @Test
    void knowsItselfByAddressAndPort() throws UnknownHostException {
        OwnAddresses own = new OwnAddresses(Set.of(host(1)), 6778);
        assertThat(own.contains(new InetSocketAddress(host(1), 6778))).isTrue();
        assertThat(own.contains(new InetSocketAddress(host(1), 6779))).isFalse();
        assertThat(own.contains(new InetSocketAddress(host(2), 6778))).isFalse();
        assertThat(own.contains(new InetSocketAddress(InetAddress.getLoopbackAddress(), 6778)))
                .isTrue();
    }

    @Test
    void findsTheAddressesOfThisMachine() {
        assertThat(OwnAddresses.find(1).hosts()).anyMatch(InetAddress::isLoopbackAddress);
    }
}
