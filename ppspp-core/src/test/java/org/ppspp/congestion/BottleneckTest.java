package org.ppspp.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.congestion.LedbatFlow.Receiver;

/** Whole transfers over a simulated link: what all the rules together come to. */
class BottleneckTest {
    private static final long SECOND = Bottleneck.SECOND;
    private static final long MILLI = Bottleneck.MILLI;
    private static final double UPLINK_MEGABITS = 10;

    /** 40 ms of propagation and a buffer of half a second. */
    private static Bottleneck uplink() {
        return new Bottleneck(UPLINK_MEGABITS, 625_000, 40 * MILLI, 0, 1);
    }

    private static double megabits(long bytes, long nanos) {
        return bytes * 8e3 / nanos;
    }

    private static double rateOver(Bottleneck link, LedbatFlow flow, long nanos) {
        flow.takeReceivedBytes();
        link.runFor(nanos);
        return megabits(flow.takeReceivedBytes(), nanos);
    }

    @Test
    void fillsAnUplinkAloneWithAQueueNearTheTarget() {
        Bottleneck link = uplink();
        LedbatFlow flow = LedbatFlow.honest(link, LedbatProfile.DEFAULT).start();
        link.runFor(5 * SECOND);
        link.resetQueueMeasure();

        assertThat(rateOver(link, flow, 30 * SECOND)).isGreaterThan(0.9 * UPLINK_MEGABITS);
        assertThat(link.meanQueueMillis()).isBetween(40.0, 75.0);
    }

    @Test
    void fillsAnUplinkByTheLetterOfTheRfcToo() {
        Bottleneck link = uplink();
        LedbatFlow flow = LedbatFlow.honest(link, LedbatProfile.RFC6817).start();
        link.runFor(15 * SECOND);
        link.resetQueueMeasure();

        assertThat(rateOver(link, flow, 15 * SECOND)).isGreaterThan(0.95 * UPLINK_MEGABITS);
        assertThat(link.meanQueueMillis()).isBetween(60.0, 120.0);
    }

    @ParameterizedTest
    @EnumSource(LedbatProfile.class)
    void yieldsToTcpAndReturnsAfterIt(LedbatProfile profile) {
        Bottleneck link = uplink();
        LedbatFlow flow = LedbatFlow.honest(link, profile).start();
        link.runFor(10 * SECOND);
        RenoFlow reno = new RenoFlow(link).start();
        link.runFor(10 * SECOND);

        assertThat(rateOver(link, flow, 10 * SECOND)).isLessThan(0.05 * UPLINK_MEGABITS);

        reno.stop();
        link.runFor(5 * SECOND);
        assertThat(rateOver(link, flow, 5 * SECOND)).isGreaterThan(0.8 * UPLINK_MEGABITS);
    }

    @Test
    void sharesFairlyWithALatecomer() {
        Bottleneck link = uplink();
        LedbatFlow first = LedbatFlow.honest(link, LedbatProfile.DEFAULT).start();
        link.runFor(20 * SECOND);
        LedbatFlow second = LedbatFlow.honest(link, LedbatProfile.DEFAULT).start();
        link.runFor(20 * SECOND);
        first.takeReceivedBytes();

        double ofSecond = rateOver(link, second, 60 * SECOND);
        double ofFirst = megabits(first.takeReceivedBytes(), 60 * SECOND);

        assertThat(ofFirst + ofSecond).isGreaterThan(0.9 * UPLINK_MEGABITS);
        assertThat(ofSecond / (ofFirst + ofSecond)).isBetween(0.4, 0.6);
    }

    @ParameterizedTest
    @EnumSource(
            value = LedbatProfile.class,
            names = {"DEFAULT", "LAN"})
    void fillsAGigabitLanWithinATenthOfASecond(LedbatProfile profile) {
        Bottleneck link = new Bottleneck(1000, 512 << 10, MILLI / 5, 0, 1);
        LedbatFlow flow = LedbatFlow.honest(link, profile).start();
        link.runFor(100 * MILLI);

        assertThat(rateOver(link, flow, 200 * MILLI)).isGreaterThan(950);
    }

    @Test
    void opensTheWholeWindowOnAFastLocalPathWithinATenthOfASecond() {
        Bottleneck link = new Bottleneck(10_000, 8 << 20, MILLI / 20, 0, 1);
        LedbatFlow flow = LedbatFlow.honest(link, LedbatProfile.DEFAULT).start();
        link.runFor(100 * MILLI);

        assertThat(flow.control.windowBytes()).isEqualTo(Ledbat.MAX_WINDOW_BYTES);
        assertThat(flow.control.lostDatagrams()).isZero();
    }

    @Test
    void fillsALongFatPath() {
        Bottleneck link = new Bottleneck(200, 2_500_000, 80 * MILLI, 0, 1);
        LedbatFlow flow = LedbatFlow.honest(link, LedbatProfile.DEFAULT).start();
        link.runFor(SECOND);

        assertThat(rateOver(link, flow, 3 * SECOND)).isGreaterThan(0.8 * 200);
    }

    @Test
    void makesProgressWithOneDatagramInTwentyLost() {
        Bottleneck link = new Bottleneck(100, 625_000, 20 * MILLI, 0.05, 1);
        LedbatFlow flow = LedbatFlow.honest(link, LedbatProfile.DEFAULT).start();

        for (int second = 0; second < 20; second++) {
            assertThat(rateOver(link, flow, SECOND)).isGreaterThan(0.5);
        }
        assertThat(flow.control.lossRate()).isBetween(0.02, 0.1);
    }

    @ParameterizedTest
    @ValueSource(longs = {2_000_000, -2_000_000, 10_000_000, -10_000_000, 3_600_000_000L, -3_600_000_000L})
    void carriesOnWhenTheReceiversClockIsSet(long stepMicros) {
        Bottleneck link = uplink();
        LedbatFlow flow = LedbatFlow.honest(link, LedbatProfile.DEFAULT).start();
        link.runFor(10 * SECOND);
        flow.stepReceiverClock(stepMicros);

        assertThat(rateOver(link, flow, 3 * SECOND)).isGreaterThan(0.8 * UPLINK_MEGABITS);
    }

    /**
     * Holds beside TCP in a deep queue, where the round trip shows the queue. It is no defence of the control alone:
     * acknowledging ahead is harmless only since the sender here, like the engine, sends nothing that was acknowledged;
     * and beside an honest LEDBAT flow, one whose receiver reports no delay takes nearly everything.
     */
    @ParameterizedTest
    @EnumSource(Receiver.class)
    void gainsNothingOverTcpByLying(Receiver receiver) {
        assertThat(rateAgainstTcp(receiver)).isLessThan(1.2 * rateAgainstTcp(Receiver.HONEST));
    }

    private static double rateAgainstTcp(Receiver receiver) {
        Bottleneck link = uplink();
        LedbatFlow flow = new LedbatFlow(link, LedbatProfile.DEFAULT, receiver).start();
        new RenoFlow(link).start();
        link.runFor(10 * SECOND);
        return rateOver(link, flow, 20 * SECOND);
    }
}
