package org.ppspp.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PeerTotalsTest {
    private final PeerTotals totals = new PeerTotals();

    @Test
    void remembersPeersThatAreGone() {
        totals.observe(Snapshots.withChannels(Snapshots.channel(1, true, 10, 0)));
        totals.observe(Snapshots.withChannels(Snapshots.channel(2, true, 0, 5)));
        assertThat(totals.totals())
                .containsExactly(
                        new PeerTotals.Total(Snapshots.address(1), 10, 0),
                        new PeerTotals.Total(Snapshots.address(2), 0, 5));
    }

    @Test
    void addsUpTheChannelsOfAPeerThatCameBack() {
        totals.observe(Snapshots.withChannels(Snapshots.channel(1, true, 10, 4)));
        totals.observe(Snapshots.withChannels(Snapshots.channel(1, true, 20, 4)));
        totals.observe(Snapshots.withChannels(Snapshots.channel(1, true, 3, 0)));
        totals.observe(Snapshots.withChannels(Snapshots.channel(1, true, 5, 1)));
        assertThat(totals.totals()).containsExactly(new PeerTotals.Total(Snapshots.address(1), 25, 5));
    }
}
