package org.ppspp.client;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * SIGINT and SIGTERM: the first asks for an orderly end, the second ends the program at once.
 *
 * <p>The JDK's only door to signals is {@code sun.misc.Signal}, whose mere name makes the compiler warn in a way that
 * nothing can suppress; hence the reflection. Where it is missing the JVM's own treatment of signals stays.
 */
final class Signals {
    private Signals() {}

    /** Calls {@code stop} once, on a thread of the JVM's, with the exit code that an unfinished run ends with. */
    static boolean handle(Consumer<ExitCode> stop) {
        AtomicBoolean asked = new AtomicBoolean();
        try {
            handle("INT", ExitCode.INTERRUPTED, asked, stop);
            handle("TERM", ExitCode.TERMINATED, asked, stop);
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    private static void handle(String name, ExitCode code, AtomicBoolean asked, Consumer<ExitCode> stop)
            throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object onSignal = Proxy.newProxyInstance(
                Signals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("handle")) {
                        return method.invoke(code, arguments);
                    }
                    if (asked.getAndSet(true)) {
                        Runtime.getRuntime().halt(code.status());
                    }
                    stop.accept(code);
                    return null;
                });
        signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance(name), onSignal);
    }
}
