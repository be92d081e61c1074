package org.ppspp.tracker;

import ch.qos.logback.classic.Level;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.ppspp.Durations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command line of the tracker and what it does. */
@Command(
        name = "ppspp-tracker",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        versionProvider = TrackerCommand.Version.class,
        description = {
            "",
            "Tells the peers of a swarm about each other. Speaks the JSON protocol of PyPPSPP's tracker.",
            "",
            "Examples:",
            "  ppspp-tracker                          listen everywhere on port 6777",
            "  ppspp-tracker --listen 192.0.2.1:7000  listen on one address and another port",
            "  ppspp-tracker --listen :0 --json       take a free port, tell it to a script",
            "",
        },
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0  stopped by SIGINT or SIGTERM; the second signal ends at once",
            "  1  unexpected error",
            "  2  wrong usage",
            "  3  the log file, a key or a certificate cannot be read or written",
            "  8  an address is in use or cannot be listened on",
        })
final class TrackerCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(TrackerCommand.class);

    /** File descriptors the process needs besides its connections. */
    private static final int RESERVED_DESCRIPTORS = 64;

    private final PrintStream out;
    private final PrintStream err;
    private final StopSignal stop;

    @Option(
            names = "--listen",
            paramLabel = "[ADDR][:PORT]",
            converter = ListenConverter.class,
            description = {
                "Listen here; repeatable. IPv6 addresses in [], port 0 for a free one.",
                "Default: 0.0.0.0:6777 and [::]:6777"
            })
    private List<ListenAddress> listen = new ArrayList<>();

    @Option(
            names = "--peer-ttl",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            defaultValue = "15m",
            description = "Forget peers that fell silent this long ago; those that disconnect are forgotten"
                    + " after 30s. Default: ${DEFAULT-VALUE}")
    private Duration peerTtl = Duration.ofMinutes(15);

    @Option(
            names = "--max-peers-reply",
            paramLabel = "N",
            defaultValue = "" + Limits.DEFAULT_REPLIED_PEERS,
            description = "Name at most N peers in an answer. Default: ${DEFAULT-VALUE}")
    private int maxPeersReply;

    @Option(
            names = "--max-swarms",
            paramLabel = "N",
            defaultValue = "" + Limits.DEFAULT_SWARMS,
            description = "Keep at most N swarms. Default: ${DEFAULT-VALUE}")
    private int maxSwarms;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            defaultValue = "" + TrackerServer.Settings.DEFAULT_MAX_CONNECTIONS,
            description = "Serve at most N connections, fewer if the system allows fewer open files."
                    + " Default: ${DEFAULT-VALUE}")
    private int maxConnections;

    @Option(
            names = "--trust-endpoints",
            description = "Register peers under the address they claim instead of the one they connect from."
                    + " For networks without strangers.")
    private boolean trustEndpoints;

    @Option(
            names = {"-q", "--quiet"},
            description = "Say nothing but errors.")
    private boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "Log what clients do wrong, and stack traces; -vv what libraries say, too.")
    private boolean[] verbose = {};

    @Option(names = "--json", description = "Print events to standard output, one JSON object a line.")
    private boolean json;

    @Option(
            names = "--log-file",
            paramLabel = "FILE",
            description = "Append the log to FILE instead of standard error.")
    private @Nullable Path logFile;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            description = "off, error, warn, info, debug or trace. Default: info, with -q error, with -v debug")
    private @Nullable LogLevel logLevel;

    @Spec
    private @Nullable CommandSpec spec;

    TrackerCommand(PrintStream out, PrintStream err, StopSignal stop) {
        this.out = out;
        this.err = err;
        this.stop = stop;
    }

    boolean isVerbose() {
        return verbose.length > 0;
    }

    @Override
    public Integer call() throws InterruptedException {
        TrackerServer.Settings settings = settings();
        try {
            new LogSettings(level(), logFile).apply();
        } catch (IOException e) {
            complain("cannot write the log file " + logFile + ": " + e.getMessage());
            return TrackerMain.EXIT_FILE;
        }
        try (TrackerServer server = TrackerServer.start(settings, seeded(), stop::fail)) {
            return serve(server) ? 0 : TrackerMain.EXIT_UNEXPECTED;
        } catch (CannotListenException e) {
            complain(e.getMessage() + "; stop what uses it or choose another with --listen [ADDR][:PORT]");
            return TrackerMain.EXIT_CANNOT_LISTEN;
        }
    }

    /** Returns whether all was well until the end. */
    private boolean serve(TrackerServer server) throws InterruptedException {
        long start = System.nanoTime();
        Events events = new Events(out);
        if (json) {
            events.listening(server.addresses());
        }
        if (!json && !quiet) {
            complain("listening on "
                    + server.addresses().stream().map(ListenAddress::toString).collect(Collectors.joining(" and ")));
        }
        boolean well = stop.await();
        TrackerStats stats = server.stats();
        if (json) {
            events.summary(stats, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
        }
        LOG.info(
                "stopped with {} peers in {} swarms; served {} connections, {} registrations, {} messages",
                stats.peers(),
                stats.swarms(),
                stats.accepted(),
                stats.registrations(),
                stats.received());
        return well;
    }

    private TrackerServer.Settings settings() {
        List<ListenAddress> addresses = listen.isEmpty() ? List.of(ListenAddress.everywhere()) : listen;
        long ttlSeconds = peerTtl.toSeconds();
        check(ttlSeconds >= 1 && ttlSeconds <= 65_534, "--peer-ttl must be 1s to 18h");
        check(
                maxPeersReply >= 1 && maxPeersReply <= Limits.MAX_REPLIED_PEERS,
                "--max-peers-reply must be 1 to " + Limits.MAX_REPLIED_PEERS);
        check(maxSwarms >= 1, "--max-swarms must be at least 1");
        check(maxConnections >= 1, "--max-connections must be at least 1");
        long graceNanos = Math.min(Limits.DEFAULT_GRACE_NANOS, TimeUnit.SECONDS.toNanos(ttlSeconds));
        Limits limits = new Limits(Limits.DEFAULT_PEERS, maxSwarms, maxPeersReply, graceNanos, trustEndpoints);
        return new TrackerServer.Settings(
                addresses, limits, Math.min(maxConnections, affordableConnections()), (int) ttlSeconds);
    }

    private void check(boolean correct, String message) {
        if (!correct && spec != null) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private Level level() {
        if (logLevel != null) {
            return Level.toLevel(logLevel.name());
        }
        if (quiet) {
            return Level.ERROR;
        }
        return switch (verbose.length) {
            case 0 -> Level.INFO;
            case 1 -> Level.DEBUG;
            default -> Level.TRACE;
        };
    }

    private void complain(String line) {
        err.println("ppspp-tracker: " + line);
        err.flush();
    }

    private static int affordableConnections() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            return (int)
                    Math.max(1, Math.min(Integer.MAX_VALUE, unix.getMaxFileDescriptorCount() - RESERVED_DESCRIPTORS));
        }
        return Integer.MAX_VALUE;
    }

    /** Nobody outside may guess who is drawn, and drawing must be quick: a fast generator with a secret seed. */
    private static SplittableRandom seeded() {
        return new SplittableRandom(new SecureRandom().nextLong());
    }

    /** The levels of the log. */
    enum LogLevel {
        OFF,
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Durations.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    static final class ListenConverter implements ITypeConverter<ListenAddress> {
        @Override
        public ListenAddress convert(String text) {
            try {
                return ListenAddress.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** The version of the jar this runs from. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = TrackerCommand.class.getPackage().getImplementationVersion();
            return new String[] {"ppspp-tracker " + (version == null ? "(development)" : version)};
        }
    }
}
