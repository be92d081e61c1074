package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkRange;

class DatagramLimitTest {
    private static final int SAFE = 1_232;
    private static final int LONG = 1_452;

    private final DatagramLimit limit = new DatagramLimit(SAFE, LONG);
    private long chunk;

    /** Sends a long datagram, and a short one that arrives. */
    private long sendLong() {
        long watched = chunk++;
        limit.sent(watched, SAFE + 1);
        limit.acked(ChunkRange.of(chunk++));
        return watched;
    }

    private void prove() {
        limit.acked(ChunkRange.of(sendLong()));
    }

    @Test
    void triesNothingBeforeThePathHasAnswered() {
        assertThat(limit.probes(0, LONG)).isFalse();
        limit.acked(ChunkRange.of(0));
        assertThat(limit.probes(0, LONG)).isTrue();
        assertThat(limit.probes(0, LONG + 1)).isFalse();
        assertThat(limit.probes(0, SAFE)).isFalse();
        assertThat(limit.bytes(true)).isEqualTo(SAFE);
    }

    @Test
    void triesOneAtATimeAndBelievesWhatArrives() {
        long probe = sendLong();
        assertThat(limit.probes(0, LONG)).isFalse();
        assertThat(limit.bytes(true)).isEqualTo(SAFE);
        limit.acked(new ChunkRange(probe, probe + 5));
        assertThat(limit.bytes(true)).isEqualTo(LONG);
        assertThat(limit.bytes(false)).as("where others build on it").isEqualTo(SAFE);
    }

    @Test
    void givesUpForTenMinutesAfterThreeInARow() {
        long now = 7;
        for (int i = 0; i < Limits.LONG_DATAGRAMS_LOST; i++) {
            long probe = sendLong();
            assertThat(limit.probes(now, LONG)).isFalse();
            limit.lost(now, probe);
            assertThat(limit.probes(now, LONG)).as("after %d", i).isEqualTo(i < Limits.LONG_DATAGRAMS_LOST - 1);
        }
        assertThat(limit.probes(now + Limits.LONG_DATAGRAM_PAUSE - 1, LONG)).isFalse();
        assertThat(limit.probes(now + Limits.LONG_DATAGRAM_PAUSE, LONG)).isTrue();
    }

    @Test
    void aDatagramThatArrivesForgivesThoseBefore() {
        for (int round = 0; round < 10; round++) {
            limit.lost(0, sendLong());
            limit.lost(0, sendLong());
            prove();
            assertThat(limit.bytes(true)).isEqualTo(LONG);
        }
    }

    @Test
    void noticesThatThePathGotNarrower() {
        prove();
        limit.lost(0, sendLong());
        assertThat(limit.bytes(true)).isEqualTo(SAFE);
    }

    @Test
    void doesNotBlameLengthWhereNothingArrives() {
        prove();
        for (int i = 0; i < 10; i++) {
            limit.sent(chunk, SAFE + 1);
            limit.lost(0, chunk++);
        }
        assertThat(limit.bytes(true)).isEqualTo(LONG);
    }

    @Test
    void learnsNothingFromAChunkThatAlsoLeftInAShortDatagram() {
        long probe = sendLong();
        limit.sent(probe, SAFE);
        limit.acked(ChunkRange.of(probe));
        assertThat(limit.bytes(true)).isEqualTo(SAFE);
        assertThat(limit.probes(0, LONG)).isTrue();
    }

    @Test
    void neverProbesWhereThereIsNothingToGain() {
        DatagramLimit jumbo = new DatagramLimit(8_000, LONG);
        jumbo.acked(ChunkRange.of(0));
        assertThat(jumbo.probes(0, LONG)).isFalse();
        assertThat(jumbo.bytes(true)).isEqualTo(8_000);
    }
}
