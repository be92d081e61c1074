package org.ppspp.fileutil;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.ppspp.Sizes;
import org.ppspp.storage.Progress;

/** Shows how far some work is: one line that changes on a terminal, else a plain line now and then. */
final class ProgressPrinter implements Progress {
    /** How progress is shown. */
    enum Style {
        AUTO,
        LINE,
        NONE
    }

    private static final long TERMINAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final PrintStream err;
    private final String what;
    private final boolean terminal;
    private final LongSupplier clock;
    private final long started;
    private long nextNanos;
    private boolean shown;

    private ProgressPrinter(PrintStream err, String what, boolean terminal, LongSupplier clock) {
        this.err = err;
        this.what = what;
        this.terminal = terminal;
        this.clock = clock;
        this.started = clock.getAsLong();
        this.nextNanos = started + interval();
    }

    /** What shows the progress of {@code what} in {@code style}. */
    static Progress of(Style style, PrintStream err, String what) {
        if (style == Style.NONE) {
            return Progress.NONE;
        }
        return new ProgressPrinter(err, what, style == Style.AUTO && isTerminal(), System::nanoTime);
    }

    static Progress of(PrintStream err, String what, boolean terminal, LongSupplier clock) {
        return new ProgressPrinter(err, what, terminal, clock);
    }

    @Override
    public void report(long doneBytes, long totalBytes) {
        long now = clock.getAsLong();
        boolean last = doneBytes >= totalBytes;
        if (last && terminal && shown) {
            err.print("\r" + " ".repeat(78) + "\r");
            err.flush();
        }
        if (last || now - nextNanos < 0) {
            return;
        }
        nextNanos = now + interval();
        shown = true;
        double seconds = Math.max(1, now - started) / 1e9;
        String line = String.format(
                Locale.ROOT,
                "%s %3d%%  %s of %s  %s/s",
                what,
                doneBytes * 100 / totalBytes,
                Sizes.format(doneBytes),
                Sizes.format(totalBytes),
                Sizes.format((long) (doneBytes / seconds)));
        if (terminal) {
            err.print("\r" + line + "  ");
            err.flush();
        } else {
            err.println(line);
        }
    }

    private long interval() {
        return terminal ? TERMINAL_NANOS : LINE_NANOS;
    }

    /** Java cannot tell by itself whether standard error alone is a terminal: the launcher says so. */
    private static boolean isTerminal() {
        return "1".equals(System.getProperty("ppspp.tty.err"));
    }
}
