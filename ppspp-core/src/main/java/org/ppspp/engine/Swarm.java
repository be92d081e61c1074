package org.ppspp.engine;

import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.engine.Intake.Arrival;
import org.ppspp.engine.StorageJob.ReceivedChunk;
import org.ppspp.integrity.Integrity;
import org.ppspp.integrity.Integrity.Verdict;
import org.ppspp.picker.PlayWindow;
import org.ppspp.wire.Message;

/**
 * One content and the peers that share it: what is had, what is verified and stored, and what that means for every channel.
 *
 * <p>{@link Requests} decides what to ask, {@link Intake} carries chunks to the disk, {@link Reader} brings them back and
 * {@link Serving} sends them.
 */
final class Swarm {
    private final Engine engine;
    private final SwarmMetadata metadata;
    private final Greeting greeting;
    private final ChunkMap have;
    private final KnownContent content;
    private final Neighbours neighbours;
    private final PeerExchange exchange;
    private final Reader reader = new Reader(this);
    private final Intake intake = new Intake(this);
    private final Quarantine quarantine;
    private final DiskTrouble disk;
    private final Requests requests;
    private final Choker choker;
    private final SwarmCounters counters = new SwarmCounters();

    Swarm(Engine engine, SwarmConfig config, long now) {
        this.engine = engine;
        this.metadata = config.metadata();
        this.greeting = new Greeting(
                metadata, config.live(), engine.identity(), config.exchange().mode());
        this.have = config.have();
        this.neighbours = new Neighbours(this, engine);
        // What to ask for and whom to serve need not be unguessable: the secure generator is far slower.
        RandomGenerator random = new SplittableRandom(engine.random().nextLong());
        LiveConfig live = config.live();
        StaticContent fixed = live == null ? new StaticContent(this, engine, have, random, now) : null;
        this.content =
                fixed != null ? fixed : new LiveContent(this, engine, have, Objects.requireNonNull(live), random);
        this.requests = new Requests(this, engine);
        this.choker = new Choker(random);
        this.quarantine = new Quarantine(this, engine);
        this.disk = new DiskTrouble(this, engine);
        this.exchange = new PeerExchange(engine, this, config.exchange(), random);
        if (fixed != null) {
            fixed.load(config);
        }
    }

    // --- what its parts share

    SwarmMetadata metadata() {
        return metadata;
    }

    Integrity integrity() {
        return content.integrity();
    }

    Greeting greeting() {
        return greeting;
    }

    ChunkMap have() {
        return have;
    }

    KnownContent content() {
        return content;
    }

    Neighbours neighbours() {
        return neighbours;
    }

    List<Channel> channels() {
        return neighbours.channels();
    }

    PeerBook book() {
        return neighbours.book();
    }

    /** Prefers cheap peers from now on, or no peers where {@code costs} is empty. */
    void costs(PeerCosts costs) {
        book().costs(costs);
        requests.costs(costs);
    }

    void seek(List<PlayWindow> windows, long now) {
        requests.seek(windows, now);
    }

    PeerExchange exchange() {
        return exchange;
    }

    Requests requests() {
        return requests;
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

    /** What a handshake may tell of; nothing while the size is not proven, nor what may make a PyPPSPP miss chunk 0. */
    ChunkMap announceable(boolean reliable) {
        boolean safe = have.get(0) || content.endless() || !Dialect.PYPPSPP.fits(metadata, reliable);
        return content.sized() && safe ? have : new ChunkMap();
    }

    /** What one channel may have on the way, so that all together do not overflow the socket's buffer. */
    long windowShareBytes() {
        int active = 0;
        for (Channel channel : channels()) {
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

    // --- chunks that come

    /** A DATA message, of the age that the ledger of the channel tells. */
    void received(Channel from, Message.Data data, long age, long now) {
        boolean unasked = age == RequestLedger.UNASKED;
        long chunk = data.chunk();
        int length = data.content().readableBytes();
        counters.receivedBytes += length;
        if (have.get(chunk) && !integrity().doubts(from.pending(), chunk)) {
            counters.duplicateChunks++;
            from.acknowledge(chunk, engine.micros(now) - data.timestampMicros());
            // The peer owes one chunk less.
            scheduleSoon();
            return;
        }
        boolean proves = content.proves(from);
        boolean wanted = proves || (content.sized() && quarantine.wants(chunk));
        if (unasked || !wanted || intake.full() || intake.contains(chunk) || !content.admits(chunk, length)) {
            counters.unwantedChunks++;
            if (!unasked) {
                requests.freed(chunk);
            }
            if (intake.contains(chunk)) {
                // Sent again, maybe with hashes that were lost the first time.
                intake.recheck(now);
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
        if (!proves) {
            from.exchange().gaveUnproven(now);
        }
        engine.receiving(this);
        intake.writeUnproven();
    }

    /** Whether a hashed chunk belongs to the content; blames its sender if it does not. */
    Verdict verify(Arrival arrival, byte[] leaf, long now) {
        Channel from = arrival.from();
        Verdict verdict = integrity()
                .verify(from.pending(), arrival.chunk(), leaf, arrival.data().content(), now);
        if (verdict == Verdict.VERIFIED) {
            from.conduct().goodChunk();
            from.exchange().gave(now);
            return verdict;
        }
        if (verdict == Verdict.MISSING) {
            counters.unprovenChunks++;
            if (arrival.asked()) {
                from.ledger().unproven(arrival.chunk(), now);
            }
            return verdict;
        }
        counters.refusedChunks++;
        if (!from.closed()) {
            engine.sentBadChunk(from, now);
        }
        return verdict;
    }

    void stored(List<Arrival> arrivals, long now) {
        for (Arrival arrival : arrivals) {
            have.set(arrival.chunk());
            counters.verifiedBytes += arrival.length();
        }
        disk.written();
        for (Arrival arrival : arrivals) {
            requests.stored(arrival.chunk(), arrival.from(), now);
            if (!arrival.from().closed()) {
                arrival.from().acknowledge(arrival.chunk(), arrival.delayMicros());
            }
        }
        content.stored(arrivals, now);
        scheduleSoon();
    }

    /** What was held back matches the swarm ID: all of the content is here. */
    void proved(StorageResult.Proved result, long now) {
        content.proved(result, now);
    }

    void contentRefuted() {
        engine.event(new EngineEvent.ContentRefuted(metadata.swarmId()));
        scheduleSoon();
    }

    void notStored(List<Arrival> arrivals) {
        for (Arrival arrival : arrivals) {
            requests.freed(arrival.chunk());
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
            content.saved(saved.job());
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
            content.saved(save);
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
            content.lost(chunk);
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
        content.beforeAsking(now);
        if (!content.complete()) {
            requests.schedule(now);
        }
    }

    void timeout(long now) {
        neighbours.timeout(now);
        if (choker.next() <= now && !channels().isEmpty()) {
            choker.decide(now, channels(), content.complete());
        }
        disk.timeout(now);
        if (requests.nextWake() <= now) {
            scheduleSoon();
        }
        exchange.timeout(now);
        intake.timeout(now);
        content.timeout(now);
    }

    long nextWake() {
        long wake = neighbours.nextWake();
        wake = channels().isEmpty() ? wake : Math.min(wake, choker.next());
        wake = Math.min(wake, Math.min(intake.nextWake(), exchange.nextWake()));
        return Math.min(Math.min(wake, disk.nextWake()), Math.min(requests.nextWake(), content.nextWake()));
    }

    /** Says goodbye to everyone and saves what is known of hashes. */
    void close(long now) {
        neighbours.close(now);
        content.close();
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
        return SwarmSnapshot.of(this);
    }
}
