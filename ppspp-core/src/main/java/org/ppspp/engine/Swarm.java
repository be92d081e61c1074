package org.ppspp.engine;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.chunk.ContentLayout;
import org.ppspp.engine.Intake.Arrival;
import org.ppspp.engine.StorageJob.ReceivedChunk;
import org.ppspp.integrity.MerkleIntegrity;
import org.ppspp.integrity.MerkleIntegrity.Verdict;
import org.ppspp.picker.RarestFirstPicker;
import org.ppspp.wire.Message;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.WireFormat;

/**
 * One content and the peers that share it: what is had, what is verified and stored, and what that means for every channel.
 *
 * <p>{@link Requests} decides what to ask, {@link Intake} carries chunks to the disk, {@link Reader} brings them back and
 * {@link Serving} sends them.
 */
final class Swarm {
    private final Engine engine;
    private final SwarmMetadata metadata;
    private final MerkleIntegrity integrity;
    private final Greeting greeting;
    private final ChunkMap have;
    private final List<Channel> channels = new ArrayList<>();
    private final PeerBook book;
    private final PeerExchange exchange;
    private final Reader reader = new Reader(this);
    private final Intake intake = new Intake(this);
    private final Quarantine quarantine;
    private final DiskTrouble disk;
    private final Requests requests;
    private final Choker choker;
    private final Twins twins;
    private final HashSaver saver;
    private final SwarmCounters counters = new SwarmCounters();

    private WireFormat format;
    private @Nullable ContentLayout layout;
    private boolean completeReported;
    private boolean unprovableReported;

    Swarm(Engine engine, SwarmConfig config, long now) {
        this.engine = engine;
        this.metadata = config.metadata();
        Long length = metadata.contentLengthBytes();
        this.integrity = new MerkleIntegrity(
                metadata.hashFunction(),
                metadata.swarmId().toBytes(),
                metadata.chunkSizeBytes(),
                length == null ? -1 : length);
        this.greeting =
                new Greeting(metadata, engine.identity(), config.exchange().mode());
        this.book = new PeerBook(engine.dialLimits(), engine.config().maxPeersPerSwarm());
        this.have = config.have();
        // What to ask for and whom to serve need not be unguessable: the secure generator is far slower.
        RandomGenerator random = new SplittableRandom(engine.random().nextLong());
        this.requests = new Requests(this, engine, new RarestFirstPicker(random));
        this.choker = new Choker(random);
        this.twins = new Twins(this, engine);
        this.quarantine = new Quarantine(this, engine);
        this.disk = new DiskTrouble(this, engine);
        this.exchange = new PeerExchange(engine, this, config.exchange(), random);
        this.saver = new HashSaver(this, now);
        this.format = formatFor(length == null ? -1 : length);
        if (length != null) {
            layout = new ContentLayout(metadata.chunkSizeBytes(), length);
            saver.load(config);
            completeReported = have.cardinality() == chunkCount();
        }
    }

    private WireFormat formatFor(long contentLength) {
        return new WireFormat(
                metadata.addressing(), metadata.hashFunction().length(), 0, metadata.chunkSizeBytes(), contentLength);
    }

    // --- what its parts share

    SwarmMetadata metadata() {
        return metadata;
    }

    MerkleIntegrity integrity() {
        return integrity;
    }

    Greeting greeting() {
        return greeting;
    }

    WireFormat format() {
        return format;
    }

    ChunkMap have() {
        return have;
    }

    List<Channel> channels() {
        return channels;
    }

    PeerBook book() {
        return book;
    }

    /** Prefers cheap peers from now on, or no peers where {@code costs} is empty. */
    void costs(PeerCosts costs) {
        book.costs(costs);
        requests.costs(costs);
    }

    /** The hosts of connected and of known peers, to be ranked; none once there is nothing to ask them for. */
    Set<InetAddress> hosts() {
        Set<InetAddress> hosts = new LinkedHashSet<>();
        if (!complete()) {
            channels.forEach(channel -> hosts.add(channel.address().socket().getAddress()));
            book.addresses().forEach(socket -> hosts.add(socket.getAddress()));
        }
        return hosts;
    }

    PeerExchange exchange() {
        return exchange;
    }

    Intake intake() {
        return intake;
    }

    Quarantine quarantine() {
        return quarantine;
    }

    Reader reader() {
        return reader;
    }

    SwarmCounters counters() {
        return counters;
    }

    DiskTrouble disk() {
        return disk;
    }

    /** The proven number of chunks, or -1. */
    long chunkCount() {
        ContentLayout known = layout;
        return known == null ? -1 : known.chunkCount();
    }

    boolean complete() {
        return layout != null && have.cardinality() == chunkCount();
    }

