package org.ppspp.client;

import java.nio.file.Path;
import java.util.Map;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import org.ppspp.HostAndPort;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How content is watched while it arrives. */
final class WatchOptions {
    @Option(
            names = "--http",
            paramLabel = "[ADDR:]PORT",
            converter = Converters.Listen.class,
            description =
                    "Serve the content over HTTP with a page about it, to this machine unless ADDR is given; port 0: any"
                            + " free one. Prints the address.")
    @Nullable
    HostAndPort http;

    @Option(
            names = "--http-token-file",
            paramLabel = "FILE",
            description =
                    "Keep the secret part of the address in FILE, so that it stays the same; made where it is missing.")
    @Nullable
    Path httpTokenFile;

    @Option(
            names = "--http-open",
            arity = "0..1",
            fallbackValue = "true",
            hideParamSyntax = true,
            description = "No secret in the address: all users and programs of this machine may watch.")
    boolean httpOpen;

    @Option(
            names = "--play",
            arity = "0..1",
            fallbackValue = "auto",
            preprocessor = PerhapsPlayer.class,
            paramLabel = "mpv|vlc|ffplay",
            description =
                    "Start this player, or the first of them that is installed. --exit-when-complete then waits for its end.")
    Player.@Nullable Choice play;

    @Option(
            names = "--hls",
            arity = "0..1",
            fallbackValue = "true",
            hideParamSyntax = true,
            description = "Print, and play, the HLS playlist of an MPEG transport stream.")
    boolean hls;

    /** Whether there is anything to serve over HTTP. */
    boolean serves() {
        return http != null || play != null;
    }

    /** What follows a bare {@code --play} is a player only where it is called like one: else it is a link, say. */
    static final class PerhapsPlayer implements IParameterPreprocessor {
        @Override
        @SuppressWarnings("JdkObsolete") // picocli hands over a Stack
        public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            boolean attached = "=".equals(info.get("separator"));
            if (attached || (!args.isEmpty() && Player.Choice.isName(args.peek()))) {
                return false;
            }
            option.setValue(Player.Choice.AUTO);
            return true;
        }
    }
}
