package org.ppspp.tracker;

import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What ends a tracker that would run for ever: a user's SIGINT, a service manager's SIGTERM, or a test.
 *
 * <p>The first signal asks for an orderly end and so for exit code 0; the second ends the process at once.
 */
final class StopSignal {
    private static final Logger LOG = LoggerFactory.getLogger(StopSignal.class);

    private static final int SIGNAL_EXIT_BASE = 128;

    private final CountDownLatch given = new CountDownLatch(1);

    void give() {
        given.countDown();
    }

    void await() throws InterruptedException {
        given.await();
    }

    /** Lets SIGINT and SIGTERM give this signal. Changes the whole process. */
    void listenToProcess() {
        handle("INT");
        handle("TERM");
    }

    /**
     * Only {@code sun.misc.Signal} lets a process choose its exit code after a signal. The compiler warns of it in a
     * way that cannot be suppressed, hence the reflection. Where it is missing, signals end the process as usual.
     */
    private void handle(String name) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            int number = (int) signalType.getMethod("getNumber").invoke(signal);
            Object handler = Proxy.newProxyInstance(
                    handlerType.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                        received(number);
                        return null;
                    });
            signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
        } catch (ReflectiveOperationException e) {
            LOG.debug("signal {} is not handled", name, e);
        }
    }

    private void received(int signalNumber) {
        if (given.getCount() == 0) {
            Runtime.getRuntime().halt(SIGNAL_EXIT_BASE + signalNumber);
        }
        give();
    }
}
