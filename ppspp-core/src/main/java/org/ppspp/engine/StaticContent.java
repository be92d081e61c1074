package org.ppspp.engine;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.chunk.ContentLayout;
import org.ppspp.engine.Intake.Arrival;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.MerkleIntegrity;
import org.ppspp.integrity.ProofSink;
import org.ppspp.integrity.SignedNode;
import org.ppspp.integrity.SignedSegment;
import org.ppspp.picker.PlayheadPicker;
import org.ppspp.picker.RarestFirstPicker;
import org.ppspp.wire.Message;
import org.ppspp.wire.WireFormat;

/**
 * Content that is named by its root hash: how long it is, once that is proven (RFC 7574 §5.6), how it is cut into chunks, and
 * how much of it is here. Its hashes are kept on disk.
 */
final class StaticContent implements KnownContent {
    /** What a peer may claim to have while no size is proven. */
    private static final long CHUNKS_BELIEVED = 1L << 31;

    private final Swarm swarm;
    private final Engine engine;
    private final SwarmMetadata metadata;
    private final MerkleIntegrity integrity;
    private final ChunkMap have;
    private final HashSaver saver;
    private final LengthWanted lengthWanted;
    private final CheapestFirst priorities;
    private WireFormat format;
    private @Nullable ContentLayout layout;
    private boolean completeReported;
    private boolean unprovableReported;

    /** {@code have} are the chunks that are stored; it grows with them. */
    StaticContent(Swarm swarm, Engine engine, ChunkMap have, RandomGenerator random, long now) {
        this.swarm = swarm;
        this.engine = engine;
        this.metadata = swarm.metadata();
        this.have = have;
        Long length = metadata.contentLengthBytes();
        this.integrity = new MerkleIntegrity(
                metadata.hashFunction(),
                metadata.swarmId().toBytes(),
                metadata.chunkSizeBytes(),
                length == null ? -1 : length);
        this.layout = length == null ? null : new ContentLayout(metadata.chunkSizeBytes(), length);
        this.format = formatFor(length == null ? -1 : length);
        this.saver = new HashSaver(swarm, integrity, now);
        this.lengthWanted = new LengthWanted(swarm, engine);
        this.priorities = new CheapestFirst(swarm, new PlayheadPicker(new RarestFirstPicker(random)));
    }

    /** Takes in what was on the disk, where the size is known. */
    void load(SwarmConfig config) {
        if (layout != null) {
            saver.load(config);
            completeReported = complete();
        }
    }

    @Override
    public MerkleIntegrity integrity() {
        return integrity;
    }

    @Override
    public Priorities priorities() {
        return priorities;
    }

    private WireFormat formatFor(long length) {
        return new WireFormat(
                metadata.addressing(), metadata.hashFunction().length(), 0, metadata.chunkSizeBytes(), length);
    }

    @Override
    public WireFormat format() {
        return format;
    }

    @Override
    public boolean proves(Channel from) {
        return from.dialect().hashes();
    }

    @Override
    public boolean endless() {
        return false;
    }

    @Override
    public boolean sized() {
        return layout != null;
    }

    @Override
    public long lengthBytes() {
        ContentLayout known = layout;
        return known == null ? -1 : known.lengthBytes();
    }

    @Override
    public long chunkCount() {
        ContentLayout known = layout;
        return known == null ? -1 : known.chunkCount();
    }

    @Override
    public boolean complete() {
        return layout != null && have.cardinality() == chunkCount();
    }

    @Override
    public boolean whole(long bin, long more) {
        ContentLayout known = layout;
        return known != null && (have.word(bin) | more) == known.wordOf(bin);
    }

    @Override
    public int chunkLength(long chunk) {
        ContentLayout known = layout;
        return known == null ? metadata.chunkSizeBytes() : known.size(chunk);
    }

    @Override
    public boolean admits(long chunk, int length) {
        ContentLayout known = layout;
        return known == null
                ? length <= metadata.chunkSizeBytes()
                : chunk < known.chunkCount() && length == known.size(chunk);
    }

    @Override
    public @Nullable ChunkRange clip(ChunkRange range) {
        long end = sized() ? chunkCount() : CHUNKS_BELIEVED;
        return range.first() >= end ? null : new ChunkRange(range.first(), Math.min(range.last(), end - 1));
    }

    @Override
    public long storedBytes() {
        long last = chunkCount() - 1;
        int missing = last >= 0 && have.get(last) ? metadata.chunkSizeBytes() - chunkLength(last) : 0;
        return have.cardinality() * metadata.chunkSizeBytes() - missing;
    }

    // --- what only live streams have

    @Override
    public @Nullable LiveSnapshot live() {
        return null;
    }

    @Override
    public void signed(Channel from, Message.SignedIntegrity message, long now) {
        // Signatures have no meaning here.
    }

