package org.ppspp.engine;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.MessageType;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.ProtocolOptions;
import org.ppspp.wire.SupportedMessages;
import org.ppspp.wire.WireFormat;

/** What the handshakes of one swarm say and demand (RFC 7574 §3.1.1, §7): fixed metadata on both sides. */
final class Greeting {
    /** All messages of static content, which has no signatures. */
    private static final SupportedMessages STATIC = SupportedMessages.ALL.without(MessageType.SIGNED_INTEGRITY);

    /** Larger windows have no number on the wire, or none that matters. */
    private static final long MOST_DISCARD_WINDOW = 0xffff_fffeL;

    /**
     * What a handshake told.
     *
     * @param dialect how its sender speaks
     * @param supported the messages it takes
     * @param peerId what it calls itself, or null
     * @param discardWindow how many chunks of a live stream it keeps, or {@link ProtocolOptions#KEEPS_ALL}
     * @param mismatch why it is not one of this swarm, or null if it is
     */
    record Heard(
            Dialect dialect,
            SupportedMessages supported,
            @Nullable UUID peerId,
            long discardWindow,
            @Nullable String mismatch) {}

    private final SwarmMetadata metadata;
    private final @Nullable LiveConfig live;
    private final Identity identity;
    private final SupportedMessages supported;

    /** {@code live} is null for static content. */
    Greeting(SwarmMetadata metadata, @Nullable LiveConfig live, Identity identity, ExchangeConfig.Mode exchange) {
        this.metadata = metadata;
        this.live = live;
        this.identity = identity;
        this.supported = exchange.within(live == null ? STATIC : SupportedMessages.ALL);
    }

    /** What to open with. */
    Dialect opening() {
        Dialect only = identity.only();
        if (only != null) {
            return only;
        }
        return Dialect.RFC7574.fits(metadata, true) ? Dialect.RFC7574 : Dialect.PYPPSPP;
    }

    /** What to try at an address of this kind that does not answer, or null. */
    @Nullable
    Dialect secondTry(boolean reliable) {
        return identity.only() == null && speaks(Dialect.LIBSWIFT, reliable) ? Dialect.LIBSWIFT : null;
    }

    /** The options of the first datagram, which names the swarm, or of the answer, which need not. */
    ProtocolOptions options(boolean initiator, Dialect dialect, boolean reliable) {
        boolean full = initiator || dialect.answersInFull();
        ProtocolOptions options = new ProtocolOptions.Builder()
                .version(ProtocolOptions.VERSION)
                .minimumVersion(full ? ProtocolOptions.VERSION : null)
                .swarmId(full ? metadata.swarmId() : null)
                .integrityMethod(metadata.integrityMethod().code())
                .hashFunction(hashFunction())
                .signatureAlgorithm(signatureAlgorithm())
                .addressing(metadata.addressing())
                .liveDiscardWindow(discardWindow())
                .supportedMessages(supported)
                .chunkSize((long) metadata.chunkSizeBytes())
                .peerId(reliable ? identity.peerId() : null)
                .build();
        return dialect.limit(options);
    }

    /** Signatures of single chunks need no tree. */
    private @Nullable Integer hashFunction() {
        IntegrityMethod method = metadata.integrityMethod();
        boolean tree = method == IntegrityMethod.MERKLE_HASH_TREE || method == IntegrityMethod.UNIFIED_MERKLE_TREE;
        return tree ? metadata.hashFunction().code() : null;
    }

    private @Nullable Integer signatureAlgorithm() {
        return live == null || live.algorithm() == 0 ? null : live.algorithm();
    }

    /** In chunks, or bytes where chunks are named by their bytes (RFC 7574 §7.9). */
    private @Nullable Long discardWindow() {
        Long chunks = live == null ? null : metadata.discardWindowChunks();
        boolean bytes = metadata.addressing() == ChunkAddressing.BYTE_RANGES_64;
        if (chunks == null || chunks > MOST_DISCARD_WINDOW) {
            return chunks == null ? null : (Long) ProtocolOptions.KEEPS_ALL;
        }
        return bytes ? (Long) (chunks * metadata.chunkSizeBytes()) : chunks;
    }

