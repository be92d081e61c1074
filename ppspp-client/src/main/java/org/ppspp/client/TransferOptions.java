package org.ppspp.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.Endpoint;
import picocli.CommandLine.Option;

/** What to transfer, and until when. */
final class TransferOptions {
    @Option(
            names = "--tracker",
            paramLabel = "HOST[:PORT]",
            split = ",",
            hideParamSyntax = true,
            converter = Converters.Tracker.class,
            description = "Tracker to ask for peers, port 6777 unless given. May be repeated.")
    List<Endpoint> trackers = List.of();

    @Option(
            names = "--filename",
            paramLabel = "PATH",
            description = "File to share or to download. Shared when it is there and matches the swarm ID.")
    @Nullable
    String filename;

    @Option(names = "--swarmid", paramLabel = "HEX|LINK", description = "Root hash of the content, or a ppspp: link.")
    @Nullable
    String swarmId;

    @Option(
            names = "--filesize",
            paramLabel = "N[kMGT]",
            converter = Converters.Bytes.class,
            description = "Size of the content. Found out where it is not given.")
    @Nullable
    Long filesize;

    @Option(
            names = "--chunk-size",
            paramLabel = "N[k]",
            converter = Converters.Bytes.class,
            description = "Chunk size of the swarm, 1024 unless given here or by the link.")
    @Nullable
    Long chunkSize;

    @Option(names = "--workdir", paramLabel = "DIR", description = "Directory that relative paths start from.")
    @Nullable
    Path workdir;

    @Option(
            names = "--identifier",
            paramLabel = "TEXT",
            description = "Name of this run in the results file and in the start event of --json.")
    String identifier = "";

    @Option(
            names = "--overwrite",
            arity = "0..1",
            fallbackValue = "true",
            hideParamSyntax = true,
            description = "Replace a file that does not match; without this it is moved to NAME.orig-N.")
    boolean overwrite;

    @Option(
            names = "--no-clobber",
            arity = "0..1",
            fallbackValue = "true",
            hideParamSyntax = true,
            description = "Stop with exit code 3 when there is a file that does not match.")
    boolean noClobber;

    @Option(
            names = "--verify-on-read",
            arity = "0..1",
            fallbackValue = "true",
            hideParamSyntax = true,
            description = "Verify every chunk again each time it is read for another peer.")
    boolean verifyOnRead;

    @Option(
            names = "--exit-when-complete",
            arity = "0..1",
            fallbackValue = "true",
            hideParamSyntax = true,
            description =
                    "End when the content is complete. Without this, --seed-time or --seed-ratio it is shared on.")
    boolean exitWhenComplete;

    @Option(
            names = "--seed-time",
            paramLabel = "TIME",
            converter = Converters.Time.class,
            description = "Share for this long after completion, then end.")
    @Nullable
    Duration seedTime;

    @Option(
            names = "--seed-ratio",
            paramLabel = "R",
            description = "Share until R times the content was uploaded, then end.")
    @Nullable
    Double seedRatio;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Converters.Time.class,
            description =
                    "End when nothing useful came for this long; exit code 5, or 3, 4 or 6 where the cause is known.")
    @Nullable
    Duration timeout;

    @Option(
            names = "--time-limit",
            paramLabel = "TIME",
            converter = Converters.Time.class,
            description = "End after this long; exit code 7 if not complete by then.")
    @Nullable
    Duration timeLimit;
}
