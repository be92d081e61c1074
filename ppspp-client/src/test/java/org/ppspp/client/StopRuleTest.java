package org.ppspp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.ppspp.TransferSnapshot;
import org.ppspp.TransferState;

final class StopRuleTest {
    private static final long START = 7_000_000_000L;

    private static final StopRule.Limits NONE = new StopRule.Limits(null, null, null, null, false, false, false);

    private static long at(double seconds) {
        return START + (long) (seconds * 1e9);
    }

    private static StopRule.Limits timeout(int seconds, boolean trackersAlone) {
        return new StopRule.Limits(Duration.ofSeconds(seconds), null, null, null, false, trackersAlone, false);
    }

    private static @Nullable ExitCode code(StopRule rule, double seconds, TransferSnapshot snapshot) {
        StopRule.Verdict verdict = rule.check(at(seconds), snapshot);
        return verdict == null ? null : verdict.code();
    }

    private static TransferSnapshot fetched(long bytes) {
        return Snapshots.of(TransferState.DOWNLOADING, Snapshots.swarm(bytes, 10_000, 0, 0, 1, 0), 0, 0);
    }

    private static TransferSnapshot alone() {
        return Snapshots.of(TransferState.CONNECTING, 0, -1);
    }

    private static TransferSnapshot seeding(long sent) {
        return Snapshots.of(TransferState.SEEDING, Snapshots.swarm(10_000, 10_000, sent, 0, 0, 1), 0, 0);
    }

    @Test
    void goesOnForEverUnlessTold() {
        StopRule rule = new StopRule(NONE, START);
        assertThat(code(rule, 1e6, alone())).isNull();
        assertThat(code(rule, 1e7, fetched(1))).isNull();
        assertThat(code(rule, 1e8, seeding(1 << 30))).isNull();
    }

    @Test
    void endsOnCompletionWhenAsked() {
        StopRule rule = new StopRule(new StopRule.Limits(null, null, null, null, true, false, false), START);
        assertThat(code(rule, 1, fetched(10_000))).isNull();
        assertThat(code(rule, 2, seeding(0))).isEqualTo(ExitCode.OK);
    }

    @Test
    void doesNotEndUnderThePlayer() {
        StopRule rule = new StopRule(new StopRule.Limits(null, null, null, null, true, false, false), START);
        rule.playing(true);
        assertThat(code(rule, 1, seeding(0))).isNull();
        rule.playing(false);
        assertThat(code(rule, 2, seeding(0))).isEqualTo(ExitCode.OK);
    }

    @Test
    void sharesForTheTimeAskedFor() {
        StopRule rule =
                new StopRule(new StopRule.Limits(null, null, Duration.ofSeconds(10), null, true, false, false), START);
        assertThat(code(rule, 5, seeding(0))).isNull();
        assertThat(code(rule, 14.9, seeding(0))).isNull();
        assertThat(code(rule, 15, seeding(0))).isEqualTo(ExitCode.OK);
    }

    @Test
    void sharesUntilTheRatioIsReached() {
        StopRule rule = new StopRule(new StopRule.Limits(null, null, null, 1.5, true, false, false), START);
        assertThat(code(rule, 5, seeding(14_999))).isNull();
        assertThat(code(rule, 6, seeding(15_000))).isEqualTo(ExitCode.OK);
    }

    @Test
    void endsAtTheTimeLimitAndSaysWhetherItIsComplete() {
        StopRule.Limits limits = new StopRule.Limits(null, Duration.ofSeconds(9), null, null, false, false, false);
        assertThat(code(new StopRule(limits, START), 9, fetched(1))).isEqualTo(ExitCode.TIME_LIMIT);
        assertThat(code(new StopRule(limits, START), 9, seeding(1))).isEqualTo(ExitCode.OK);
        TransferSnapshot checking = Snapshots.of(TransferState.CHECKING, 0, -1);
        assertThat(code(new StopRule(limits, START), 9, checking)).isEqualTo(ExitCode.TIME_LIMIT);
    }

