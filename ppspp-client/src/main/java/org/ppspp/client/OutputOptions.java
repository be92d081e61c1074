package org.ppspp.client;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is said, where and how often. */
final class OutputOptions {
    /** How progress is shown. */
    enum Progress {
        /** A bar on a terminal, plain lines elsewhere. */
        AUTO,
        BAR,
        LINE,
        NONE
    }

    /** When colours are used. */
    enum Color {
        AUTO,
        ALWAYS,
        NEVER
    }

    /** The log levels, from silent to all. */
    enum Level {
        OFF,
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    @Option(
            names = {"-q", "--quiet"},
            arity = "0",
            description = "Errors only.")
    boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            arity = "0",
            description = "Say more; -vv even more.")
    boolean[] verbose = {};

    @Option(names = "--progress", paramLabel = "auto|bar|line|none", description = "How progress is shown on stderr.")
    Progress progress = Progress.AUTO;

    @Option(
            names = "--stats-interval",
            paramLabel = "TIME",
            converter = Converters.Time.class,
            description = "Time between progress lines: 1s on a terminal and 10s elsewhere unless given.")
    @Nullable
    Duration statsInterval;

    @Option(
            names = "--json",
            arity = "0..1",
            fallbackValue = "true",
            hideParamSyntax = true,
            description = "One JSON object a line on stdout: start, gateway, peer, progress, complete, error, summary.")
    boolean json;

    @Option(names = "--color", paramLabel = "auto|always|never", description = "Colours on stderr.")
    Color color = Color.AUTO;

    @Option(names = "--log-file", paramLabel = "FILE", description = "Append the log to FILE.")
    @Nullable
    Path logFile;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            description = "off, error, warn, info, debug or trace; warn unless -v is given.")
    @Nullable
    Level logLevel;

    @Option(
            names = "--results-file",
            paramLabel = "FILE",
            description = "Write totals and per-peer statistics as one JSON object at the end.")
    @Nullable
    Path resultsFile;

    /** The level of the log, from {@code --log-level} or else {@code -q} and {@code -v}. */
    Level level() {
        if (logLevel != null) {
            return logLevel;
        }
        if (quiet) {
            return Level.ERROR;
        }
        return switch (verbose.length) {
            case 0 -> Level.WARN;
            case 1 -> Level.INFO;
            case 2 -> Level.DEBUG;
            default -> Level.TRACE;
        };
    }
}
