package org.ppspp.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AllowedHostsTest {
    private static final InetAddress LAN = NetUtil.createInetAddressFromIpAddressString("192.0.2.7");

    private final AllowedHosts local = new AllowedHosts(null, 8080);
    private final AllowedHosts lan = new AllowedHosts(LAN, 8080);
    private final AllowedHosts onPort80 = new AllowedHosts(null, 80);

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080", "[::1]:8080"})
    void thisMachineIsAllowedEverywhere(String host) {
        assertThat(local.contains(host)).isTrue();
        assertThat(lan.contains(host)).isTrue();
        assertThat(onPort80.contains(host)).isFalse();
        assertThat(onPort80.contains(host.replace(":8080", ""))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.7:8080", "192.0.2.8:8080", "[2001:db8::1]:8080"})
    void otherAddressesAreAllowedWhereOthersMayCome(String host) {
        assertThat(local.contains(host)).isFalse();
        assertThat(lan.contains(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":8080",
                "127.0.0.1",
                "127.0.0.1:",
                "127.0.0.1:80",
                "127.0.0.1:08080",
                "127.0.0.1:8080 ",
                "127.0.0.1:8080:8080",
                "127.0.0.1.:8080",
                "localhost.:8080",
                "::1:8080",
                "[::1:8080",
                "[]:8080",
                "[::1%lo]:8080",
                "evil.example:8080",
                "localhost.evil.example:8080",
                "evil@127.0.0.1:8080",
                "0x7f.1:8080",
                "2130706433:8080"
            })
    void nothingElseIs(String host) {
        assertThat(local.contains(host)).isFalse();
        assertThat(lan.contains(host)).isFalse();
    }
}
