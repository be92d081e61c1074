package org.ppspp.client;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.ppspp.LiveKeys;
import org.ppspp.LiveRequest;
import org.ppspp.LiveSource;
import org.ppspp.SwarmLink;
import org.ppspp.TransportPolicy;
import org.ppspp.engine.Dialect;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.LiveAlgorithm;
import org.ppspp.integrity.LiveSigner;
import org.ppspp.media.input.InputSettings;
import org.ppspp.media.input.LiveInput;
import org.ppspp.storage.LocalContentException;
import org.ppspp.wire.ChunkAddressing;

/** What the options of a live stream come to. Throws {@link IllegalArgumentException} where they contradict each other. */
final class LivePlan {
    private static final String POSITION_SUFFIX = ".position";

    private LivePlan() {}

    /**
     * What the user named, or null. In PyPPSPP's dialect any ID names a live stream, which nothing protects; else that takes a
     * link that says so.
     */
    static @Nullable SwarmLink link(Arguments arguments) {
        String named = arguments.swarm();
        Dialect dialect = arguments.command().network.dialect;
        boolean live = arguments.command().live.live;
        if (named == null) {
            return null;
        }
        SwarmLink link = live && dialect == Dialect.PYPPSPP
                ? SwarmLink.parse(named, IntegrityMethod.NONE)
                : SwarmLink.parse(named);
        SwarmMetadata metadata = hashedFor(dialect, link.metadata());
        if (dialect != null && !dialect.fits(metadata, true) && !dialect.fits(metadata, false)) {
            throw new IllegalArgumentException("the swarm cannot be shared in the dialect that --dialect names"
                    + (metadata.integrityMethod() == IntegrityMethod.NONE
                            ? ": a stream without protection takes pyppspp"
                            : ""));
        }
        if (metadata.integrityMethod() == IntegrityMethod.NONE
                && arguments.command().network.policy() == TransportPolicy.UDP) {
            throw new IllegalArgumentException("a stream without protection goes over TCP, not over UDP");
        }
        return new SwarmLink(metadata, link.name(), link.trackers(), link.peers());
    }

    /** A libswift knows one hash function, and the key of its stream does not say which. */
    private static SwarmMetadata hashedFor(@Nullable Dialect dialect, SwarmMetadata metadata) {
        return dialect == Dialect.LIBSWIFT && metadata.integrityMethod() == IntegrityMethod.UNIFIED_MERKLE_TREE
                ? new SwarmMetadata(
                        metadata.swarmId(),
                        metadata.integrityMethod(),
                        HashFunction.SHA1,
                        metadata.chunkSizeBytes(),
                        metadata.addressing(),
                        metadata.contentLengthBytes(),
                        metadata.discardWindowChunks())
                : metadata;
    }

    /** A request that names no other peers yet; {@code link} is null only for a source with a key. */
    static LiveRequest request(ClientCommand command, @Nullable SwarmLink link, Path folder)
            throws LocalContentException {
        LiveOptions options = command.live;
        LiveRequest request = options.source
                ? LiveRequest.broadcast(source(command, link, folder))
                : LiveRequest.watch(
                        described(command, Objects.requireNonNull(link).metadata()));
        Duration delay = options.delay;
        return delay == null ? request : request.withDelay(delay);
    }

    private static LiveSource source(ClientCommand command, @Nullable SwarmLink link, Path folder)
            throws LocalContentException {
        LiveOptions options = command.live;
        LiveInput input = LiveInput.parse(
                absolute(String.valueOf(options.input), folder),
                new InputSettings(options.inputLoop, options.inputRate == null ? 0 : options.inputRate));
        if (link != null && link.metadata().integrityMethod() == IntegrityMethod.NONE) {
            if (options.chunksPerSignature != null) {
                throw new IllegalArgumentException("nothing is signed: leave out --chunks-per-signature");
            }
            return LiveSource.of(described(command, link.metadata()), null, input, null);
        }
        if (options.key == null) {
            throw new IllegalArgumentException("--livesrc needs --key FILE, which is made if it is not there");
        }
        Path file = folder.resolve(options.key);
        LiveSigner signer = Files.exists(file)
                ? LiveKeys.read(file, options.algorithm)
                : LiveKeys.make(file, Objects.requireNonNullElse(options.algorithm, LiveAlgorithm.DEFAULT));
        SwarmMetadata metadata = link == null ? made(command, signer, input) : link.metadata();
        if (!metadata.swarmId().equals(signer.publicKey().swarmId())) {
            throw new IllegalArgumentException("the swarm ID is not that of the key in " + file);
        }
        Path position = file.resolveSibling(file.getFileName() + POSITION_SUFFIX);
        LiveSource source = LiveSource.of(described(command, metadata), signer, input, position);
        return signedBy(options.chunksPerSignature, source);
    }

    private static LiveSource signedBy(@Nullable Integer chunks, LiveSource source) {
        if (chunks == null) {
            return source;
        }
        if (source.metadata().integrityMethod() != IntegrityMethod.UNIFIED_MERKLE_TREE) {
            throw new IllegalArgumentException("each chunk is signed alone: leave out --chunks-per-signature");
        }
        return source.withChunksPerSignature(chunks);
    }

    /** A name of a file starts from {@code folder}, as all do. */
    private static String absolute(String input, Path folder) {
        boolean file = !input.equals("-") && !input.contains("://") && !input.startsWith("generator:");
        return file && !input.isBlank() ? folder.resolve(input).toString() : input;
    }

    private static SwarmMetadata made(ClientCommand command, LiveSigner signer, LiveInput input) {
        Long chunkSize = command.transfer.chunkSize;
        if (command.live.signAll && command.network.dialect == Dialect.LIBSWIFT) {
            throw new IllegalArgumentException("libswift signs no single chunks: leave out --sign-all");
        }
        SwarmMetadata metadata = new SwarmMetadata(
                signer.publicKey().swarmId(),
                command.live.signAll ? IntegrityMethod.SIGN_ALL : IntegrityMethod.UNIFIED_MERKLE_TREE,
                HashFunction.SHA256,
                chunkSize == null ? input.chunkSizeBytes() : (int) Math.min(chunkSize, Integer.MAX_VALUE),
                ChunkAddressing.CHUNK_RANGES_32,
                null,
                null);
        return hashedFor(command.network.dialect, metadata);
    }

    /** With what the options add to it. */
    private static SwarmMetadata described(ClientCommand command, SwarmMetadata metadata) {
        if (metadata.integrityMethod() == IntegrityMethod.MERKLE_HASH_TREE) {
            throw new IllegalArgumentException(
                    "the swarm ID is the root hash of a file: leave out --live; or of a stream of PyPPSPP's, without"
                            + " protection: add --dialect pyppspp");
        }
        Long named = metadata.discardWindowChunks();
        Long given = command.live.discardWindow;
        if (named != null && given != null && !named.equals(given)) {
            throw new IllegalArgumentException("--discardwnd says " + Converters.Window.text(given)
                    + " chunks, but the link says " + Converters.Window.text(named));
        }
        Long window = named == null ? given : named;
        long usual = metadata.integrityMethod() == IntegrityMethod.NONE
                ? LiveSource.UNPROTECTED_WINDOW_CHUNKS
                : LiveSource.DEFAULT_WINDOW_CHUNKS;
        return new SwarmMetadata(
                metadata.swarmId(),
                metadata.integrityMethod(),
                metadata.hashFunction(),
                Plan.chunkSize(command.transfer, metadata),
                metadata.addressing(),
                null,
                window == null ? Long.valueOf(usual) : window);
    }
}