    /** Whether every chunk of a request bin is stored or in {@code more}, which takes a proven size. */
    boolean whole(long bin, long more) {
        ContentLayout known = layout;
        return known != null && (have.word(bin) | more) == known.wordOf(bin);
    }

    /** Only a swarm whose size is proven serves: proofs depend on it. */
    boolean serves() {
        return layout != null;
    }

    /** What a handshake may tell of; nothing while the size is not proven, nor what may make a PyPPSPP miss chunk 0. */
    ChunkMap announceable(boolean reliable) {
        boolean safe = have.get(0) || !Dialect.PYPPSPP.fits(metadata, reliable);
        return serves() && safe ? have : new ChunkMap();
    }

    int chunkLength(long chunk) {
        ContentLayout known = layout;
        return known == null ? metadata.chunkSizeBytes() : known.size(chunk);
    }

    /** The part of a peer's range that lies in the content, or null. Without a proven size, 2^31 chunks are believed. */
    @Nullable
    ChunkRange clip(ChunkRange range) {
        long end = serves() ? chunkCount() : 1L << 31;
        return range.first() >= end ? null : new ChunkRange(range.first(), Math.min(range.last(), end - 1));
    }

    /** What one channel may have on the way, so that all together do not overflow the socket's buffer. */
    long windowShareBytes() {
        int active = 0;
        for (Channel channel : channels) {
            active += channel.established() && channel.ledger().outstanding() > 0 ? 1 : 0;
        }
        long all = Math.min(Limits.WINDOW_MAX_BYTES, engine.config().receiveBufferBytes() / 2L);
        return Math.max(Limits.WINDOW_MIN_BYTES, all / Math.max(1, active));
    }

    void job(StorageJob job) {
        engine.job(job);
    }

    void scheduleSoon() {
        engine.dirty(this);
    }

    // --- channels

    void established(Channel channel, long now) {
        for (Channel other : List.copyOf(channels)) {
            if (other != channel && other.address().equals(channel.address())) {
                drop(other, now, "replaced");
            }
        }
        if (twins.settle(channel, now)) {
            return;
        }
        book.established(channel.address());
        if (!serves()) {
            channel.outbox().announcements().clear();
        }
        exchange.established(channel, now);
        engine.event(new EngineEvent.PeerConnected(metadata.swarmId(), channel.address()));
        scheduleSoon();
    }

    /** Forgets a channel; no word is sent to the peer. */
    void drop(Channel channel, long now, String reason) {
        if (channel.closed()) {
            return;
        }
        boolean known = channel.established();
        channel.close(now);
        channels.remove(channel);
        reader.forget(channel);
        engine.forget(channel);
        quarantine.ended();
        TransportAddress dialled = channel.bookAddress();
        if (dialled != null) {
            book.closed(dialled, now);
        }
        if (known) {
            engine.event(new EngineEvent.PeerLost(metadata.swarmId(), channel.address(), reason));
        }
        scheduleSoon();
    }

    /** The peer closed the channel. */
    void left(Channel channel, long now) {
        twins.refused(channel);
        drop(channel, now, channel.opening() ? "refused" : "left");
    }

    /** Opens in another dialect beside {@code first}, which has no answer yet; false if there is none to try. */
    boolean trySecondDialect(Channel first, long now) {
        Dialect second = greeting.secondTry(first.reliable());
        if (second == null || first.dialect() == second || !engine.open(this, first.address(), second, now)) {
            return false;
        }
        book.opened(first.address());
        return true;
    }

    /** How many datagrams may open this channel. */
    int handshakeTries(Channel channel) {
        boolean second = channel.dialect() != greeting.opening();
        return book.handshakeTries(channel.address(), second ? Limits.HANDSHAKE_TRIES_BEFORE_SECOND_DIALECT : 0);
    }

    /** Ends a channel whose address, or host, is banned now. */
    void banned(Channel channel, long now, String reason) {
        book.forget(channel.address().socket());
        engine.event(new EngineEvent.PeerBanned(metadata.swarmId(), channel.address(), reason));
        drop(channel, now, reason);
    }

    void greetAgain(Channel silent, long now) {
        for (Channel other : channels) {
            if (other.opening() && other.address().equals(silent.address())) {
                return;
            }
        }
        if (!silent.reliable() && engine.open(this, silent.address(), silent.dialect(), now)) {
            book.opened(silent.address());
        }
    }

    // --- chunks that come

