package org.ppspp.client;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.OutputStream;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** Sends the log to the terminal or to a file. */
final class LogSetup {
    private static final String PATTERN = "[%level] %d{\"yyyy-MM-dd HH:mm:ss,SSS\"} %msg%n";

    private LogSetup() {}

    static void toStream(OutputStream stream, OutputOptions.Level level) {
        LoggerContext context = context();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setEncoder(encoder(context));
        appender.setOutputStream(stream);
        start(context, appender, level);
    }

    static void toFile(Path file, OutputOptions.Level level) {
        LoggerContext context = context();
        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setEncoder(encoder(context));
        appender.setFile(file.toString());
        appender.setAppend(true);
        start(context, appender, level);
    }

    private static LoggerContext context() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        return context;
    }

    private static PatternLayoutEncoder encoder(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        return encoder;
    }

    private static void start(
            LoggerContext context, OutputStreamAppender<ILoggingEvent> appender, OutputOptions.Level level) {
        appender.setContext(context);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(level.name()));
        root.addAppender(appender);
        // what Netty says below WARN concerns its own start-up
        context.getLogger("io.netty").setLevel(level == OutputOptions.Level.TRACE ? Level.DEBUG : Level.WARN);
    }
}
