package org.ppspp.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.LiveForm;
import org.ppspp.wire.MessageType;
import org.ppspp.wire.ProtocolOptions;
import org.ppspp.wire.SupportedMessages;

/**
 * How one peer is spoken to: as RFC 7574 says, or as programs do that are older than it. A channel learns its dialect from
 * the peer's handshake, and whatever differs between peers is asked here.
 *
 * <p>The RFC's own dialect knows everything. What the others lack was found by experiment: a libswift drops a handshake with
 * an option of the final RFC, a PyPPSPP hangs or closes the connection when it is sent a message that it does not know.
 */
public enum Dialect {
    /** RFC 7574 itself. */
    RFC7574,

    /**
     * libswift: draft 10 of the RFC over UDP. Its handshakes have neither Supported Messages nor a chunk size, its hash
     * function is SHA-1, and its congestion control wants an ACK for every single chunk.
     */
    LIBSWIFT,

    /**
     * PyPPSPP: TCP, no content integrity protection, one chunk in a frame. It looks for new requests once a second and serves
     * the lowest chunk first, never asks twice, and takes a set with nothing but chunk 0 for an empty one.
     */
    PYPPSPP;

    /** The chunk size of a PyPPSPP that does not tell. */
    private static final long PYPPSPP_CHUNK_SIZE = 1_024;

    private static final int NO_INTEGRITY = 0;

    /** The dialect of whoever sends these options. */
    static Dialect of(ProtocolOptions options, boolean reliable) {
        Integer method = options.integrityMethod();
        Integer function = options.hashFunction();
        if (reliable) {
            return options.peerId() != null && method != null && method == NO_INTEGRITY ? PYPPSPP : RFC7574;
        }
        boolean sha1 = function == null || function == HashFunction.SHA1.code();
        boolean draft = options.chunkSize() == null && options.supportedMessages() == null;
        return draft && sha1 ? LIBSWIFT : RFC7574;
    }

    /** Whether any dialect fits. */
    public static boolean anyFits(SwarmMetadata metadata, boolean reliable) {
        return Arrays.stream(values()).anyMatch(dialect -> dialect.fits(metadata, reliable));
    }

    /** Whether a peer of this dialect may be found at addresses of this kind, in a swarm with this metadata. */
    public boolean fits(SwarmMetadata metadata, boolean reliable) {
        return switch (this) {
            // RFC 7574 §7.5 and its erratum 4880: content without protection is none of its own.
            case RFC7574 -> metadata.integrityMethod() != IntegrityMethod.NONE;
            case LIBSWIFT ->
                !reliable
                        && (metadata.integrityMethod() == IntegrityMethod.MERKLE_HASH_TREE
                                || metadata.integrityMethod() == IntegrityMethod.UNIFIED_MERKLE_TREE)
                        && metadata.hashFunction() == HashFunction.SHA1
                        && metadata.addressing() == ChunkAddressing.CHUNK_RANGES_32;
            case PYPPSPP ->
                reliable
                        && (metadata.integrityMethod() == IntegrityMethod.MERKLE_HASH_TREE
                                || metadata.integrityMethod() == IntegrityMethod.NONE)
                        && metadata.chunkSizeBytes() == PYPPSPP_CHUNK_SIZE
                        && metadata.addressing() == ChunkAddressing.CHUNK_RANGES_32;
        };
    }

    /** {@code theirs} with what goes without saying in this dialect. */
    ProtocolOptions complete(ProtocolOptions theirs, SwarmMetadata metadata) {
        return switch (this) {
            case RFC7574 -> theirs;
            case LIBSWIFT ->
                theirs.with()
                        .hashFunction(HashFunction.SHA1.code())
                        .addressing(orElse(theirs.addressing(), ChunkAddressing.CHUNK_RANGES_32))
                        .chunkSize((long) metadata.chunkSizeBytes())
                        .build();
            case PYPPSPP ->
                theirs.with()
                        .integrityMethod(metadata.integrityMethod().code())
                        .hashFunction(metadata.hashFunction().code())
                        .addressing(orElse(theirs.addressing(), ChunkAddressing.CHUNK_RANGES_32))
                        .chunkSize(orElse(theirs.chunkSize(), PYPPSPP_CHUNK_SIZE))
                        .build();
        };
    }

    /** {@code ours} without what a peer of this dialect cannot take. */
    ProtocolOptions limit(ProtocolOptions ours) {
        return switch (this) {
            case RFC7574 -> ours;
            case LIBSWIFT -> {
                Integer method = ours.integrityMethod();
                boolean tree = method != null && method == IntegrityMethod.MERKLE_HASH_TREE.code();
                yield ours.with()
                        .supportedMessages(null)
                        .chunkSize(null)
                        .hashFunction(tree ? ours.hashFunction() : null)
                        .build();
            }
            case PYPPSPP ->
                ours.with().integrityMethod(NO_INTEGRITY).hashFunction(null).build();
        };
    }

    /** The messages that a peer of this dialect takes whose handshake says {@code said} of them. */
    SupportedMessages taken(@Nullable SupportedMessages said) {
        return switch (this) {
            case RFC7574 -> orElse(said, SupportedMessages.ALL); // RFC 7574 §7.10
            case LIBSWIFT -> SupportedMessages.ALL.without(MessageType.PEX_RES_CERT);
            case PYPPSPP ->
                orElse(said, SupportedMessages.ALL)
                        .without(
                                MessageType.PEX_REQ,
                                MessageType.PEX_RES_V4,
                                MessageType.PEX_RES_V6,
                                MessageType.PEX_RES_CERT);
        };
    }

    /** Whether an answer names the swarm and the lowest version again, as an opening does. */
    boolean answersInFull() {
        return this == PYPPSPP;
    }

    /** Whether a peer that listens on a TCP port listens on UDP too, where others try it that hear of it. */
    boolean listensOnUdp() {
        return this != PYPPSPP;
    }

    /** Whether DATA comes with the hashes that prove it (RFC 7574 §5.3). */
    boolean hashes() {
        return this != PYPPSPP;
    }

    /** How signatures of live streams look where everybody speaks like this; null is for every dialect but those of their own form. */
    public static LiveForm liveForm(@Nullable Dialect only) {
        return only == LIBSWIFT ? LiveForm.LIBSWIFT : LiveForm.RFC7574;
    }

    /** Whether every ACK names one chunk instead of the largest interval (RFC 7574 §4.3.2). */
    boolean singleAcks() {
        return this == LIBSWIFT;
    }

    /**
     * Whether nothing may be sent but HANDSHAKE, HAVE, REQUEST and DATA, one DATA in a frame and last, chunk 0 first, and no
     * REQUEST for chunk 0 alone.
     */
    boolean bareMessages() {
        return this == PYPPSPP;
    }

    /** The least time in nanoseconds, {@code usual} with most, after which a peer that owes chunks and sends none is given up. */
    long patience(long usual) {
        return this == PYPPSPP ? 8 * Limits.SECOND : usual;
    }

    /** Chunks that are asked for at once at the least, to keep busy a peer that seldom looks. */
    int leastRequested() {
        return this == PYPPSPP ? 1_000 : 0;
    }

    /** Ranges of requests that are kept for a peer. The older programs ask for many small ones, and repeat them late or never. */
    int uploadRanges() {
        return this == RFC7574 ? Limits.UPLOAD_RANGES : 2_048;
    }

    private static <T> T orElse(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }
}
