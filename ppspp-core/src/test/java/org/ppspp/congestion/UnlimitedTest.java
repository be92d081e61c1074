package org.ppspp.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkRange;

class UnlimitedTest {
    @Test
    void limitsAndRemembersNothing() {
        CongestionControl control = new Unlimited();
        for (long chunk = 0; chunk < 100_000; chunk++) {
            assertThat(control.maySend(0, 65_000)).isTrue();
            control.sent(0, chunk, 65_000);
        }
        control.acked(1, ChunkRange.of(5), 1);
        control.ackedAll(1);
        control.timeout(1);
        control.forget(7);

        assertThat(control.inFlight(3)).isFalse();
        assertThat(control.inFlightBytes()).isZero();
        assertThat(control.pollLost()).isEqualTo(-1);
        assertThat(control.sendableAt(1)).isEqualTo(1);
        assertThat(control.deadline()).isEqualTo(Long.MAX_VALUE);
        assertThat(control.rttNanos()).isEqualTo(-1);
        assertThat(control.ctoNanos()).isPositive();
        assertThat(control.windowBytes()).isEqualTo(Long.MAX_VALUE);
        assertThat(control.lostDatagrams()).isZero();
        assertThat(control.lossRate()).isZero();
    }
}
