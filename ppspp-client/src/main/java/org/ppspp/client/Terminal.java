package org.ppspp.client;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where humans read: one stream shared by messages, the log and a progress line that is drawn over itself.
 *
 * <p>Safe for use by several threads: the log comes from all of them.
 */
final class Terminal {
    /** How messages are told apart where there is colour. */
    enum Tone {
        PLAIN(""),
        GOOD("32"),
        WARNING("33"),
        ERROR("31");

        private final String escape;

        Tone(String escape) {
            this.escape = escape;
        }
    }

    private final PrintStream out;
    private final boolean redraws;
    private final boolean coloured;

    private boolean lineDrawn;

    /**
     * @param redraws whether {@code out} is a terminal, whose last line may be drawn over
     * @param coloured whether escapes for colour may be used
     */
    Terminal(PrintStream out, boolean redraws, boolean coloured) {
        this.out = out;
        this.redraws = redraws;
        this.coloured = coloured;
    }

    /** Shows how things stand, in place of what was shown before where the stream allows that. */
    synchronized void progress(String line) {
        if (redraws) {
            out.print('\r' + line + "\033[K");
            lineDrawn = true;
        } else {
            out.println(line);
        }
        out.flush();
    }

    synchronized void message(Tone tone, String text) {
        clear();
        out.println(coloured && !tone.escape.isEmpty() ? "\033[" + tone.escape + 'm' + text + "\033[0m" : text);
        out.flush();
    }

    /** A stream for whole lines of the log. */
    OutputStream lines() {
        return new OutputStream() {
            @Override
            public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                synchronized (Terminal.this) {
                    clear();
                    out.print(new String(bytes, offset, length, StandardCharsets.UTF_8));
                    out.flush();
                }
            }
        };
    }

    /** Leaves the cursor at the start of an empty line. */
    synchronized void clear() {
        if (lineDrawn) {
            out.print("\r\033[K");
            out.flush();
            lineDrawn = false;
        }
    }
}
