package org.ppspp.fileutil;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.ppspp.ContentHasher;
import org.ppspp.Sizes;
import org.ppspp.SwarmLink;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.media.FrameChunks;
import org.ppspp.media.FramePickle;
import org.ppspp.media.FramePlayback;
import org.ppspp.media.TalkingHead;
import org.ppspp.storage.LocalContentException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The {@code fileutil} command. The result goes to standard output, everything else to standard error. */
@Command(
        name = "fileutil",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        usageHelpAutoWidth = true,
        description = {
            "Makes files, computes the root hashes that name their swarms, and checks files.",
            "Makes the keys that name and sign live streams.",
            "",
            "Examples:",
            "  fileutil --filename film.mp4 --hash",
            "  fileutil --filename film.mp4 --link --tree",
            "  fileutil --filename film.mp4 --verify d094024bfed046a9be25a762870ce67089f31f81",
            "  fileutil --filename test.bin --create --size 100M --seed 7 --hash",
            "  fileutil --live-key stream.key --tracker tracker.example",
            "  fileutil --filename vod333.dat --create-vod 333 --hash",
            ""
        },
        footer = {
            "",
            "Sizes count in powers of 1024: 64k, 10M, 2GiB.",
            "Exit codes: 0 done; 1 unexpected error; 2 usage; 3 a local file is missing, unreadable",
            "or in the way, or the disk is full; 6 the file does not match.",
            "Files: --tree writes FILE.hashes, with which FILE is seeded at once."
        })
