package org.ppspp.net;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One timer that is moved only when it has to go off earlier; whoever it wakes too early sets it again. */
final class LoopTimer {
    private final ScheduledExecutorService loop;
    private final Runnable task;
    private @Nullable Future<?> armed;
    private long armedFor = Long.MAX_VALUE;

    /** Runs {@code task} on {@code loop}, the one thread on which this is used. */
    LoopTimer(ScheduledExecutorService loop, Runnable task) {
        this.loop = loop;
        this.task = task;
    }

    /** Goes off at {@code deadline} or earlier; {@code Long.MAX_VALUE} asks for nothing. */
    void arm(long now, long deadline) {
        if (deadline >= armedFor) {
            return;
        }
        cancel();
        armedFor = deadline;
        armed = loop.schedule(this::fire, Math.max(0, deadline - now), TimeUnit.NANOSECONDS);
    }

    void cancel() {
        if (armed != null) {
            armed.cancel(false);
        }
        armed = null;
        armedFor = Long.MAX_VALUE;
    }

    private void fire() {
        armed = null;
        armedFor = Long.MAX_VALUE;
        task.run();
    }
}
