package org.ppspp.net;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoopTimerTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<Long> fired = new ArrayList<>();
    private final LoopTimer timer = new LoopTimer(channel.eventLoop(), () -> fired.add(elapsed()));
    private long start;

    @BeforeEach
    void freeze() {
        channel.freezeTime();
        start = channel.eventLoop().ticker().nanoTime();
    }

    @Test
    void goesOffAtItsDeadlineOnce() {
        timer.arm(elapsed(), 100);
        passTo(99);
        assertThat(fired).isEmpty();
        passTo(500);
        assertThat(fired).hasSize(1);
    }

    @Test
    void movesToEarlierDeadlinesOnly() {
        timer.arm(elapsed(), 100);
        timer.arm(elapsed(), 50);
        timer.arm(elapsed(), 70);
        passTo(60);
        assertThat(fired).containsExactly(60L);
        passTo(200);
        assertThat(fired).hasSize(1);
    }

    @Test
    void canBeArmedAgainOnceItWentOff() {
        timer.arm(elapsed(), 10);
        passTo(10);
        timer.arm(elapsed(), 20);
        passTo(20);
        assertThat(fired).containsExactly(10L, 20L);
    }

    @Test
    void goesOffAtOnceWhenTheDeadlineIsPast() {
        passTo(10);
        timer.arm(elapsed(), 5);
        passTo(10);
        assertThat(fired).containsExactly(10L);
    }

    @Test
    void asksForNothingWithoutADeadlineOrWhenCancelled() {
        timer.arm(elapsed(), Long.MAX_VALUE);
        timer.arm(elapsed(), 10);
        timer.cancel();
        passTo(1000);
        assertThat(fired).isEmpty();
    }

    private long elapsed() {
        return channel.eventLoop().ticker().nanoTime() - start;
    }

    private void passTo(long nanos) {
        channel.advanceTimeBy(nanos - elapsed(), NANOSECONDS);
        assertThat(channel.runScheduledPendingTasks()).isNotZero();
    }
}
