package org.ppspp.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.Endpoint;
import org.ppspp.ExchangePolicy;
import org.ppspp.FrameViewer;
import org.ppspp.HostAndPort;
import org.ppspp.LiveRequest;
import org.ppspp.PeerConfig;
import org.ppspp.PlayPolicy;
import org.ppspp.SwarmLink;
import org.ppspp.SwarmRequest;
import org.ppspp.TransferRequest;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.storage.ExistingFile;
import org.ppspp.storage.LocalContentException;
import picocli.CommandLine.ParameterException;

/**
 * What a command line comes to: every path, address and number as the run will use it.
 *
 * @param peer where to listen and how much to use
 * @param portIsFree whether another port will do where the usual one is taken
 * @param request what to transfer
 * @param link of the live stream that starts here, for its viewers; null where none does
 * @param scratch whether the file is of no use after the run
 * @param playing how the content is carried to whoever consumes it, or null where nobody does
 * @param limits when to end
 * @param identifier the user's name for this run, perhaps empty
 * @param logFile where the log goes, or null for standard error
 * @param resultsFile where statistics go, or null
 * @param watching how the content is to be watched, or null
 */
record Plan(
        PeerConfig peer,
        boolean portIsFree,
        SwarmRequest request,
        @Nullable String link,
        boolean scratch,
        @Nullable Playing playing,
        StopRule.Limits limits,
        String identifier,
        @Nullable Path logFile,
        @Nullable Path resultsFile,
        Watching.@Nullable Plan watching) {

    /** The content's file in a folder of this run alone, where the user named none. */
    private static final String SCRATCH_NAME = "content";

    /** How long the source of a live stream still shares when its input has ended: until the last viewer has the end. */
    private static final Duration AFTER_INPUT = Duration.ofSeconds(10);

    /**
     * How the content is consumed as it arrives.
     *
     * @param standardOutput whether that is where it goes
     * @param recording the file that it goes to, in the order in which it is played, or null; without either it goes nowhere
     * @param manner how
     * @param frames how to show PyPPSPP's frames, where the content may be such, or null
     */
    record Playing(
            boolean standardOutput,
            @Nullable Path recording,
            Playout.Manner manner,
            FrameViewer.@Nullable Manner frames) {
        /** Where it goes, for messages. */
        String place() {
            return recording == null ? "standard output" : recording.toString();
        }
    }

    /** Whether this is about a live stream. */
    boolean live() {
        return request instanceof LiveRequest;
    }

    /** Whether the content goes to standard output. */
    boolean toStandardOutput() {
        return playing != null && playing.standardOutput();
    }

    /** The same with its file in another folder. */
    Plan in(Path folder) {
        if (!(request instanceof TransferRequest file)) {
            return this;
        }
        TransferRequest moved = file.withTarget(folder.resolve(file.target().getFileName()));
        return new Plan(
                peer, portIsFree, moved, link, scratch, playing, limits, identifier, logFile, resultsFile, watching);
    }

    /**
     * Makes the key of a live stream that starts here, if there is none.
     *
     * @throws ParameterException with a message for the user where the options contradict each other
     * @throws LocalContentException if the key cannot be used
     */
    static Plan of(Arguments arguments) throws LocalContentException {
        try {
            SwarmLink link = LivePlan.link(arguments);
            Path folder = folder(arguments);
            boolean live = arguments.command().live.live
                    || (link != null && link.metadata().integrityMethod() != IntegrityMethod.MERKLE_HASH_TREE);
            return live ? live(arguments, link, folder) : file(arguments, link, folder);
        } catch (IllegalArgumentException e) {
            throw arguments.wrong(String.valueOf(e.getMessage()));
        }
    }

    private static Plan file(Arguments arguments, @Nullable SwarmLink named, Path folder) {
        if (named == null) {
            throw new IllegalArgumentException("no content named: give --swarmid or a ppspp: link");
        }
        ClientCommand command = arguments.command();
        TransferRequest request = TransferRequest.of(
                        metadata(command.transfer, named), target(arguments, folder, named))
                .withTrackers(trackers(command.transfer, named))
                .withPeers(peers(command.network, named))
                .withTransport(command.network.policy())
                .withExchange(exchange(command.network, folder))
                .withExisting(existing(command.transfer))
                .withVerifyOnRead(command.transfer.verifyOnRead)
                .withPlay(new PlayPolicy(
                        command.play.bufferChunks,
                        command.play.aheadChunks,
                        command.play.vod || arguments.toStandardOutput()))
                .withAlto(command.network.altoConfig());
        return of(
                arguments,
                folder,
                request,
                null,
                scratch(arguments, named),
                playing(arguments, request.metadata().chunkSizeBytes()));
    }

    private static Plan live(Arguments arguments, @Nullable SwarmLink named, Path folder) throws LocalContentException {
        ClientCommand command = arguments.command();
        LiveRequest request = LivePlan.request(command, named, folder)
                .withTrackers(trackers(command.transfer, named))
                .withPeers(peers(command.network, named))
                .withTransport(command.network.policy())
                .withExchange(exchange(command.network, folder))
                .withAlto(command.network.altoConfig())
                .withMemory(arguments.streams());
        String link = request.source() == null
                ? null
                : new SwarmLink(
                                request.metadata(),
                                null,
                                request.trackers().stream()
                                        .map(Endpoint::toString)
                                        .toList(),
                                List.of())
                        .toString();
        String file = named(arguments);
        boolean frames = request.source() == null && request.metadata().integrityMethod() == IntegrityMethod.NONE;
        Playing playing = arguments.toStandardOutput() || file != null || frames
                ? new Playing(
                        arguments.toStandardOutput(),
                        file == null ? null : path(folder, file),
                        new Playout.Manner(0, 0),
                        frames ? new FrameViewer.Manner(command.play.bufferChunks, true) : null)
                : null;
        return of(arguments, folder, request, link, false, playing);
    }

    private static Plan of(
            Arguments arguments,
            Path folder,
            SwarmRequest request,
            @Nullable String link,
            boolean scratch,
            @Nullable Playing playing) {
        ClientCommand command = arguments.command();
        HostAndPort listen = command.network.listen;
        return new Plan(
                peer(command.network),
                listen == null || listen.port() < 0,
                request,
                link,
                scratch,
                playing,
                limits(arguments, request),
                command.transfer.identifier,
                resolve(folder, command.output.logFile),
                resolve(folder, command.output.resultsFile),
                Watching.Plan.of(command.watch, folder));
    }

    private static SwarmMetadata metadata(TransferOptions options, SwarmLink link) {
        SwarmMetadata metadata = link.metadata();
        Long length = metadata.contentLengthBytes();
        if (options.filesize != null && length != null && !options.filesize.equals(length)) {
            throw new IllegalArgumentException(
                    "--filesize says " + options.filesize + " bytes, but the link says " + length);
        }
        return new SwarmMetadata(
                metadata.swarmId(),
                metadata.integrityMethod(),
                metadata.hashFunction(),
                chunkSize(options, metadata),
                metadata.addressing(),
                options.filesize == null ? length : options.filesize,
                null);
    }

    /** The chunk size of a swarm, by an option or else by its link. */
    static int chunkSize(TransferOptions options, SwarmMetadata metadata) {
        boolean linkHasSize = metadata.chunkSizeBytes() != SwarmMetadata.DEFAULT_CHUNK_SIZE_BYTES;
        if (options.chunkSize != null && linkHasSize && options.chunkSize != metadata.chunkSizeBytes()) {
            throw new IllegalArgumentException("--chunk-size says " + options.chunkSize + " bytes, but the link says "
                    + metadata.chunkSizeBytes());
        }
        return options.chunkSize == null
                ? metadata.chunkSizeBytes()
                : (int) Math.min(options.chunkSize, Integer.MAX_VALUE);
    }

    private static List<Endpoint> trackers(TransferOptions options, @Nullable SwarmLink link) {
        if (!options.trackers.isEmpty() || link == null) {
            return options.trackers;
        }
        List<Endpoint> trackers = new ArrayList<>();
        for (String tracker : link.trackers()) {
            trackers.add(Endpoint.parse(tracker, Endpoint.TRACKER_PORT));
        }
        return trackers;
    }

    private static List<Endpoint> peers(NetworkOptions options, @Nullable SwarmLink link) {
        List<Endpoint> peers = new ArrayList<>(options.peers);
        for (String peer : link == null ? List.<String>of() : link.peers()) {
            peers.add(Endpoint.parse(peer, PeerConfig.DEFAULT_PORT));
        }
        return peers;
    }

    private static Path folder(Arguments arguments) {
        Path folder = arguments.command().transfer.workdir;
        if (folder == null) {
            return Path.of("").toAbsolutePath();
        }
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("--workdir " + folder + " is not a folder");
        }
        return folder.toAbsolutePath();
    }

    private static Path target(Arguments arguments, Path folder, SwarmLink link) {
        String name = named(arguments);
        if (name == null) {
            name = link.name();
        }
        if (name == null && scratch(arguments, link)) {
            name = SCRATCH_NAME;
        }
        if (name == null) {
            throw new IllegalArgumentException("no file named: give --filename");
        }
        return path(folder, name);
    }

    private static Path path(Path folder, String name) {
        try {
            return folder.resolve(name);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("--filename " + name + " cannot name a file here", e);
        }
    }

    /** Who only wants to see the content need not name a file. */
    private static boolean scratch(Arguments arguments, SwarmLink link) {
        boolean seen = arguments.command().watch.serves() && link.name() == null;
        return named(arguments) == null && (arguments.toStandardOutput() || seen);
    }

    /** The file the user named, or null. */
    private static @Nullable String named(Arguments arguments) {
        String filename = arguments.command().transfer.filename;
        String output = arguments.command().play.output;
        String name = filename == null || filename.equals(PlayOptions.STANDARD_OUTPUT) ? output : filename;
        return PlayOptions.STANDARD_OUTPUT.equals(name) ? null : name;
    }

    private static @Nullable Playing playing(Arguments arguments, int chunkSizeBytes) {
        PlayOptions options = arguments.command().play;
        boolean standardOutput = arguments.toStandardOutput();
        boolean consumed = options.vod && !arguments.command().watch.serves();
        if (!consumed && !standardOutput) {
            return null;
        }
        long buffer =
                options.aheadChunks == 0 ? options.bufferChunks : Math.min(options.bufferChunks, options.aheadChunks);
        long bufferBytes = options.vod ? Math.min(buffer * chunkSizeBytes, Integer.MAX_VALUE) : 0;
        long skipBytes = options.vod ? (long) options.skipChunks * chunkSizeBytes : 0;
        boolean frames = options.vod && !standardOutput && chunkSizeBytes == FrameViewer.CHUNK_BYTES;
        return new Playing(
                standardOutput,
                null,
                new Playout.Manner((int) bufferBytes, skipBytes),
                frames ? new FrameViewer.Manner(options.bufferChunks, false) : null);
    }

    private static @Nullable Path resolve(Path folder, @Nullable Path file) {
        return file == null ? null : folder.resolve(file);
    }

    private static ExistingFile existing(TransferOptions options) {
        if (options.overwrite) {
            return ExistingFile.OVERWRITE;
        }
        return options.noClobber ? ExistingFile.KEEP : ExistingFile.MOVE_ASIDE;
    }

    private static PeerConfig peer(NetworkOptions options) {
        EngineConfig usual = EngineConfig.defaults();
        EngineConfig engine = new EngineConfig(
                options.numPeers == null ? usual.maxPeersPerSwarm() : options.numPeers,
                options.maxUpload == null ? usual.maxUploadBytesPerSecond() : options.maxUpload,
                options.maxDownload == null ? usual.maxDownloadBytesPerSecond() : options.maxDownload,
                usual.maxDatagramBytes(),
                usual.receiveBufferBytes(),
                usual.ledbat(),
                options.dialect);
        return PeerConfig.defaults().withListen(listen(options.listen)).withEngine(engine);
    }

    private static ExchangePolicy exchange(NetworkOptions options, Path folder) {
        boolean certified = options.exchange == NetworkOptions.Exchange.CERTIFIED;
        if (!certified && (options.exchangeIssuer != null || options.exchangeCertificate != null)) {
            throw new IllegalArgumentException("--pex-issuer and --pex-certificate go with --pex certified");
        }
        if (!certified) {
            return options.exchange == NetworkOptions.Exchange.ON ? ExchangePolicy.ADDRESSES : ExchangePolicy.OFF;
        }
        if (options.exchangeIssuer == null) {
            throw new IllegalArgumentException("--pex certified needs --pex-issuer");
        }
        try {
            return ExchangePolicy.certified(
                    folder.resolve(options.exchangeIssuer), resolve(folder, options.exchangeCertificate));
        } catch (IOException e) {
            throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
        }
    }

    private static InetSocketAddress listen(@Nullable HostAndPort listen) {
        int port = listen == null || listen.port() < 0 ? PeerConfig.DEFAULT_PORT : listen.port();
        if (listen == null || listen.host().isEmpty()) {
            return new InetSocketAddress(port);
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(listen.host()), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("--listen: there is no address " + listen.host(), e);
        }
    }

    private static StopRule.Limits limits(Arguments arguments, SwarmRequest request) {
        TransferOptions options = arguments.command().transfer;
        boolean source = request instanceof LiveRequest live && live.source() != null;
        boolean exit = options.exitWhenComplete || arguments.toStandardOutput();
        boolean trackersAlone = !request.trackers().isEmpty() && request.peers().isEmpty() && !source;
        return new StopRule.Limits(
                options.timeout,
                options.timeLimit,
                source && options.seedTime == null && !exit ? AFTER_INPUT : options.seedTime,
                options.seedRatio,
                exit,
                trackersAlone,
                request instanceof LiveRequest);
    }
}
