package org.ppspp.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.Intake.Arrival;
import org.ppspp.integrity.LiveIntegrity;
import org.ppspp.integrity.LiveMerkleIntegrity;
import org.ppspp.integrity.NoIntegrity;
import org.ppspp.integrity.ProofSink;
import org.ppspp.integrity.SignAllIntegrity;
import org.ppspp.integrity.SignedNode;
import org.ppspp.integrity.SignedSegment;
import org.ppspp.picker.LiveEdgePicker;
import org.ppspp.wire.Message;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.WireFormat;

/**
 * A live stream: the chunks from the first that is kept up to the edge, both of which move on (RFC 7574 §6.1, §6.2). The edge
 * is what the source has signed, and nothing else is believed of where the stream is.
 */
final class LiveContent implements KnownContent {
    /** What a peer may claim to have while the edge is not known, or beyond it where nothing is discarded. */
    private static final long CHUNKS_BELIEVED = 1L << 31;

    /** What is looked for beyond the edge, where that is of use: each look passes all of it. */
    private static final long CHUNKS_AHEAD = 1 << 15;

    private final Swarm swarm;
    private final Engine engine;
    private final SwarmMetadata metadata;
    private final LiveConfig config;
    private final ChunkMap have;
    private final LiveIntegrity integrity;
    private final LiveEdgePicker picker;
    private final LivePriorities priorities;
    private final SecondLooks secondLooks;
    private final WireFormat format;
    private final long window;
    private final long ahead;
    private final Departures departures = new Departures();
    /** Without signatures nothing says that the source has begun anew; null with them. */
    private final @Nullable NoIntegrity unsigned;

    private long edge = -1;
    /** When the edge moved last, and whether a peer has told since of chunks that are gone alone. */
    private long wentOnAt;

    private boolean bygone;
    private long first;
    private long taken;
    private long refused;
    private long equivocations;

    LiveContent(Swarm swarm, Engine engine, ChunkMap have, LiveConfig config, RandomGenerator random) {
        this.swarm = swarm;
        this.engine = engine;
        this.metadata = swarm.metadata();
        this.config = config;
        this.have = have;
        this.format = new WireFormat(
                metadata.addressing(),
                metadata.hashFunction().length(),
                config.signatureLengthBytes(),
                metadata.chunkSizeBytes(),
                WireFormat.UNKNOWN_LENGTH,
                Dialect.liveForm(engine.identity().only()));
        this.integrity = switch (metadata.integrityMethod()) {
            case UNIFIED_MERKLE_TREE ->
                new LiveMerkleIntegrity(metadata.hashFunction(), format, config.signatures(), config.notBefore());
            case SIGN_ALL -> new SignAllIntegrity(format, config.signatures(), config.notBefore(), witness());
            case NONE -> new NoIntegrity();
            case MERKLE_HASH_TREE -> throw new IllegalArgumentException("static content has no source");
        };
        Long kept = metadata.discardWindowChunks();
        this.window = kept == null ? CHUNKS_BELIEVED : Math.min(kept, CHUNKS_BELIEVED);
        this.unsigned = integrity instanceof NoIntegrity none ? none : null;
        this.ahead = Math.min(window, CHUNKS_AHEAD);
        this.picker = new LiveEdgePicker(random, config.delayNanos());
        this.priorities = new LivePriorities(swarm, this, picker);
        this.secondLooks = new SecondLooks(swarm);
    }

    @Override
    public LiveIntegrity integrity() {
        return integrity;
    }

    @Override
    public Priorities priorities() {
        return priorities;
    }

    @Override
    public WireFormat format() {
        return format;
    }

    /** Signatures prove a chunk, or nothing does: there is no end to wait for. */
    @Override
    public boolean proves(Channel from) {
        return true;
    }

    @Override
    public boolean endless() {
        return true;
    }

    /** Each peer tells only what it has verified, and that needs nothing more. */
    @Override
    public boolean sized() {
        return true;
    }

    @Override
    public long lengthBytes() {
        return -1;
    }

    @Override
    public long chunkCount() {
        return -1;
    }

    /** A source lacks nothing, and a viewer's stream never ends. */
    @Override
    public boolean complete() {
        return config.source();
    }

    @Override
    public boolean whole(long bin, long more) {
        return (have.word(bin) | more) == -1L;
    }