    /** A DATA message, of the age that the ledger of the channel tells. */
    void received(Channel from, Message.Data data, long age, long now) {
        boolean unasked = age == RequestLedger.UNASKED;
        long chunk = data.chunk();
        int length = data.content().readableBytes();
        counters.receivedBytes += length;
        if (have.get(chunk)) {
            counters.duplicateChunks++;
            from.acknowledge(chunk, engine.micros(now) - data.timestampMicros());
            // The peer owes one chunk less.
            scheduleSoon();
            return;
        }
        boolean wanted = from.dialect().hashes() || (serves() && quarantine.wants(chunk));
        if (unasked || !wanted || intake.full() || intake.contains(chunk) || !rightLength(chunk, length)) {
            counters.unwantedChunks++;
            if (!unasked) {
                requests.freed(chunk);
            }
            return;
        }
        requests.arrived(chunk);
        intake.add(new Arrival(
                from,
                new ReceivedChunk(chunk, data.content().retain()),
                length,
                engine.micros(now) - data.timestampMicros(),
                age >= 0));
        engine.receiving(this);
        intake.writeUnproven();
    }

    private boolean rightLength(long chunk, int length) {
        ContentLayout known = layout;
        return known == null
                ? length <= metadata.chunkSizeBytes()
                : chunk < known.chunkCount() && length == known.size(chunk);
    }

    /** Whether a hashed chunk belongs to the content; blames its sender if it does not. */
    boolean verify(Arrival arrival, byte[] leaf, long now) {
        Channel from = arrival.from();
        Verdict verdict = integrity.verify(from.pending(), arrival.chunk(), leaf, arrival.length(), now);
        if (verdict == Verdict.VERIFIED) {
            from.conduct().goodChunk();
            from.exchange().gave(now);
            return true;
        }
        if (verdict == Verdict.MISSING) {
            counters.unprovenChunks++;
            if (arrival.asked()) {
                from.ledger().unproven(arrival.chunk(), now);
            }
            return false;
        }
        counters.refusedChunks++;
        if (!from.closed()) {
            Conduct.Verdict conduct = from.conduct().badChunk();
            if (conduct == Conduct.Verdict.BAN) {
                engine.bans().banForContent(from.address().socket(), now);
                engine.dropBanned(now, "content that does not verify");
            } else if (conduct == Conduct.Verdict.SNUB) {
                from.asking().snub(now + Limits.SNUB);
            }
        }
        return false;
    }

    void stored(List<Arrival> arrivals, long now) {
        for (Arrival arrival : arrivals) {
            have.set(arrival.chunk());
            counters.verifiedBytes += arrival.length();
        }
        disk.written();
        boolean newSize = layout == null && learnSize();
        for (Arrival arrival : arrivals) {
            requests.stored(arrival.chunk(), arrival.from(), now);
            if (!arrival.from().closed()) {
                arrival.from().acknowledge(arrival.chunk(), arrival.delayMicros());
            }
        }
        if (serves()) {
            announce(arrivals, newSize, now);
            saver.stored(arrivals);
            quarantine.verified(arrivals);
            reportComplete();
        }
        scheduleSoon();
    }

    /** What was held back matches the swarm ID: all of the content is here. */
    void proved(StorageResult.Proved result, long now) {
        have.set(0, chunkCount() - 1);
        saver.startOver(new SwarmConfig(metadata, have, result.upper(), List.of(result.last())));
        for (Channel channel : channels) {
            if (channel.established() && !channel.peerComplete()) {
                channel.outbox().announcements().all(now);
                channel.ready();
            }
        }
        reportComplete();
        scheduleSoon();
    }

    void contentRefuted() {
        engine.event(new EngineEvent.ContentRefuted(metadata.swarmId()));
        scheduleSoon();
    }

    private boolean learnSize() {
        if (!integrity.sizeProven()) {
            return false;
        }
        long length = integrity.contentLengthBytes();
        layout = new ContentLayout(metadata.chunkSizeBytes(), length);
        format = formatFor(length);
        engine.event(new EngineEvent.SizeKnown(metadata.swarmId(), length));
        return true;
    }

    private void announce(List<Arrival> arrivals, boolean everything, long now) {
        for (Channel channel : channels) {
            if (!channel.established() || channel.peerComplete()) {
                continue;
            }
            if (everything) {
                channel.outbox().announcements().all(now);
                channel.ready();
                continue;
            }
            ChunkRange run = null;
            for (Arrival arrival : arrivals) {
                boolean acknowledged = arrival.from().equals(channel) && !channel.reliable();
                boolean told = acknowledged || channel.peerHas().get(arrival.chunk());
                if (!told && (run == null || !run.contains(arrival.chunk()))) {
                    run = have.runAround(arrival.chunk());
                    channel.outbox().announcements().add(run, now);
                }
            }
        }
    }

    void notStored(List<Arrival> arrivals) {
        for (Arrival arrival : arrivals) {
            requests.freed(arrival.chunk());
        }
    }

