package org.ppspp.client;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of {@code ppspp-client} and what {@code --help} says about them. */
@Command(
        name = "ppspp-client",
        versionProvider = ClientCommand.Version.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        customSynopsis = "ppspp-client [OPTIONS] [LINK]",
        description = {
            "%nDownloads and shares a file over PPSPP (RFC 7574).%n",
            "Share a file through a tracker, and download it elsewhere:",
            "  ppspp-client --tracker tracker.example --filename film.mp4 --swarmid ID",
            "  ppspp-client --tracker tracker.example --filename film.mp4 --swarmid ID \\",
            "               --filesize 734003200 --exit-when-complete",
            "Download from a known peer, without a tracker:",
            "  ppspp-client --peer 192.0.2.7:6778 --filename film.mp4 'ppspp:ID?...'",
            "Watch it while it arrives, in mpv, VLC or ffplay; --http PORT serves it to any player or browser:",
            "  ppspp-client --tracker tracker.example --play 'ppspp:ID?...'",
            "Or pipe it into anything:",
            "  ppspp-client --tracker tracker.example --vod --output - 'ppspp:ID?...' | mpv -",
            "Send a live stream, and watch it elsewhere:",
            "  ffmpeg ... -f mpegts - | ppspp-client --live --livesrc --input - --key stream.key \\",
            "               --tracker tracker.example",
            "  ppspp-client --live --output - 'ppspp:KEY?...' | mpv -%n"
        })
final class ClientCommand {
    @Mixin
    TransferOptions transfer = new TransferOptions();

    @Mixin
    PlayOptions play = new PlayOptions();

    @Mixin
    WatchOptions watch = new WatchOptions();

    @Mixin
    LiveOptions live = new LiveOptions();

    @Mixin
    NetworkOptions network = new NetworkOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    @Parameters(arity = "0..1", paramLabel = "LINK", description = "The same as --swarmid.")
    @Nullable
    String link;

    @Option(names = "--config", paramLabel = "FILE", description = "Read settings from FILE: option=value lines.")
    @Nullable
    Path config;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this and exit.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version and exit.")
    boolean version;

    /** The version of the jar this runs from. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"ppspp-client " + number()};
        }

        static String number() {
            String version = ClientCommand.class.getPackage().getImplementationVersion();
            return version == null ? "(development)" : version;
        }
    }

    /** A parser for a fresh command, with {@code defaults} below the command line where not null. */
    static CommandLine parser(ClientCommand command, @Nullable LayeredDefaults defaults) {
        CommandLine parser = new CommandLine(command);
        parser.setAbbreviatedOptionsAllowed(true);
        parser.setCaseInsensitiveEnumValuesAllowed(true);
        parser.setOverwrittenOptionsAllowed(true);
        parser.setUsageHelpAutoWidth(true);
        parser.getCommandSpec().usageMessage().footer(footer());
        parser.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, ClientCommand::optionList);
        if (defaults != null) {
            parser.setDefaultValueProvider(defaults);
        }
        return parser;
    }

    /** The names that settings files may use. */
    static Set<String> settings() {
        Set<String> names = new TreeSet<>();
        for (OptionSpec option :
                parser(new ClientCommand(), null).getCommandSpec().options()) {
            if (LayeredDefaults.isSetting(option)) {
                names.add(LayeredDefaults.key(option));
            }
        }
        return names;
    }

    private static String[] footer() {
        List<String> lines = new ArrayList<>();
        lines.add(
                "%nSizes take k, M, G or T (powers of 1024); times are 90s, 10m, 2h or 1h30m. Options may be abbreviated.");
        lines.add(
                "Each option can also be set as PPSPP_NAME in the environment, or as name=value in --config FILE or in");
        lines.add("~/.config/ppspp/client.properties; the command line wins, then the environment, then the files.");
        lines.add("@FILE stands for the arguments in FILE.");
        lines.add(
                "%nFiles: content is fetched into NAME.part, with the state of the download beside it; the same command");
        lines.add("resumes it. An existing NAME that does not match is kept as NAME.orig-N.");
        lines.add("%nExit codes:");
        for (ExitCode code : ExitCode.values()) {
            lines.add(String.format("  %3d  %s", code.status(), code.meaning()));
        }
        return lines.toArray(String[]::new);
    }

    private static String optionList(Help help) {
        CommandSpec spec = help.commandSpec();
        Map<String, CommandSpec> mixins = spec.mixins();
        StringBuilder text = new StringBuilder();
        List<OptionSpec> rest = new ArrayList<>(spec.options());
        for (String name : List.of("transfer", "play", "watch", "live", "network", "output")) {
            List<OptionSpec> options = new ArrayList<>();
            CommandSpec mixin = mixins.get(name);
            if (mixin == null) {
                throw new IllegalStateException("no options called " + name);
            }
            for (OptionSpec option : mixin.options()) {
                OptionSpec own = spec.findOption(option.longestName());
                options.add(own);
                rest.remove(own);
            }
            text.append(section(help, capitalised(name), options));
        }
        return text.append(section(help, "General", rest)).toString();
    }

    /** Flags may be given a value, for the sake of settings files, but are shown as flags. */
    private record FlagLabels(Help.IParamLabelRenderer usual) implements Help.IParamLabelRenderer {
        @Override
        public Help.Ansi.Text renderParameterLabel(ArgSpec argument, Help.Ansi ansi, List<Help.Ansi.IStyle> styles) {
            boolean flag = argument.type() == boolean.class;
            return flag ? ansi.new Text("") : usual.renderParameterLabel(argument, ansi, styles);
        }

        @Override
        public String separator() {
            return usual.separator();
        }
    }

    private static String capitalised(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private static String section(Help help, String heading, List<OptionSpec> options) {
        Help.Layout layout = help.createDefaultLayout(options, List.of(), help.colorScheme());
        layout.addOptions(
                options.stream().filter(option -> !option.hidden()).toList(),
                new FlagLabels(help.createDefaultParamLabelRenderer()));
        return help.colorScheme()
                        .text(String.format("%n@|bold %s:|@%n", heading))
                        .toString()
                + layout;
    }
}