    @Test
    void countsTheTimeoutFromTheLastUsefulByte() {
        StopRule rule = new StopRule(timeout(10, false), START);
        assertThat(code(rule, 1, fetched(0))).isNull();
        assertThat(code(rule, 9, fetched(1))).isNull();
        assertThat(code(rule, 18, fetched(1))).isNull();
        assertThat(code(rule, 19, fetched(1))).isEqualTo(ExitCode.NO_PEERS);
    }

    @Test
    void doesNotCountTheCheckOfTheFileAsWaiting() {
        StopRule rule = new StopRule(timeout(10, false), START);
        assertThat(code(rule, 100, Snapshots.of(TransferState.CHECKING, 0, -1))).isNull();
        assertThat(code(rule, 105, alone())).isNull();
        assertThat(code(rule, 115, alone())).isEqualTo(ExitCode.NO_PEERS);
    }

    @Test
    void tellsWrongContentFromNoContent() {
        TransferSnapshot refused =
                Snapshots.of(TransferState.DOWNLOADING, Snapshots.swarm(0, 10_000, 0, 5, 1, 0), 0, 0);
        StopRule rule = new StopRule(timeout(10, false), START);
        assertThat(code(rule, 1, refused)).isNull();
        assertThat(code(rule, 11, refused)).isEqualTo(ExitCode.INTEGRITY);
    }

    @Test
    void tellsAFullDiskFromMissingPeers() {
        StopRule rule = new StopRule(timeout(10, false), START);
        TransferSnapshot paused = Snapshots.of(TransferState.PAUSED_DISK, 0, 10_000);
        assertThat(code(rule, 0, paused)).isNull();
        assertThat(code(rule, 10, paused)).isEqualTo(ExitCode.FILE);
    }

    @Test
    void givesUpWhenNoTrackerAnswersAndNobodyElseCanBeAsked() {
        StopRule rule = new StopRule(timeout(600, true), START);
        assertThat(code(rule, 29, alone())).isNull();
        assertThat(code(rule, 30, alone())).isEqualTo(ExitCode.TRACKER);
        StopRule soon = new StopRule(timeout(5, true), START);
        assertThat(code(soon, 0, alone())).isNull();
        assertThat(code(soon, 5, alone())).isEqualTo(ExitCode.TRACKER);
    }

    @Test
    void doesNotBlameTrackersForTheTimeBeforeTheyAreAsked() {
        StopRule rule = new StopRule(timeout(600, true), START);
        assertThat(code(rule, 100, Snapshots.of(TransferState.CHECKING, 0, -1))).isNull();
        assertThat(code(rule, 101, alone())).isNull();
        assertThat(code(rule, 129, alone())).isNull();
        assertThat(code(rule, 130, alone())).isEqualTo(ExitCode.TRACKER);
    }

    @Test
    void keepsOnOnceATrackerOrAPeerAnswered() {
        StopRule reached = new StopRule(timeout(600, true), START);
        reached.trackerReached();
        assertThat(code(reached, 31, alone())).isNull();
        StopRule contacted = new StopRule(timeout(600, true), START);
        assertThat(code(contacted, 1, fetched(0))).isNull();
        assertThat(code(contacted, 31, alone())).isNull();
    }

    @Test
    void asksForTheSizeThatNobodyCanProve() {
        StopRule rule = new StopRule(timeout(10, false), START);
        rule.sizeNeeded();
        assertThat(code(rule, 0, fetched(0))).isNull();
        assertThat(rule.check(at(10), fetched(0)))
                .extracting(StopRule.Verdict::code, StopRule.Verdict::message)
                .containsExactly(
                        ExitCode.NO_PEERS,
                        "the size of this content cannot be proven; give --filesize or a ppspp: link");
    }

    @Test
    void aStreamHasNoEndOfItsOwnAndTimeSpentOnItIsNotInVain() {
        StopRule.Limits limits = new StopRule.Limits(null, Duration.ofSeconds(9), null, null, false, false, true);
        StopRule rule = new StopRule(limits, START);
        assertThat(rule.check(START, Snapshots.of(TransferState.STREAMING, -1, 0)))
                .isNull();
        assertThat(rule.check(START + Duration.ofSeconds(9).toNanos(), Snapshots.of(TransferState.STREAMING, -1, 0)))
                .isEqualTo(new StopRule.Verdict(ExitCode.OK, ""));
    }
}
