package org.ppspp.client;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.ppspp.Signals;
import org.ppspp.storage.LocalContentException;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;

/** The program {@code ppspp-client}: see {@code --help}. */
public final class ClientMain {
    private ClientMain() {}

    public static void main(String[] args) {
        OutputStream content = new FileOutputStream(FileDescriptor.out);
        PrintStream out = new PrintStream(content, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.exit(run(args, new Surroundings(System.getenv(), out, content, err, ClientMain::onSignal))
                .status());
    }

    private static boolean onSignal(Consumer<ExitCode> stop) {
        return Signals.onStop(code ->
                stop.accept(code == ExitCode.INTERRUPTED.status() ? ExitCode.INTERRUPTED : ExitCode.TERMINATED));
    }

    /**
     * What a program gets from its process.
     *
     * @param environment its variables
     * @param out for results
     * @param content for content, where that goes to standard output: nothing else does then
     * @param err for humans
     * @param signals takes what is to be called on a signal, and says whether it ever will be
     */
    record Surroundings(
            Map<String, String> environment,
            PrintStream out,
            OutputStream content,
            PrintStream err,
            Predicate<Consumer<ExitCode>> signals) {}

    static ExitCode run(String[] args, Surroundings process) {
        try {
            Arguments arguments = Arguments.parse(process.environment(), args);
            if (arguments.helpOnly()) {
                return help(arguments, process.out());
            }
            return run(arguments, Plan.of(arguments), process);
        } catch (LocalContentException e) {
            process.err().println("ppspp-client: " + e.getMessage());
            return ExitCode.FILE;
        } catch (ParameterException e) {
            process.err().println("ppspp-client: " + e.getMessage());
            process.err().println("Try 'ppspp-client --help'.");
            return ExitCode.USAGE;
        }
    }

    private static ExitCode help(Arguments arguments, PrintStream out) {
        if (arguments.parser().isVersionHelpRequested()) {
            arguments.parser().printVersionHelp(out, Ansi.AUTO);
        } else {
            arguments.parser().usage(out, Ansi.AUTO);
        }
        return ExitCode.OK;
    }

    private static ExitCode run(Arguments arguments, Plan plan, Surroundings process) {
        OutputOptions output = arguments.command().output;
        boolean isTerminal = errIsTerminal(process.environment());
        OutputOptions.Progress mode = Display.mode(output, isTerminal);
        Terminal terminal = new Terminal(
                process.err(),
                mode == OutputOptions.Progress.BAR,
                coloured(output.color, isTerminal, process.environment()));
        boolean piped = plan.toStandardOutput();
        PrintStream results =
                piped ? new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8) : process.out();
        Display display = new Display(results, terminal, output, mode, Integer.getInteger("ppspp.columns", 0));
        Path logFile = plan.logFile();
        if (logFile == null) {
            LogSetup.toStream(terminal.lines(), output.level());
        } else if (canWrite(logFile)) {
            LogSetup.toFile(logFile, output.level());
        } else {
            display.error(ExitCode.FILE, "cannot write the log file " + logFile);
            return ExitCode.FILE;
        }
        Path resultsFile = plan.resultsFile();
        if (resultsFile != null && !ResultsFile.canWrite(resultsFile)) {
            display.error(ExitCode.FILE, "cannot write the results file " + resultsFile);
            return ExitCode.FILE;
        }
        RunRecord record = new RunRecord(Clock.systemUTC(), RunArguments.of(arguments, plan));
        @Nullable PrintStream traces = output.verbose.length > 0 ? process.err() : null;
        Path recording = plan.playing() == null ? null : plan.playing().recording();
        if (recording != null) {
            try (OutputStream file = Files.newOutputStream(recording, recordingOptions(arguments))) {
                return run(new Session(plan, display, record, file), display, process, traces);
            } catch (FileAlreadyExistsException e) {
                display.error(ExitCode.FILE, recording + " exists; --overwrite replaces it");
            } catch (IOException e) {
                display.error(ExitCode.FILE, "cannot write " + recording + ": " + LocalContentException.reason(e));
            }
            return ExitCode.FILE;
        }
        OutputStream content = piped ? process.content() : OutputStream.nullOutputStream();
        if (!plan.scratch()) {
            return run(new Session(plan, display, record, content), display, process, traces);
        }
        try (Scratch scratch = Scratch.create(process.environment())) {
            return run(new Session(plan.in(scratch.folder()), display, record, content), display, process, traces);
        } catch (IOException | InvalidPathException e) {
            display.error(ExitCode.FILE, "temporary files: " + e);
            return ExitCode.FILE;
        }
    }

    private static OpenOption[] recordingOptions(Arguments arguments) {
        return arguments.command().transfer.overwrite
                ? new OpenOption[] {
                    StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE
                }
                : new OpenOption[] {StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE};
    }

    private static ExitCode run(Session session, Display display, Surroundings process, @Nullable PrintStream traces) {
        if (!process.signals().test(session::stop)) {
            display.say(Terminal.Tone.WARNING, "this Java cannot catch signals: an interrupted run is checked again");
        }
        return guarded(session, display, traces);
    }

    private static ExitCode guarded(Session session, Display display, @Nullable PrintStream traces) {
        try {
            return session.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.TERMINATED;
        } catch (RuntimeException | Error e) {
            display.error(ExitCode.UNEXPECTED, "unexpected error: " + e);
            if (traces != null) {
                e.printStackTrace(traces);
            }
            return ExitCode.UNEXPECTED;
        }
    }

    /** Whether a line can be appended. */
    private static boolean canWrite(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return Files.exists(file)
                ? Files.isWritable(file) && !Files.isDirectory(file)
                : folder != null && Files.isWritable(folder);
    }

    /** Java cannot tell by itself whether standard error alone is a terminal: the launcher says so. */
    private static boolean errIsTerminal(Map<String, String> environment) {
        return "1".equals(System.getProperty("ppspp.tty.err")) && !"dumb".equals(environment.get("TERM"));
    }

    private static boolean coloured(OutputOptions.Color color, boolean terminal, Map<String, String> environment) {
        return switch (color) {
            case ALWAYS -> true;
            case NEVER -> false;
            case AUTO -> terminal && environment.getOrDefault("NO_COLOR", "").isEmpty();
        };
    }
}