    private long discardWindow(ProtocolOptions theirs) {
        Long said = theirs.liveDiscardWindow();
        if (live == null || said == null || said < 0) {
            return ProtocolOptions.KEEPS_ALL;
        }
        return metadata.addressing() == ChunkAddressing.BYTE_RANGES_64 ? said / metadata.chunkSizeBytes() : said;
    }

    /** Takes in the options of an opening, or of an answer. */
    Heard hear(ProtocolOptions theirs, boolean initiator, boolean reliable) throws MalformedMessageException {
        Dialect dialect = Dialect.of(theirs, reliable);
        ProtocolOptions complete = dialect.complete(theirs, metadata);
        if (initiator) {
            complete.requireInitiator();
        } else {
            complete.requireResponder();
        }
        boolean spoken = speaks(dialect, reliable) && (identity.only() == null || identity.only() == dialect);
        return new Heard(
                dialect,
                dialect.taken(theirs.supportedMessages()),
                theirs.peerId(),
                discardWindow(theirs),
                spoken ? mismatch(complete) : "another dialect");
    }

    /** Peers of one live stream have to agree on what is signed. */
    private boolean speaks(Dialect dialect, boolean reliable) {
        return dialect.fits(metadata, reliable)
                && (live == null || Dialect.liveForm(dialect) == Dialect.liveForm(identity.only()));
    }

    /** Why a peer with these options is not one of this swarm, or null if it is. */
    @Nullable
    String mismatch(ProtocolOptions theirs) {
        Integer version = theirs.version();
        Integer minimum = theirs.minimumVersion();
        if (version == null
                || version < ProtocolOptions.VERSION
                || (minimum != null && minimum > ProtocolOptions.VERSION)) {
            return "no common protocol version";
        }
        if (theirs.swarmId() != null && !metadata.swarmId().equals(theirs.swarmId())) {
            return "another swarm";
        }
        if (!Integer.valueOf(metadata.integrityMethod().code()).equals(theirs.integrityMethod())) {
            return "another integrity method";
        }
        // A peer of a live stream may leave it out: the metadata says which it is.
        boolean unsaid = live != null && theirs.hashFunction() == null;
        Integer function = hashFunction();
        if (function != null && !unsaid && !function.equals(theirs.hashFunction())) {
            return "another hash function";
        }
        Integer algorithm = signatureAlgorithm();
        if (algorithm != null && !algorithm.equals(theirs.signatureAlgorithm())) {
            return "another signature algorithm";
        }
        if (metadata.addressing() != theirs.addressing()) {
            return "another chunk addressing method";
        }
        Long chunkSize = theirs.chunkSize();
        if (chunkSize == null || chunkSize != metadata.chunkSizeBytes()) {
            return "another chunk size";
        }
        return null;
    }

    /** Writes a handshake and as many of the first {@code have} ranges as fit {@code limit} bytes in all. */
    static void write(
            ByteBuf out,
            WireFormat format,
            int destination,
            int source,
            ProtocolOptions options,
            ChunkMap have,
            int limit) {
        int start = out.writerIndex();
        MessageWriter writer = new MessageWriter(out, format);
        writer.channel(destination);
        writer.handshake(source, options);
        long chunk = have.nextSet(0);
        for (int said = 0; chunk >= 0 && said < Limits.OPENING_RANGES; said++) {
            ChunkRange run = have.runAround(chunk);
            int bytes = writer.rangeMessages(run) * writer.haveBytes();
            if (out.writerIndex() - start + bytes > limit) {
                return;
            }
            writer.have(run);
            chunk = have.nextSet(run.last() + 1);
        }
    }

    /** Applies remembered announcements of an opening. */
    static void remember(List<ChunkRange> have, Channel channel, long now) {
        for (ChunkRange range : have) {
            channel.peerHasChunks(range, now);
        }
    }
}
