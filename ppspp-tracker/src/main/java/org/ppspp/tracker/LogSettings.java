package org.ppspp.tracker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go and which of them.
 *
 * @param level the least important level that is written
 * @param file null for standard error
 */
record LogSettings(Level level, @Nullable Path file) {
    private static final String PATTERN = "[%level] %date{\"yyyy-MM-dd HH:mm:ss,SSS\"} %message%n";

    /**
     * Makes this the logging of the whole process.
     *
     * @throws IOException if the file cannot be written
     */
    void apply() throws IOException {
        if (file != null) {
            Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
        }
        install();
    }

    /** Silences what libraries say while the command line is still being read; the default would be to say it all. */
    static void applyBeforeOptions() {
        new LogSettings(Level.ERROR, null).install();
    }

    private void install() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        OutputStreamAppender<ILoggingEvent> appender = appender();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(level);
        root.addAppender(appender);
        // Below errors, the network library talks about itself.
        context.getLogger("io.netty").setLevel(level.isGreaterOrEqual(Level.DEBUG) ? Level.ERROR : level);
    }

    private OutputStreamAppender<ILoggingEvent> appender() {
        if (file == null) {
            ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
            console.setTarget("System.err");
            return console;
        }
        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setFile(file.toString());
        return appender;
    }
}
