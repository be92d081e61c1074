package org.ppspp.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.ppspp.TransferSnapshot;
import org.ppspp.TransferState;

final class ProgressLineTest {
    private static final long MIB = 1 << 20;

    private static TransferSnapshot downloading() {
        return Snapshots.of(
                TransferState.DOWNLOADING,
                Snapshots.swarm(412 * MIB, (long) (981.2 * MIB), 0, 0, 3, 4),
                11.3 * MIB,
                2.1 * MIB);
    }

    @Test
    void showsABarOnATerminal() {
        assertThat(ProgressLine.bar(downloading(), 120))
                .isEqualTo(" 41% [########............] 412.0/981.2 MiB  D 11.3 MiB/s  U 2.1 MiB/s  peers 7 (3 seed)"
                        + "  ETA 51s");
    }

    @Test
    void showsNoBarInAPipe() {
        assertThat(ProgressLine.plain(downloading()))
                .isEqualTo(" 41% 412.0/981.2 MiB  D 11.3 MiB/s  U 2.1 MiB/s  peers 7 (3 seed)  ETA 51s");
    }

    @Test
    void givesUpTheBarAndThenTheEndWhereTheTerminalIsNarrow() {
        assertThat(ProgressLine.bar(downloading(), 80)).isEqualTo(ProgressLine.plain(downloading()));
        assertThat(ProgressLine.bar(downloading(), 20)).isEqualTo(" 41% 412.0/981.2 MiB");
        assertThat(ProgressLine.bar(downloading(), 0)).isEmpty();
    }

    @Test
    void saysHundredPercentOnlyWhenAllIsThere() {
        TransferSnapshot almost = Snapshots.of(TransferState.DOWNLOADING, 1_000_000_000 - 1, 1_000_000_000);
        assertThat(ProgressLine.plain(almost)).startsWith(" 99% ");
        assertThat(ProgressLine.bar(almost, 120)).contains("[###################.]");
        TransferSnapshot all = Snapshots.of(TransferState.DOWNLOADING, 1_000_000_000, 1_000_000_000);
        assertThat(ProgressLine.plain(all)).startsWith("100% ");
    }

    @Test
    void makesDoWithoutAKnownLengthAndWithoutARate() {
        TransferSnapshot unknown = Snapshots.of(TransferState.DOWNLOADING, 5 * MIB, -1);
        assertThat(ProgressLine.bar(unknown, 120)).startsWith("  ?% 5.0 MiB").endsWith("ETA ?");
        TransferSnapshot stalled = Snapshots.of(TransferState.DOWNLOADING, 0, 5 * MIB);
        assertThat(ProgressLine.bar(stalled, 120))
                .startsWith("  0% [....................]")
                .endsWith("ETA ?");
    }

    @Test
    void showsWhatIsWaitedFor() {
        assertThat(ProgressLine.plain(Snapshots.of(TransferState.PAUSED_DISK, MIB, 5 * MIB)))
                .endsWith("waiting for the disk");
        assertThat(ProgressLine.plain(Snapshots.of(TransferState.CONNECTING, 0, -1)))
                .startsWith("looking for peers")
                .endsWith("known 3");
        TransferSnapshot checking =
                new TransferSnapshot(TransferState.CHECKING, Snapshots.swarm(0, -1, 0, 0, 0, 0), MIB, 4 * MIB, 0, 0);
        assertThat(ProgressLine.plain(checking)).isEqualTo("checking  25% 1.0/4.0 MiB");
    }

    @Test
    void showsWhatWasGivenAwayWhileSeeding() {
        TransferSnapshot seeding =
                Snapshots.of(TransferState.SEEDING, Snapshots.swarm(4 * MIB, 4 * MIB, 6 * MIB, 0, 0, 2), 0, 1.5 * MIB);
        assertThat(ProgressLine.plain(seeding)).isEqualTo("seeding 4.0 MiB  U 1.5 MiB/s  sent 6.0 MiB  peers 2");
    }
}
