package org.ppspp.tracker;

import java.util.concurrent.CountDownLatch;
import org.ppspp.Signals;

/**
 * What ends a tracker that would run for ever: a user's SIGINT, a service manager's SIGTERM, a defect, or a test.
 *
 * <p>The first signal asks for an orderly end and so for exit code 0; the second ends the process at once.
 */
final class StopSignal {
    private final CountDownLatch given = new CountDownLatch(1);
    private volatile boolean failed;

    void give() {
        given.countDown();
    }

    /** As {@link #give()}, because the tracker cannot do its work any more. */
    void fail() {
        failed = true;
        give();
    }

    /**
     * Waits until it is given.
     *
     * @return whether all was well until then
     */
    boolean await() throws InterruptedException {
        given.await();
        return !failed;
    }

    /** Lets signals to the process give this one. */
    void listenToProcess() {
        Signals.onStop(exitCode -> give());
    }
}