    @Override
    public int chunkLength(long chunk) {
        return metadata.chunkSizeBytes();
    }

    @Override
    public boolean admits(long chunk, int length) {
        return length == metadata.chunkSizeBytes()
                && ((chunk >= first && chunk <= believed()) || secondLooks.at(chunk));
    }

    @Override
    public @Nullable ChunkRange clip(ChunkRange range) {
        if (config.source() && range.last() > edge) {
            // Nobody is ahead of the source: whoever says so speaks of the stream before it began anew.
            return null;
        }
        if (range.last() < first && !bygone) {
            bygone = true;
            swarm.scheduleSoon();
        }
        long from = Math.max(range.first(), first);
        long to = Math.min(range.last(), believed());
        return from > to ? null : new ChunkRange(from, to);
    }

    /** The last chunk that a peer may have: it may be ahead of us, far ahead where chunks alone tell how far the stream has got. */
    private long believed() {
        return edge < 0 || integrity.reachesBeyondEdge() ? Math.max(CHUNKS_BELIEVED, edge + window) : edge + window;
    }

    /** The last chunk that is worth asking for: up to the edge, or where that is not told, as far as peers say. */
    long horizon() {
        if (!integrity.reachesBeyondEdge() || edge < 0) {
            return edge;
        }
        long told = edge;
        for (Channel channel : swarm.channels()) {
            told = Math.max(told, newest(channel));
        }
        return Math.min(told, edge + ahead);
    }

    private static long newest(Channel channel) {
        return channel.peerHas().end() - 1;
    }

    /** Whether it takes a chunk of this peer to know where the stream is, as chunks alone tell, and it has none near the edge. */
    private boolean leads(Channel channel) {
        return integrity.reachesBeyondEdge() && newest(channel) > (edge < 0 ? -1 : edge + ahead);
    }

    @Override
    public long storedBytes() {
        return have.cardinality() * metadata.chunkSizeBytes();
    }

    @Override
    public @Nullable LiveSnapshot live() {
        return new LiveSnapshot(
                edge,
                picker.position(),
                first,
                integrity.chunksPerSecond(),
                integrity.timeline().latestTime(),
                taken,
                refused,
                equivocations,
                integrity.timeline().size());
    }

    // --- signatures

    @Override
    public void signed(Channel from, Message.SignedIntegrity message, long now) {
        if (config.source()) {
            // What others know of an earlier run under our key is no part of this one.
            return;
        }
        SignedNode node = new SignedNode(message.chunks(), message.ntpTimestamp(), message.signature());
        boolean asked = from.ledger().welcomes(message.chunks());
        long ntpNow = NtpTime.ofUnixMicros(engine.micros(now));
        switch (integrity.signed(from.pending(), node, new LiveIntegrity.When(now, ntpNow, asked))) {
            case TAKEN -> {
                taken++;
                advance(now);
            }
            case RESTARTED -> {
                taken++;
                startOver(now);
                advance(now);
            }
            case FORGED -> {
                refused++;
                engine.sentForgedSignature(from, now);
            }
            case EQUIVOCAL -> {
                refused++;
                equivocates(message.chunks());
            }
            case UNUSABLE -> refused++;
            case DOUBTFUL -> secondLooks.ask(from, message.chunks().first(), now);
            case KNOWN, WAITS -> {}
        }
    }

    private void equivocates(ChunkRange chunks) {
        equivocations++;
        engine.event(new EngineEvent.SourceEquivocates(metadata.swarmId(), chunks));
    }

    private SignAllIntegrity.Witness witness() {
        return new SignAllIntegrity.Witness() {
            @Override
            public void verified() {
                taken++;
            }

            @Override
            public void restarted(long now) {
                startOver(now);
            }

            @Override
            public void equivocal(long chunk) {
                equivocates(ChunkRange.of(chunk));
            }
        };
    }

    @Override
    public @Nullable SignedNode newestMunro() {
        return integrity.news();
    }

    @Override
    public void tellNewest(ProofSink out) {
        integrity.tellNews(out);
    }

    @Override
    public void append(SignedSegment segment, long now) {
        if (!config.source()) {
            throw new IllegalStateException("only a source appends");
        }
        integrity.append(segment);
        ChunkRange chunks = segment.chunks();
        have.set(chunks.first(), chunks.last());
        advance(now);
        swarm.neighbours().announce(chunks, now);
    }

