package org.ppspp.client;

import org.jspecify.annotations.Nullable;
import org.ppspp.PlayPolicy;
import picocli.CommandLine.Option;

/** How content is played while it arrives. */
final class PlayOptions {
    /** What stands for standard output where a file is named. */
    static final String STANDARD_OUTPUT = "-";

    @Option(
            names = "--vod",
            arity = "0..1",
            fallbackValue = "true",
            hideParamSyntax = true,
            description = "Video on demand: fetch from the beginning in order, and play while the content arrives.")
    boolean vod;

    @Option(
            names = "--output",
            paramLabel = "FILE|-",
            description =
                    "Where the content goes: a file, as with --filename, or - for standard output, in order as it arrives.")
    @Nullable
    String output;

    @Option(
            names = "--buffsz",
            paramLabel = "N",
            description =
                    "Chunks that are fetched first from where the content is read; --vod waits for them before it plays."
                            + " Of PyPPSPP's streams and videos also frames before the first is shown. Default: "
                            + PlayPolicy.DEFAULT_BUFFER_CHUNKS + ".")
    int bufferChunks = PlayPolicy.DEFAULT_BUFFER_CHUNKS;

    @Option(
            names = "--dlfwd",
            paramLabel = "N",
            description = "Fetch at most N chunks ahead of where the content is read. Default: 0, no limit.")
    long aheadChunks;

    @Option(
            names = "--skip",
            arity = "0..1",
            fallbackValue = "1",
            paramLabel = "N",
            description =
                    "With --vod: go on N chunks further when one has not come for a second. Default without N: 1.")
    int skipChunks;
}
