package org.ppspp.tracker;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The {@code ppspp-tracker} program. */
public final class TrackerMain {
    static final int EXIT_UNEXPECTED = 1;
    static final int EXIT_USAGE = 2;
    static final int EXIT_FILE = 3;
    static final int EXIT_CANNOT_LISTEN = 8;

    private TrackerMain() {}

    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    /**
     * Runs the program until a signal ends it.
     *
     * @return its exit code
     */
    public static int run(String[] args, PrintStream out, PrintStream err) {
        StopSignal stop = new StopSignal();
        stop.listenToProcess();
        return run(args, out, err, stop);
    }

    static int run(String[] args, PrintStream out, PrintStream err, StopSignal stop) {
        LogSettings.applyBeforeOptions();
        TrackerCommand command = new TrackerCommand(out, err, stop);
        return new CommandLine(command)
                .addSubcommand(new IssueMembershipCommand(err))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setAbbreviatedOptionsAllowed(true)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOverwrittenOptionsAllowed(true)
                .setParameterExceptionHandler((exception, arguments) -> usage(exception, err))
                .setExecutionExceptionHandler(
                        (exception, line, parsed) -> unexpected(exception, command.isVerbose(), err))
                .execute(args);
    }

    private static int usage(ParameterException exception, PrintStream err) {
        err.println("ppspp-tracker: " + exception.getMessage());
        err.println("Try 'ppspp-tracker --help'.");
        return EXIT_USAGE;
    }

    private static int unexpected(Exception exception, boolean verbose, PrintStream err) {
        err.println("ppspp-tracker: unexpected error: " + exception);
        if (verbose) {
            exception.printStackTrace(err);
        }
        return EXIT_UNEXPECTED;
    }
}
