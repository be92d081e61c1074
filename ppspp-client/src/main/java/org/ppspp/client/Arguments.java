package org.ppspp.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.ppspp.TransportPolicy;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The command line with what the environment and the settings files add to it.
 *
 * @param command the values
 * @param parser knows what was given, and prints help
 * @param streams folder that remembers how far live streams were seen, or null where there is no place for it
 */
record Arguments(
        ClientCommand command, CommandLine parser, @Nullable Path streams) {

    /** What 32-bit chunk ranges can say; one more means that nothing is discarded (RFC 7574 §7.9). */
    private static final long MAX_WINDOW_CHUNKS = 0xFFFF_FFFEL;

    private static final Duration MAX_DELAY = Duration.ofMinutes(10);

    /** Whether {@code --help} or {@code --version} was asked for, which is then all there is to do. */
    boolean helpOnly() {
        return parser.isUsageHelpRequested() || parser.isVersionHelpRequested();
    }

    /**
     * Parses and checks the arguments. Throws {@link ParameterException} with a message for the user, also for a settings
     * file that cannot be used.
     */
    static Arguments parse(Map<String, String> environment, String... args) {
        LayeredDefaults defaults = defaults(environment, args);
        ClientCommand command = new ClientCommand();
        CommandLine parser = ClientCommand.parser(command, defaults);
        ParseResult result = parser.parseArgs(args);
        Arguments arguments = new Arguments(command, parser, SettingsFiles.streams(environment));
        if (!arguments.helpOnly()) {
            arguments.check();
            arguments.checkLive();
            arguments.checkAlto(result);
            arguments.beQuietBesideContent();
        }
        return arguments;
    }

    private static LayeredDefaults defaults(Map<String, String> environment, String... args) {
        // a first look at the command line, for what it names: its values are read again above the settings found here
        ClientCommand command = new ClientCommand();
        CommandLine parser = ClientCommand.parser(command, new LayeredDefaults(Set.of(), environment, List.of()));
        ParseResult result = parser.parseArgs(args);
        List<Map<String, String>> files = result.isUsageHelpRequested() || result.isVersionHelpRequested()
                ? List.of()
                : settings(command, parser, environment);
        return new LayeredDefaults(typed(result, command), environment, files);
    }

    private static Set<String> typed(ParseResult result, ClientCommand command) {
        Set<String> typed = new HashSet<>();
        for (OptionSpec option : result.matchedOptions()) {
            if (!Boolean.FALSE.equals(option.getValue())) {
                typed.add(LayeredDefaults.key(option));
            }
        }
        if (command.link != null) {
            typed.add("link");
        }
        return typed;
    }

    private static List<Map<String, String>> settings(
            ClientCommand command, CommandLine parser, Map<String, String> environment) {
        List<Map<String, String>> files = new ArrayList<>();
        Set<String> known = ClientCommand.settings();
        if (command.config != null) {
            files.add(read(parser, command.config, known));
        }
        Path own = SettingsFiles.userFile(environment);
        if (own != null && Files.exists(own)) {
            files.add(read(parser, own, known));
        }
        return files;
    }

    private static Map<String, String> read(CommandLine parser, Path file, Set<String> known) {
        try {
            return SettingsFiles.read(file, known);
        } catch (IOException e) {
            throw new ParameterException(parser, "cannot read the settings file " + file, e);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(parser, String.valueOf(e.getMessage()), e);
        }
    }

    private void check() {
        TransferOptions transfer = command.transfer;
        if (swarm() == null && !command.live.source) {
            throw wrong("no content named: give --swarmid or a ppspp: link");
        }
        if (transfer.swarmId != null && command.link != null) {
            throw wrong("give either --swarmid or a link, not both");
        }
        checkPlay();
        if (transfer.overwrite && transfer.noClobber) {
            throw wrong("--overwrite and --no-clobber exclude each other");
        }
        if (command.watch.httpOpen && command.watch.httpTokenFile != null) {
            throw wrong("--http-open and --http-token-file exclude each other");
        }
        TransportPolicy transport = command.network.transport;
        if (command.network.tcp && transport != null && transport != TransportPolicy.TCP) {
            throw wrong("--tcp and --transport " + transport.name().toLowerCase(Locale.ROOT) + " exclude each other");
        }
        checkNumbers();
    }

    private void checkPlay() {
        PlayOptions play = command.play;
        String filename = command.transfer.filename;
        if (play.output != null && filename != null && !toStandardOutput()) {
            throw wrong("--filename and --output name the same file: give one of them");
        }
        if (toStandardOutput() && command.output.json) {
            throw wrong("--json and --output - both need standard output; --results-file goes with it");
        }
        if (play.bufferChunks < 1 || play.bufferChunks > 1_000_000) {
            throw wrong("--buffsz must be 1 to 1000000, not " + play.bufferChunks);
        }
        if (play.aheadChunks < 0) {
            throw wrong("--dlfwd must be a number of chunks, or 0 for no limit");
        }
        if (play.skipChunks < 0) {
            throw wrong("--skip must be a number of chunks");
        }
    }

    private void checkLive() {
        LiveOptions live = command.live;
        if (live.live && command.play.vod) {
            throw wrong("--live and --vod exclude each other");
        }
        if (live.source && !live.live) {
            throw wrong("--livesrc goes with --live");
        }
        if (live.source && live.input == null) {
            throw wrong("--livesrc needs --input: a file, - or one such as udp://:5000");
        }
        String sourceOnly = live.source ? null : live.sourceOnly();
        if (sourceOnly != null) {
            throw wrong(sourceOnly + " means nothing without --livesrc");
        }
        Long window = live.discardWindow;
        if (window != null && window != Converters.Window.KEEPS_ALL && (window < 1 || window > MAX_WINDOW_CHUNKS)) {
            throw wrong("--discardwnd must be 1 to " + MAX_WINDOW_CHUNKS + ", or None");
        }
        if (live.delay != null && (live.delay.isZero() || live.delay.compareTo(MAX_DELAY) > 0)) {
            throw wrong("--live-delay must be more than nothing and at most " + MAX_DELAY.toSeconds() + " s");
        }
        if (live.algorithm != null && !live.algorithm.signs()) {
            throw wrong("--live-algorithm: " + live.algorithm + " is for old streams, and signs no new ones");
        }
        if (live.live && command.transfer.filename != null && !toStandardOutput()) {
            throw wrong("--live has no --filename; --output FILE or --output - takes the stream");
        }
    }

    /** Whether the content goes to standard output. */
    boolean toStandardOutput() {
        return PlayOptions.STANDARD_OUTPUT.equals(command.play.output)
                || PlayOptions.STANDARD_OUTPUT.equals(command.transfer.filename);
    }

    /** A program in a pipe has nothing to say unless it is asked to. */
    private void beQuietBesideContent() {
        OutputOptions output = command.output;
        if (toStandardOutput() && output.verbose.length == 0 && output.progress == OutputOptions.Progress.AUTO) {
            output.quiet = true;
        }
    }

    /** In settings the server may wait for a run that uses it; on the command line it is a slip. */
    private void checkAlto(ParseResult result) {
        boolean said = command.network.alto || result.hasMatchedOption("--alto");
        for (String name : List.of("--altoserver", "--altocosttype")) {
            if (!said && result.hasMatchedOption(name)) {
                throw wrong(name + " means nothing without --alto");
            }
        }
    }

    private void checkNumbers() {
        Integer peers = command.network.numPeers;
        if (peers != null && (peers < 1 || peers > 10_000)) {
            throw wrong("--numpeers must be 1 to 10000, not " + peers);
        }
        if (command.transfer.filesize != null && command.transfer.filesize <= 0) {
            throw wrong("--filesize must be positive");
        }
        Double ratio = command.transfer.seedRatio;
        if (ratio != null && !(ratio >= 0 && ratio < 1e9)) {
            throw wrong("--seed-ratio must be a number from 0 on");
        }
    }

    /** The swarm as the user named it, or null. */
    @Nullable
    String swarm() {
        return command.link != null ? command.link : command.transfer.swarmId;
    }

    ParameterException wrong(String message) {
        return new ParameterException(parser, message);
    }
}