    @Override
    public @Nullable SignedNode newestMunro() {
        return null;
    }

    @Override
    public void tellNewest(ProofSink out) {
        // Nothing is signed.
    }

    @Override
    public void append(SignedSegment segment, long now) {
        throw new IllegalStateException("static content does not grow");
    }

    // --- what comes

    @Override
    public void passing(List<Arrival> arrivals) {
        // What is read back for sending comes from the disk, in long runs.
    }

    @Override
    public void stored(List<Arrival> arrivals, long now) {
        if (learnSize()) {
            engine.event(new EngineEvent.SizeKnown(metadata.swarmId(), lengthBytes()));
            swarm.neighbours().announceAll(now);
        } else if (sized()) {
            swarm.neighbours().announce(arrivals, now);
        }
        if (sized()) {
            saver.stored(arrivals);
            swarm.quarantine().verified(arrivals);
            reportComplete();
        }
    }

    /** Takes over a size that was proven just now; false if none was. */
    private boolean learnSize() {
        if (layout != null || !integrity.sizeProven()) {
            return false;
        }
        long length = integrity.contentLengthBytes();
        layout = new ContentLayout(metadata.chunkSizeBytes(), length);
        format = formatFor(length);
        return true;
    }

    @Override
    public void proved(StorageResult.Proved result, long now) {
        have.set(0, chunkCount() - 1);
        saver.startOver(new SwarmConfig(metadata, have, result.upper(), List.of(result.last())));
        swarm.neighbours().announceAll(now);
        reportComplete();
        swarm.scheduleSoon();
    }

    private void reportComplete() {
        if (!completeReported && complete()) {
            completeReported = true;
            saver.flush();
            engine.event(new EngineEvent.Completed(metadata.swarmId(), lengthBytes()));
        }
    }

    @Override
    public void lost(long chunk) {
        completeReported = false;
    }

    @Override
    public ReadProof read(StorageResult.Content content) {
        if (integrity.resident(content.job().bin()) != null) {
            return new ReadProof(null, true);
        }
        BinHashes hashes = content.hashes();
        boolean anchored = hashes != null && integrity.accept(hashes);
        return new ReadProof(anchored ? hashes : null, anchored && provesAll(hashes));
    }

    /** Whether hashes from the disk, those removed that do not fit the tree, prove every chunk of their request bin. */
    private boolean provesAll(@Nullable BinHashes hashes) {
        if (hashes == null) {
            return false;
        }
        for (long bits = have.word(hashes.index()); bits != 0; bits &= bits - 1) {
            if (!hashes.has(Bin.leaf((hashes.index() << 6) + Long.numberOfTrailingZeros(bits)))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void saved(StorageJob.Save job) {
        saver.saved(job);
    }

    // --- what to ask

    @Override
    public long requestTimeout() {
        return Limits.REQUEST_TIMEOUT;
    }

    @Override
    public int overtakenBy() {
        return Limits.OVERTAKEN_BY;
    }

    @Override
    public long requestLife() {
        return Long.MAX_VALUE;
    }

    @Override
    public void beforeAsking(long now) {
        if (integrity.unprovable() && !unprovableReported) {
            unprovableReported = true;
            engine.event(new EngineEvent.SizeUnprovable(
                    metadata.swarmId(), 2L * metadata.hashFunction().length()));
        }
        lengthWanted.look(now);
    }

    /** Without a known size one chunk is asked of each peer: any for the height of the tree, then the last one it claims. */
    @Override
    public boolean asksFirst(Channel channel, long now) {
        if (sized()) {
            return false;
        }
        if (channel.dialect().hashes() && channel.ledger().outstanding() == 0 && channel.requestRoom(now) > 0) {
            long claimed = integrity.claimedChunkCount(channel.pending());
            boolean last = integrity.heightProven() && claimed > 0;
            long chunk = last && channel.peerHas().get(claimed - 1) && !have.get(claimed - 1)
                    ? claimed - 1
                    : firstMissing(channel, last ? claimed : Long.MAX_VALUE);
            if (chunk >= 0) {
                swarm.requests().request(channel, chunk >> 6, 1L << (chunk & 63), now);
            }
        }
        return true;
    }

    private long firstMissing(Channel channel, long end) {
        for (long chunk = channel.peerHas().nextSet(0);
                chunk >= 0 && chunk < end;
                chunk = channel.peerHas().nextSet(chunk)) {
            if (!have.get(chunk)) {
                return chunk;
            }
            chunk = have.nextClear(chunk);
        }
        return -1;
    }

    // --- time

    @Override
    public void timeout(long now) {
        saver.timeout(now);
        lengthWanted.look(now);
    }

    @Override
    public long nextWake() {
        return Math.min(saver.nextWake(), lengthWanted.nextWake());
    }

    @Override
    public void close() {
        saver.flush();
    }
}
