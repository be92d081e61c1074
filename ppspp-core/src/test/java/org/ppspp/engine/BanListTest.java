package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class BanListTest {
    private final BanList bans = new BanList();

    private static InetSocketAddress peer(int number) {
        return RawPeer.address(number).socket();
    }

    private static InetSocketAddress samePeerAt(int number, int port) {
        return new InetSocketAddress(peer(number).getAddress(), port);
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Test
    void bansForContentTwiceAsLongEachTime() {
        long now = 100;
        for (long length = Limits.CONTENT_BAN; length <= 16 * Limits.CONTENT_BAN; length *= 2) {
            bans.banForContent(peer(1), now);
            assertThat(bans.banned(peer(1), now)).isTrue();
            assertThat(bans.banned(peer(2), now)).isFalse();
            assertThat(bans.banned(samePeerAt(1, 9), now)).as("the host").isFalse();
            bans.banForContent(peer(1), now);
            assertThat(bans.banned(peer(1), now + length - 1)).isTrue();
            assertThat(bans.banned(peer(1), now + length)).isFalse();
            now += length + Limits.SECOND;
        }
        bans.banForContent(peer(1), now);
        assertThat(bans.banned(peer(1), now + Limits.CONTENT_BAN_MAX - 1)).isTrue();
        assertThat(bans.banned(peer(1), now + Limits.CONTENT_BAN_MAX)).isFalse();
    }

    @Test
    void bansAHostThatDoesItFromTwoAddresses() {
        bans.banForContent(samePeerAt(1, 5_000), 0);
        assertThat(bans.banned(samePeerAt(1, 5_002), 0)).isFalse();
        bans.banForContent(samePeerAt(1, 5_001), 0);
        assertThat(bans.banned(samePeerAt(1, 5_002), 0)).isTrue();
        assertThat(bans.banned(samePeerAt(1, 5_002), Limits.CONTENT_BAN)).isFalse();
        assertThat(bans.banned(peer(2), 0)).isFalse();
    }

    @Test
    void forgetsWhoWasBannedLongAgo() {
        bans.banForContent(samePeerAt(1, 5_000), 0);
        bans.banForContent(samePeerAt(1, 5_001), Limits.CONTENT_BAN);
        assertThat(bans.banned(samePeerAt(1, 5_002), Limits.CONTENT_BAN)).isFalse();
    }

    @Test
    void neverBansAllOfAPrivateAddress() {
        for (int port = 5_000; port < 5_010; port++) {
            bans.banForContent(loopback(port), 0);
        }
        assertThat(bans.banned(loopback(5_009), 0)).isTrue();
        assertThat(bans.banned(loopback(5_010), 0)).isFalse();
    }

    @Test
    void bansForTenMinutesWhoBreaksTheProtocolInOneChannelAfterTheOther() {
        long start = Limits.OFFENCE_BAN - 5;
        for (int i = 1; i < Limits.CLOSINGS_TO_BAN; i++) {
            bans.closedForOffences(samePeerAt(1, 5_000 + i), start + i);
            assertThat(bans.banned(peer(1), start + i)).isFalse();
        }
        bans.closedForOffences(samePeerAt(1, 6_000), start + 10);
        assertThat(bans.banned(peer(2), start + 10)).isFalse();
        bans.closedForOffences(loopback(1), start);
        bans.closedForOffences(loopback(2), start);
        bans.closedForOffences(loopback(3), start);
        assertThat(bans.banned(loopback(3), start)).isFalse();
        assertThat(bans.banned(peer(1), start + 10 + Limits.OFFENCE_BAN - 1)).isTrue();
        assertThat(bans.banned(peer(1), start + 10 + Limits.OFFENCE_BAN)).isFalse();
    }

    @Test
    void forgetsOldBreaches() {
        for (long now = Limits.OFFENCE_BAN; now < 20 * Limits.OFFENCE_BAN; now += Limits.OFFENCE_BAN / 2) {
            bans.closedForOffences(peer(1), now);
            assertThat(bans.banned(peer(1), now)).isFalse();
        }
    }

    @Test
    void letsTheOldestBanGoWhenThereAreTooMany() {
        for (int i = 0; i < Limits.BANS; i++) {
            bans.banForContent(peer(i), i);
        }
        bans.banForContent(peer(Limits.BANS), Limits.BANS);

        assertThat(bans.banned(peer(0), Limits.BANS)).as("the oldest").isFalse();
        assertThat(bans.banned(peer(1), Limits.BANS)).isTrue();
        assertThat(bans.banned(peer(Limits.BANS), Limits.BANS)).isTrue();
    }
}
