package org.ppspp;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * SIGINT, SIGTERM and SIGHUP: the first asks for an orderly end, the second ends the program at once. For programs that
 * consist of a peer or a tracker; it changes the whole process.
 *
 * <p>The JDK's only door to signals is {@code sun.misc.Signal}, whose mere name makes the compiler warn in a way that
 * nothing can suppress; hence the reflection. Where it is missing the JVM's own treatment of signals stays.
 */
public final class Signals {
    /** Exit code of a program that SIGINT ended before it was done. */
    public static final int INTERRUPTED = 130;

    /** Exit code of a program that SIGTERM, or the loss of its terminal, ended before it was done. */
    public static final int TERMINATED = 143;

    private Signals() {}

    /**
     * Calls {@code stop} once, on a thread of the JVM's, with the exit code that an unfinished run ends with.
     *
     * @return whether that will ever happen
     */
    public static boolean onStop(IntConsumer stop) {
        AtomicBoolean asked = new AtomicBoolean();
        boolean handled = handle("INT", INTERRUPTED, asked, stop) && handle("TERM", TERMINATED, asked, stop);
        // Not every system has this one.
        handle("HUP", TERMINATED, asked, stop);
        return handled;
    }

    private static boolean handle(String name, int exitCode, AtomicBoolean asked, IntConsumer stop) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object onSignal = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (!method.getName().equals("handle")) {
                            return method.invoke(stop, arguments);
                        }
                        if (asked.getAndSet(true)) {
                            Runtime.getRuntime().halt(exitCode);
                        }
                        stop.accept(exitCode);
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), onSignal);
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
