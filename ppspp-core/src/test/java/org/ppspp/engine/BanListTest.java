package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class BanListTest {
    private final BanList bans = new BanList();

    private static InetSocketAddress peer(int number) {
        return RawPeer.address(number).socket();
    }

    @Test
    void bansAnAddressForAWhile() {
        bans.ban(peer(1), 100);

        assertThat(bans.banned(peer(1), 100)).isTrue();
        assertThat(bans.banned(peer(1), 100 + Limits.BAN - 1)).isTrue();
        assertThat(bans.banned(peer(2), 100)).isFalse();
        assertThat(bans.banned(peer(1), 100 + Limits.BAN)).isFalse();
    }

    @Test
    void bansAgainFromTheLastOffence() {
        bans.ban(peer(1), 0);
        bans.ban(peer(1), Limits.BAN - 1);

        assertThat(bans.banned(peer(1), Limits.BAN)).isTrue();
    }

    @Test
    void letsTheOldestBanGoWhenThereAreTooMany() {
        for (int i = 0; i < Limits.BANS; i++) {
            bans.ban(peer(i), i);
        }
        bans.ban(peer(0), Limits.BANS);
        bans.ban(peer(Limits.BANS), Limits.BANS);

        assertThat(bans.banned(peer(0), Limits.BANS)).as("renewed").isTrue();
        assertThat(bans.banned(peer(1), Limits.BANS)).as("the oldest").isFalse();
        assertThat(bans.banned(peer(2), Limits.BANS)).isTrue();
    }
}