    private void reportComplete() {
        ContentLayout known = layout;
        if (!completeReported && known != null && complete()) {
            completeReported = true;
            saver.flush();
            engine.event(new EngineEvent.Completed(metadata.swarmId(), known.lengthBytes()));
        }
    }

    // --- storage

    /** Takes in a result; false if it is not of a job of this swarm's present life, and its buffers are still to be released. */
    boolean completed(StorageResult result, long now) {
        if (result instanceof StorageResult.Content content) {
            reader.read(content);
            return true;
        }
        if (result instanceof StorageResult.Saved saved) {
            saver.saved(saved.job());
            return true;
        }
        if (result instanceof StorageResult.Proved proved) {
            quarantine.proved(proved, now);
            return true;
        }
        if (result instanceof StorageResult.Refuted) {
            quarantine.refuted(true, now);
            return true;
        }
        if (result instanceof StorageResult.Failed failed) {
            return failed(failed, now);
        }
        return result instanceof StorageResult.Hashed ? intake.hashed(result, now) : intake.written(result, now);
    }

    private boolean failed(StorageResult.Failed failed, long now) {
        if (failed.job() instanceof StorageJob.Write) {
            if (!intake.written(failed, now)) {
                return false;
            }
            disk.failed(failed, now);
            return true;
        }
        if (failed.job() instanceof StorageJob.Hash) {
            return intake.hashed(failed, now);
        }
        if (failed.job() instanceof StorageJob.Save save) {
            saver.saved(save);
        } else if (failed.job() instanceof StorageJob.Read read) {
            reader.failed(read);
        } else if (failed.job() instanceof StorageJob.Prove) {
            disk.failed(failed, now);
            quarantine.refuted(false, now);
        }
        return true;
    }

    /** Chunks that cannot be read back are missing again. */
    void lose(long bin, long mask) {
        for (long bits = mask & have.word(bin); bits != 0; bits &= bits - 1) {
            long chunk = (bin << 6) + Long.numberOfTrailingZeros(bits);
            have.clear(chunk);
            completeReported = false;
            engine.event(new EngineEvent.ChunkLost(metadata.swarmId(), chunk));
            scheduleSoon();
        }
    }

    /** Takes chunks a peer owed us out of what counts as requested. */
    void release(long bin, long mask) {
        requests.freed(bin, mask);
    }

    void release(long chunk) {
        requests.freed(chunk);
    }

    // --- time

    void schedule(long now) {
        if (integrity.unprovable() && !unprovableReported) {
            unprovableReported = true;
            engine.event(new EngineEvent.SizeUnprovable(
                    metadata.swarmId(), 2L * metadata.hashFunction().length()));
        }
        if (!complete()) {
            requests.schedule(now);
        }
    }

    void timeout(long now) {
        for (TransportAddress address = toDial(now); address != null; address = toDial(now)) {
            if (!engine.open(this, address, greeting.opening(), now)) {
                book.closed(address, now);
            }
        }
        for (Channel channel : List.copyOf(channels)) {
            if (!channel.closed() && channel.nextWake() <= now) {
                channel.timeout(now);
            }
        }
        if (choker.next() <= now && !channels.isEmpty()) {
            choker.decide(now, channels, complete());
        }
        disk.timeout(now);
        if (requests.nextWake() <= now) {
            scheduleSoon();
        }
        exchange.timeout(now);
        intake.timeout(now);
        saver.timeout(now);
    }

    private @Nullable TransportAddress toDial(long now) {
        return channels.size() < engine.config().maxPeersPerSwarm() ? book.nextToDial(now) : null;
    }

    long nextWake() {
        long wake = channels.size() < engine.config().maxPeersPerSwarm() ? book.nextDial() : Long.MAX_VALUE;
        for (Channel channel : channels) {
            wake = Math.min(wake, channel.nextWake());
        }
        wake = channels.isEmpty() ? wake : Math.min(wake, choker.next());
        wake = Math.min(wake, Math.min(intake.nextWake(), exchange.nextWake()));
        return Math.min(Math.min(wake, disk.nextWake()), Math.min(requests.nextWake(), saver.nextWake()));
    }

    /** Says goodbye to everyone and saves what is known of hashes. */
    void close(long now) {
        for (Channel channel : List.copyOf(channels)) {
            if (channel.established()) {
                engine.closeQuietly(channel.address(), channel.remoteId());
            }
            drop(channel, now, "we left");
        }
        saver.flush();
        intake.close();
        reader.close();
    }

    void countReceived(int bytes) {
        counters.wireReceivedBytes += bytes;
    }

    void countSent(int bytes, int dataBytes) {
        counters.wireSentBytes += bytes;
        counters.sentBytes += dataBytes;
    }

    SwarmSnapshot snapshot() {
        return SwarmSnapshot.of(this, layout);
    }
}
