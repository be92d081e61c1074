package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Addresses of every kind, and who may speak of which (RFC 7574 §8.13, rule R19). */
class ReachTest {
    private static final Map<Reach, List<String>> ADDRESSES = Map.of(
            Reach.LOOPBACK,
            List.of("127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::127.0.0.1"),
            Reach.LOCAL,
            List.of(
                    "10.0.0.0",
                    "10.255.255.255",
                    "172.16.0.1",
                    "172.31.255.255",
                    "192.168.0.1",
                    "192.168.255.255",
                    "169.254.0.1",
                    "169.254.255.255",
                    "100.64.0.1",
                    "100.127.255.255",
                    "fe80::1",
                    "febf::1",
                    "fec0::1",
                    "fc00::1",
                    "fdff:ffff::1",
                    "::ffff:10.1.2.3",
                    "2002:c0a8:101::7",
                    "64:ff9b::192.168.1.1"),
            Reach.PUBLIC,
            List.of(
                    "1.1.1.1",
                    "9.255.255.255",
                    "11.0.0.0",
                    "100.63.255.255",
                    "100.128.0.0",
                    "126.255.255.255",
                    "128.0.0.1",
                    "169.253.255.255",
                    "169.255.0.0",
                    "172.15.255.255",
                    "172.32.0.0",
                    "192.167.255.255",
                    "192.169.0.0",
                    "223.255.255.255",
                    "2001:db8::1",
                    "2a00::1",
                    "fbff::1",
                    "fe00::1",
                    "fe7f::1",
                    "64:ff9b:1::10.0.0.1",
                    "64:ff9b::1.1.1.1",
                    "2002:101:101::1",
                    "::ffff:1.1.1.1"),
            Reach.NOWHERE,
            List.of(
                    "0.0.0.0",
                    "0.255.255.255",
                    "224.0.0.1",
                    "239.255.255.255",
                    "240.0.0.1",
                    "255.255.255.255",
                    "::",
                    "ff00::1",
                    "ff02::1",
                    "ffff::1",
                    "::ffff:224.0.0.1",
                    "::ffff:0.0.0.0",
                    "2002:e000:1::",
                    "64:ff9b::255.255.255.255"));

    private static Reach of(String host) {
        try {
            return Reach.of(InetAddress.getByName(host));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void tellsHowFarEachAddressReaches() {
        int count = 0;
        for (Map.Entry<Reach, List<String>> kind : ADDRESSES.entrySet()) {
            for (String host : kind.getValue()) {
                assertThat(of(host)).as(host).isEqualTo(kind.getKey());
                count++;
            }
        }
        assertThat(count).isGreaterThanOrEqualTo(60);
    }

    @Test
    void nobodySpeaksOfAddressesNearerThanItself() {
        Map<Reach, Set<Reach>> mayName = Map.of(
                Reach.PUBLIC, Set.of(Reach.PUBLIC),
                Reach.LOCAL, Set.of(Reach.PUBLIC, Reach.LOCAL),
                Reach.LOOPBACK, Set.of(Reach.PUBLIC, Reach.LOCAL, Reach.LOOPBACK),
                Reach.NOWHERE, Set.of());
        for (Reach source : Reach.values()) {
            for (Reach named : Reach.values()) {
                assertThat(source.mayName(named))
                        .as("%s names %s", source, named)
                        .isEqualTo(mayName.getOrDefault(source, Set.of()).contains(named));
            }
        }
    }
}