    // --- the window

    /** The stream may have become longer. */
    private void advance(long now) {
        long reached = integrity.edge();
        if (reached <= edge) {
            return;
        }
        boolean found = edge < 0;
        edge = reached;
        wentOnAt = now;
        bygone = false;
        picker.reached(now, edge, integrity.chunksPerSecond());
        // RFC 7574 §6.2 can be read as one chunk more or less: the one more is kept.
        long keep = Math.max(first, Math.max(0, edge - window) & -64L);
        if (found || keep > first) {
            forgetBelow(keep);
        }
        swarm.scheduleSoon();
    }

    private void forgetBelow(long chunk) {
        first = chunk;
        picker.forgetBelow(chunk);
        departures.forgetBelow(chunk);
        integrity.forgetBelow(chunk);
        if (chunk > 0) {
            have.clear(0, chunk - 1);
        }
        swarm.requests().forgetBelow(chunk);
        swarm.reader().forgetBelow(chunk >> 6);
        swarm.channels().forEach(channel -> channel.keepOnly(first, believed()));
    }

    /** The source has begun anew: nothing of before counts. */
    private void startOver(long now) {
        edge = -1;
        first = 0;
        bygone = false;
        have.clear(0, ChunkRange.MAX_CHUNK);
        picker.restart();
        departures.forgetBelow(ChunkRange.MAX_CHUNK);
        int beginning = swarm.intake().startOver();
        swarm.reader().startOver();
        swarm.channels().forEach(channel -> channel.startOver(now));
        swarm.requests().startOver();
        engine.event(new EngineEvent.StreamRestarted(metadata.swarmId(), beginning));
    }

    // --- what comes

    @Override
    public void passing(List<Arrival> arrivals) {
        arrivals.forEach(arrival -> swarm.reader().keep(arrival.data()));
    }

    @Override
    public void stored(List<Arrival> arrivals, long now) {
        advance(now);
        List<Arrival> kept = new ArrayList<>(arrivals.size());
        for (Arrival arrival : arrivals) {
            if (arrival.chunk() >= first) {
                kept.add(arrival);
            } else {
                have.clear(arrival.chunk());
            }
        }
        swarm.neighbours().announce(kept, now);
    }

    @Override
    public void proved(StorageResult.Proved result, long now) {
        throw new IllegalStateException("nothing was to be proved");
    }

    /** All that proves chunks is in memory. */
    @Override
    public ReadProof read(StorageResult.Content content) {
        return new ReadProof(null, true);
    }

    @Override
    public void saved(StorageJob.Save job) {
        throw new IllegalStateException("nothing was to be saved");
    }

    @Override
    public void lost(long chunk) {
        // It is missing; that is all.
    }

    /**
     * Nothing is asked for before the edge is known. Without munros it takes a chunk to know it: the newest that somebody has,
     * one of each peer. The same goes for one that is far ahead, as when we were cut off for longer than the window.
     */
    @Override
    public boolean asksFirst(Channel channel, long now) {
        boolean leads = leads(channel);
        if (edge >= 0 && !leads) {
            return false;
        }
        if (leads && channel.ledger().outstanding() == 0 && channel.requestRoom(now) > 0) {
            long newest = newest(channel);
            swarm.requests().request(channel, newest >> 6, 1L << (newest & 63), now);
        }
        return true;
    }

    @Override
    public long requestTimeout() {
        return Limits.LIVE_REQUEST_TIMEOUT;
    }

    @Override
    public int overtakenBy() {
        return Limits.LIVE_OVERTAKEN_BY;
    }

    @Override
    public long requestLife() {
        return 2 * Limits.LIVE_REQUEST_TIMEOUT;
    }

    @Override
    public Departures departures() {
        return departures;
    }

    @Override
    public void beforeAsking(long now) {
        // Nothing to find out.
    }

    @Override
    public void timeout(long now) {
        if (unsigned != null && nextWake() <= now) {
            unsigned.startOver();
            startOver(now);
        }
    }

    /** Where nothing is signed, a stream of which nothing new comes while peers tell of what is long gone has begun anew. */
    @Override
    public long nextWake() {
        return unsigned != null && bygone ? wentOnAt + Limits.BEGUN_ANEW_AFTER : Long.MAX_VALUE;
    }

    @Override
    public void close() {
        // Nothing is kept.
    }
}