public final class FileUtil implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(FileUtil.class);

    /** RFC 7574 §8.1. */
    private static final int RECOMMENDED_LEAST_BYTES = 512;

    private static final int MAX_VIDEO_SECONDS = 24 * 3_600;

    @Option(names = "--filename", paramLabel = "FILE", description = "The file.")
    private @Nullable String filename;

    @Option(names = "--create", description = "Make the file of random bytes; takes --size.")
    private boolean create;

    @Option(
            names = "--size",
            paramLabel = "N",
            converter = SizeConverter.class,
            description = "Size of the file to make.")
    private @Nullable Long size;

    @Option(names = "--seed", paramLabel = "N", description = "The same number makes the same bytes.")
    private @Nullable Long seed;

    @Option(
            names = "--create-vod",
            paramLabel = "SECONDS",
            description = "Make the file a video for PyPPSPP's players: ten frames a second, about 632 kbit/s."
                    + " They expect 333 seconds.")
    private @Nullable Integer videoSeconds;

    @Option(
            names = "--pickle-protocol",
            paramLabel = "3|4",
            description = "How Python would write the video: 3 before Python 3.8, 4 since. 4 if not given.")
    private @Nullable Integer pickleProtocol;

    @Option(names = "--overwrite", description = "Let --create and --create-vod replace a file.")
    private boolean overwrite;

    @Option(names = "--hash", description = "Print the root hash, which is the swarm ID.")
    private boolean hash;

    @Option(names = "--link", description = "Print the link of the swarm.")
    private boolean link;

    @Option(
            names = "--verify",
            paramLabel = "SWARMID|LINK",
            description = "Check that the file is the content of this swarm.")
    private @Nullable String verify;

    @Option(names = "--tree", description = "Write FILE.hashes beside the file, for a seeder to start at once.")
    private boolean tree;

    @Option(
            names = "--hash-function",
            paramLabel = "NAME",
            converter = HashFunctionNames.class,
            completionCandidates = HashFunctionNames.class,
            description = "One of ${COMPLETION-CANDIDATES}; sha-1 if not given, and for a live stream sha-256.")
    private @Nullable HashFunction hashFunction;

    @Option(
            names = "--chunk-size",
            paramLabel = "N",
            converter = SizeConverter.class,
            description = "Bytes in a chunk; 1024 if not given.")
    private @Nullable Long chunkSize;

    @Option(names = "--json", description = "Print the result as one JSON object.")
    private boolean json;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that hash; one a processor if not given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--progress",
            paramLabel = "auto|line|none",
            description = "How progress is shown on standard error.")
    private ProgressPrinter.Style progress = ProgressPrinter.Style.AUTO;

    @Option(
            names = {"-q", "--quiet"},
            description = "Show no progress and no notes.")
    private boolean quiet;

    @ArgGroup(validate = false, heading = "%nLive streams:%n")
    private LiveOptions live = new LiveOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final PrintStream out;
    private final PrintStream err;

    private FileUtil(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] args) {
        int exitCode = run(args, System.out, System.err);
        System.out.flush();
        System.exit(exitCode);
    }

    /** Runs the command and returns its exit code. */
    public static int run(String[] args, PrintStream out, PrintStream err) {
        return new CommandLine(new FileUtil(out, err))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setAbbreviatedOptionsAllowed(true)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOverwrittenOptionsAllowed(true)
                .setParameterExceptionHandler((problem, ignored) -> misused(problem, err))
                .setExecutionExceptionHandler((problem, command, parsed) -> failed(problem, err))
                .execute(args);
    }

    private static int misused(ParameterException problem, PrintStream err) {
        err.println("fileutil: " + problem.getMessage());
        err.println("Try fileutil --help.");
        return ExitCode.USAGE;
    }

    private static int failed(Exception problem, PrintStream err) {
        err.println("fileutil: " + (problem.getMessage() == null ? problem : problem.getMessage()));
        if (problem instanceof Failure failure) {
            return failure.exitCode();
        }
        if (problem instanceof LocalContentException) {
            return ExitCode.LOCAL_FILE;
        }
        LOG.debug("unexpected", problem);
        return ExitCode.UNEXPECTED;
    }

    @Override
    public Integer call() throws Failure, IOException {
        if (live.key != null) {
            return stream();
        }
        Path file = path();
        SwarmLink expected = check();
        Report report = new Report(file);
        if (create) {
            create(file, report);
        } else if (videoSeconds != null) {
            createVideo(file, videoSeconds, report);
        }
        if (hash || link || tree || expected != null) {
            Integer failed = expected == null ? null : checkLength(file, expected);
            if (failed != null) {
                return failed;
            }
            report.swarm(hash(file, expected));
            if (tree) {
                report.hashFile(ContentHasher.hashFileOf(file));
            }
        }
        boolean matches = expected == null || report.isSwarm(expected.metadata().swarmId());
        report.expected(expected, matches);
        print(report);
        if (!matches && expected != null) {
            err.println("fileutil: " + file + " does not match: its root hash is " + report.swarmId() + ", expected "
                    + expected.metadata().swarmId());
        }
        return matches ? ExitCode.OK : ExitCode.MISMATCH;
    }

    private Integer stream() throws LocalContentException {
        if (filename != null || create || tree || verify != null || size != null || seed != null || overwrite) {
            throw misuse("--live-key is about a stream: leave out what is about a file");
        }
        if (live.signAll && hashFunction != null) {
            throw misuse("--sign-all knows no hashes: leave out --hash-function");
        }
        checkLive();
        checkChunkRange();
        if (!quiet) {
            warnOfChunkSize();
        }
        HashFunction function = hashFunction == null ? HashFunction.SHA256 : hashFunction;
        LiveStream stream = LiveStream.of(live, function, chunkSize());
        if (stream.made() && !quiet) {
            err.println("created " + stream.file() + ", a key for "
                    + stream.key().algorithm() + ": whoever has it can sign the stream");
        }
        List<String> lines = json ? List.of(stream.json()) : stream.lines(hash, link || !hash);
        lines.forEach(out::println);
        return ExitCode.OK;
    }

    private void checkLive() {
        String misuse = live.misuse();
        if (misuse != null) {
            throw misuse(misuse);
        }
    }

    private Path path() {
        if (filename == null) {
            throw misuse("name a file with --filename, or the key of a live stream with --live-key");
        }
        try {
            Path path = Path.of(filename);
            if (path.getFileName() == null || filename.isEmpty()) {
                throw misuse("--filename must name a file");
            }
            return path;
        } catch (InvalidPathException e) {
            throw misuse("--filename: " + e.getReason());
        }
    }

    /** Refuses options that make no sense together, and returns the swarm to verify against. */
    private @Nullable SwarmLink check() {
        checkLive();
        if (!create && videoSeconds == null && !hash && !link && !tree && verify == null) {
            throw misuse("nothing to do: give --hash, --link, --tree, --verify, --create or --create-vod");
        }
        checkCreation();
        if (threads < 1) {
            throw misuse("--threads must be at least 1");
        }
        if (create && size != null && size == 0 && (hash || link || tree || verify != null)) {
            throw misuse("an empty file has no root hash");
        }
        SwarmLink expected = verify == null ? null : expected(verify);
        checkChunkSize(expected);
        if (!quiet && (hash || link || tree)) {
            warnOfChunkSize();
        }
        return expected;
    }

    private void checkCreation() {
        if (create && videoSeconds != null) {
            throw misuse("--create and --create-vod make different files: give one of them");
        }
        if (create && size == null) {
            throw misuse("--create needs --size");
        }
        if (!create && (size != null || seed != null)) {
            throw misuse("--size and --seed belong to --create");
        }
        if (!create && videoSeconds == null && overwrite) {
            throw misuse("--overwrite belongs to --create and --create-vod");
        }
        if (videoSeconds == null && pickleProtocol != null) {
            throw misuse("--pickle-protocol belongs to --create-vod");
        }
        if (videoSeconds != null && (videoSeconds < 1 || videoSeconds > MAX_VIDEO_SECONDS)) {
            throw misuse("--create-vod takes 1 to " + MAX_VIDEO_SECONDS + " seconds");
        }
        if (pickleProtocol != null
                && pickleProtocol != FramePickle.PROTOCOL_3
                && pickleProtocol != FramePickle.PROTOCOL_4) {
            throw misuse("--pickle-protocol is 3 or 4");
        }
    }

    private void checkChunkSize(@Nullable SwarmLink expected) {
        HashFunction function = hashFunction(expected);
        if (expected != null && chunkSize != null && !bareId()) {
            if (chunkSize != expected.metadata().chunkSizeBytes()) {
                throw misuse("--chunk-size " + chunkSize + " contradicts the link, whose chunks have "
                        + expected.metadata().chunkSizeBytes() + " bytes");
            }
            return;
        }
        checkChunkRange();
        if (chunkSize() == 2L * function.length()) {
            throw misuse(
                    "--chunk-size must not be two " + function.algorithm() + " hashes long: chunks could be forged");
        }
    }

    private void checkChunkRange() {
        if (chunkSize() < 1 || chunkSize() > SwarmMetadata.MAX_CHUNK_SIZE_BYTES) {
            throw misuse("--chunk-size must be 1 to " + SwarmMetadata.MAX_CHUNK_SIZE_BYTES);
        }
    }

    private void warnOfChunkSize() {
        if (chunkSize() < RECOMMENDED_LEAST_BYTES) {
            err.println("fileutil: chunks below " + RECOMMENDED_LEAST_BYTES + " bytes are mostly headers and hashes");
        } else if (chunkSize() > SwarmMetadata.DEFAULT_CHUNK_SIZE_BYTES) {
            err.println("fileutil: chunks above " + SwarmMetadata.DEFAULT_CHUNK_SIZE_BYTES
                    + " bytes leave in fragments over UDP, which some networks drop");
        }
    }

    private SwarmLink expected(String text) {
        SwarmLink expected;
        try {
            expected = SwarmLink.parse(text);
        } catch (IllegalArgumentException e) {
            throw misuse("--verify: " + e.getMessage());
        }
        SwarmMetadata metadata = expected.metadata();
        if (metadata.integrityMethod() != IntegrityMethod.MERKLE_HASH_TREE) {
            throw misuse("--verify: a file is named by its root hash of 20, 28, 32, 48 or 64 bytes");
        }
        if (hashFunction != null && hashFunction != metadata.hashFunction()) {
            throw misuse("--verify: this is not a " + hashFunction.algorithm() + " root hash");
        }
        return expected;
    }

    private void create(Path file, Report report) throws Failure {
        long bytes = size == null ? 0 : size;
        long chosen = seed == null ? new SecureRandom().nextLong() : seed;
        new FileCreation(file, overwrite, ProgressPrinter.of(style(), err, "creating")).run(bytes, chosen);
        report.created(bytes, chosen);
        if (!quiet) {
            err.println("created " + file + ", " + Sizes.format(bytes) + (seed == null ? ", --seed " + chosen : ""));
        }
    }

    private void createVideo(Path file, int seconds, Report report) throws Failure {
        TalkingHead video = new TalkingHead(pickleProtocol == null ? FramePickle.PROTOCOL_4 : pickleProtocol);
        long frames = (long) seconds * FramePlayback.FRAMES_PER_SECOND;
        new FileCreation(file, overwrite, ProgressPrinter.of(style(), err, "creating")).run(video, frames);
        long bytes = video.sizeBytes(frames);
        report.createdVideo(bytes, frames, bytes / FrameChunks.CHUNK_BYTES);
        if (!quiet) {
            err.println("created " + file + ", " + Sizes.format(bytes) + ", " + frames + " frames in "
                    + bytes / FrameChunks.CHUNK_BYTES + " chunks");
        }
    }

    /** A file of another length need not be hashed to be told apart. */
    private @Nullable Integer checkLength(Path file, SwarmLink expected) throws IOException {
        Long length = expected.metadata().contentLengthBytes();
        if (length == null || !Files.isRegularFile(file) || Files.size(file) == length) {
            return null;
        }
        Report report = new Report(file);
        report.expected(expected, false);
        if (json) {
            out.println(report.json());
        }
        err.println("fileutil: " + file + " does not match: it has " + Files.size(file) + " bytes, expected " + length);
        return ExitCode.MISMATCH;
    }

    private SwarmMetadata hash(Path file, @Nullable SwarmLink expected) throws LocalContentException {
        int chunk =
                expected == null || bareId() ? chunkSize() : expected.metadata().chunkSizeBytes();
        ContentHasher hasher = ContentHasher.of(hashFunction(expected), chunk)
                .withThreads(threads)
                .withProgress(ProgressPrinter.of(style(), err, "hashing"));
        return tree ? hasher.hashAndSave(file) : hasher.hash(file);
    }

    private void print(Report report) {
        List<String> lines = json ? List.of(report.json()) : report.lines(hash || (verify != null && !link), link);
        lines.forEach(out::println);
    }

    /** Whether what to verify against does not say how large chunks are. */
    private boolean bareId() {
        return verify != null && verify.indexOf('?') < 0;
    }

    private HashFunction hashFunction(@Nullable SwarmLink expected) {
        if (expected != null) {
            return expected.metadata().hashFunction();
        }
        return hashFunction == null ? HashFunction.SHA1 : hashFunction;
    }

    private int chunkSize() {
        return chunkSize == null
                ? SwarmMetadata.DEFAULT_CHUNK_SIZE_BYTES
                : (int) Math.min(chunkSize, Integer.MAX_VALUE);
    }

    private ProgressPrinter.Style style() {
        return quiet ? ProgressPrinter.Style.NONE : progress;
    }

    private ParameterException misuse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static final class SizeConverter implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            try {
                return Sizes.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
