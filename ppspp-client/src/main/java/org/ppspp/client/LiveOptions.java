package org.ppspp.client;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.ppspp.integrity.LiveAlgorithm;
import picocli.CommandLine.Option;

/** Live streams: watching and sending them. */
final class LiveOptions {
    @Option(
            names = "--live",
            arity = "0..1",
            fallbackValue = "true",
            hideParamSyntax = true,
            description = "Watch the live stream that --swarmid or the link names, and pass it on.")
    boolean live;

    @Option(
            names = "--livesrc",
            arity = "0..1",
            fallbackValue = "true",
            hideParamSyntax = true,
            description = "With --live: be the source of the stream. Takes --input and --key; prints the link.")
    boolean source;

    @Option(
            names = "--input",
            paramLabel = "INPUT",
            description =
                    "Where the stream comes from: -, FILE, udp://, tcp://, http:// or generator:; see docs/streaming.md.")
    @Nullable
    String input;

    @Option(
            names = "--input-loop",
            arity = "0..1",
            fallbackValue = "true",
            hideParamSyntax = true,
            description = "Begin an input file again at its end, for ever.")
    boolean inputLoop;

    @Option(
            names = "--input-rate",
            paramLabel = "RATE",
            converter = Converters.Rate.class,
            description = "How fast to read an input file that is no MPEG transport stream, in bytes a second.")
    @Nullable
    Long inputRate;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description =
                    "Key that names and signs the stream, made if FILE is not there. FILE.position remembers how far"
                            + " the stream has got.")
    @Nullable
    Path key;

    @Option(
            names = "--live-algorithm",
            paramLabel = "NAME",
            description = "What the stream is signed with: ECDSAP256SHA256 (for a new key if not given),"
                    + " ECDSAP384SHA384, ED25519, RSASHA256 or RSASHA512.")
    @Nullable
    LiveAlgorithm algorithm;

    @Option(
            names = "--sign-all",
            arity = "0..1",
            fallbackValue = "true",
            hideParamSyntax = true,
            description = "Sign every chunk instead of whole subtrees.")
    boolean signAll;

    @Option(
            names = "--chunks-per-signature",
            paramLabel = "N",
            description = "Chunks that are signed together: a power of two from 2 to 1024. Default: 32.")
    @Nullable
    Integer chunksPerSignature;

    @Option(
            names = "--discardwnd",
            paramLabel = "N",
            converter = Converters.Window.class,
            description = "Chunks of the stream that are kept; what the link says if not given, or else 32768, or"
                    + " 1000 of a stream without protection. None: as many as there is room for.")
    @Nullable
    Long discardWindow;

    @Option(
            names = "--live-delay",
            paramLabel = "TIME",
            converter = Converters.Time.class,
            description = "How far behind the source to play. Default: 4s.")
    @Nullable
    Duration delay;

    /** The first option that only a source has and that was given, or null. */
    @Nullable
    String sourceOnly() {
        if (input != null) {
            return "--input";
        }
        if (key != null) {
            return "--key";
        }
        if (algorithm != null) {
            return "--live-algorithm";
        }
        if (inputRate != null) {
            return "--input-rate";
        }
        if (chunksPerSignature != null) {
            return "--chunks-per-signature";
        }
        return inputLoop ? "--input-loop" : signAll ? "--sign-all" : null;
    }
}
