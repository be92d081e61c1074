package org.ppspp.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.engine.StorageJob.ReceivedChunk;
import org.ppspp.integrity.Integrity.Verdict;

/**
 * Chunks of one swarm on their way from the socket to the disk: hashed by the workers, verified here, written by the workers.
 *
 * <p>Whatever order the workers finish in, hashing lets chunks through in the order they arrived, so that acknowledgements
 * and their delay samples leave in that order (RFC 6817). Owns the buffers of the chunks in it.
 */
final class Intake {
    /**
     * A chunk that came and was waited for.
     *
     * @param data the chunk and its bytes, until it is stored or dropped
     * @param delayMicros the one-way delay sample of its DATA message
     */
    record Arrival(Channel from, ReceivedChunk data, int length, long delayMicros, boolean asked) {
        long chunk() {
            return data.number();
        }
    }

    /** Some arrivals that share a job; {@code result} is null until it is done. */
    private static final class Batch {
        final List<Arrival> arrivals;
        final StorageJob job;
        /** Its chunks are of a stream that is no more. */
        boolean isVoid;

        @Nullable
        StorageResult result;

        Batch(List<Arrival> arrivals, StorageJob job) {
            this.arrivals = arrivals;
            this.job = job;
        }
    }

    private final Swarm swarm;
    private final ChunkMap inside = new ChunkMap();
    private final ArrayDeque<Batch> hashing = new ArrayDeque<>();
    private @Nullable Batch writing;
    /** How often all was void. */
    private int beginning;

    private List<Arrival> arriving = new ArrayList<>();
    private List<Arrival> verified = new ArrayList<>();
    /** Came without hashes, from a peer that knows none. */
    private List<Arrival> unproven = new ArrayList<>();

    /** Came before hashes they need. */
    private final EarlyChunks early = new EarlyChunks();

    /** Chunks that are verified and not stored yet. */
    private final ChunkMap good = new ChunkMap();

    /** Since when the first of {@link #verified} has waited for its request bin, or the write before it left. */
    private long waitingSince;

    private int size;

    Intake(Swarm swarm) {
        this.swarm = swarm;
    }

    /** Whether this chunk is on its way already. */
    boolean contains(long chunk) {
        return inside.get(chunk);
    }

    /** The chunks of a request bin that are on their way. */
    long inside(long bin) {
        return inside.word(bin);
    }

    int size() {
        return size;
    }

    boolean full() {
        return size >= Limits.PIPELINE_CHUNKS;
    }

    /** Takes over {@code arrival} and its buffer. */
    void add(Arrival arrival) {
        inside.set(arrival.chunk());
        size++;
        arrival.from().asking().pipelined(1);
        if (swarm.content().proves(arrival.from())) {
            arriving.add(arrival);
        } else {
            unproven.add(arrival);
        }
    }

    /** Writes what came without hashes, as soon as the write before has ended. */
    void writeUnproven() {
        if (writing == null && !unproven.isEmpty()) {
            List<Arrival> taken = List.copyOf(unproven);
            unproven = new ArrayList<>();
            write(taken, false);
        }
    }

    /** The next batch to hash, or null. */
    @Nullable
    StorageJob nextJob() {
        if (arriving.isEmpty()) {
            return null;
        }
        int count = Math.min(arriving.size(), Limits.JOB_CHUNKS);
        List<Arrival> arrivals = List.copyOf(arriving.subList(0, count));
        arriving = count == arriving.size()
                ? new ArrayList<>()
                : new ArrayList<>(arriving.subList(count, arriving.size()));
        Batch batch = new Batch(arrivals, new StorageJob.Hash(swarm.metadata().swarmId(), chunks(arrivals)));
        hashing.addLast(batch);
        return batch.job;
    }

    /** Takes the answer to a hash job; false if the job is not of this intake. */
    boolean hashed(StorageResult result, long now) {
        if (!settle(result)) {
            return false;
        }
        for (Batch batch = hashing.peekFirst(); batch != null && batch.result != null; batch = hashing.peekFirst()) {
            hashing.removeFirst();
            for (int i = 0; i < batch.arrivals.size(); i++) {
                Arrival arrival = batch.arrivals.get(i);
                boolean usable = !batch.isVoid && batch.result instanceof StorageResult.Hashed;
                byte[] leaf = usable ? ((StorageResult.Hashed) batch.result).leaves()[i] : null;
                if (leaf == null) {
                    drop(arrival);
                } else {
                    verify(arrival, leaf, now);
                }
            }
        }
        recheck(now);
        return true;
    }

    private void verify(Arrival arrival, byte[] leaf, long now) {
        Verdict verdict = swarm.verify(arrival, leaf, now);
        if (verdict == Verdict.VERIFIED) {
            wait(arrival, now);
        } else if (verdict == Verdict.BAD
                || !swarm.content().sized()
                || !early.add(arrival, leaf, swarm.integrity().missing(), now)) {
            drop(arrival);
        }
    }

    /** Looks again at what lacked hashes, some of which may have come. */
    void recheck(long now) {
        // Each that verifies may prove others.
        while (early.recheck(swarm.integrity(), (arrival, leaf) -> verify(arrival, leaf, now))) {}
        writeNext(now);
    }

    /** Of no use, or not provable: wanted again. */
    private void drop(Arrival arrival) {
        done(arrival);
        swarm.release(arrival.chunk());
    }

    /**
     * Writes what is worth it. One write at a time: a second would only wait for the first in the kernel, and meanwhile
     * company comes.
     */
    private void writeNext(long now) {
        writeUnproven();
        if (writing != null || verified.isEmpty()) {
            return;
        }
        int ripe = ripe();
        boolean due = verified.size() >= Limits.WRITE_CHUNKS_MAX || waitingSince + Limits.WRITE_DELAY <= now;
        boolean moreComing = !hashing.isEmpty() || !arriving.isEmpty();
        if (ripe == 0) {
            write(due ? verified.size() : 0, now);
        } else if (due || !moreComing || ripe >= Limits.WRITE_CHUNKS) {
            write(ripe, now);
        }
    }

    private void wait(Arrival arrival, long now) {
        if (verified.isEmpty()) {
            waitingSince = now;
        }
        verified.add(arrival);
        good.set(arrival.chunk());
    }

    /**
     * How many of the verified chunks, from the first on, are of request bins that have become whole. Peers send the chunks
     * of a request bin in scattered order; waiting a moment for the rest makes one long write of many short ones.
     */
    private int ripe() {
        long bin = -1;
        for (int i = 0; i < verified.size(); i++) {
            long next = verified.get(i).chunk() >> 6;
            if (next != bin && !swarm.content().whole(next, good.word(next))) {
                return i;
            }
            bin = next;
        }
        return verified.size();
    }

    void timeout(long now) {
        for (Arrival late = early.pollOverdue(now, false); late != null; late = early.pollOverdue(now, false)) {
            drop(late);
        }
        if (nextWrite() <= now) {
            writeNext(now);
        }
    }

    long nextWake() {
        return Math.min(nextWrite(), early.nextWake());
    }

    private long nextWrite() {
        return writing != null || verified.isEmpty() ? Long.MAX_VALUE : waitingSince + Limits.WRITE_DELAY;
    }

    /** Hands over the first {@code most} of the verified chunks, or as many as one write takes. */
    private void write(int most, long now) {
        if (most == 0) {
            return;
        }
        int count = Math.min(most, Limits.WRITE_CHUNKS_MAX);
        List<Arrival> first = List.copyOf(verified.subList(0, count));
        verified = new ArrayList<>(verified.subList(count, verified.size()));
        waitingSince = now;
        write(first, true);
    }

    private void write(List<Arrival> arrivals, boolean proven) {
        writing = new Batch(arrivals, writeJob(arrivals, proven));
        swarm.job(writing.job);
    }

    private StorageJob writeJob(List<Arrival> arrivals, boolean proven) {
        List<ReceivedChunk> chunks = chunks(arrivals);
        chunks.sort(Comparator.comparingLong(ReceivedChunk::number));
        return new StorageJob.Write(swarm.metadata().swarmId(), chunks, proven, beginning);
    }

    /** Takes the answer to a write job; false if the job is not of this intake. */
    boolean written(StorageResult result, long now) {
        Batch batch = writing;
        if (batch == null || batch.job != result.job()) {
            return false;
        }
        writing = null;
        if (!batch.isVoid) {
            swarm.content().passing(batch.arrivals);
        }
        batch.arrivals.forEach(this::done);
        if (batch.isVoid) {
            swarm.disk().written();
        } else if (result instanceof StorageResult.Stored stored) {
            if (stored.job().verified()) {
                swarm.stored(batch.arrivals, now);
            } else {
                swarm.disk().written();
                swarm.quarantine().stored(batch.arrivals);
                swarm.scheduleSoon();
            }
        } else {
            swarm.notStored(batch.arrivals);
        }
        writeNext(now);
        return true;
    }

    /** Has written what is verified and releases what is not; chunks inside jobs are released as their results come. */
    void close() {
        if (!verified.isEmpty()) {
            swarm.job(writeJob(verified, true));
        }
        arriving.forEach(this::done);
        unproven.forEach(this::done);
        for (Arrival left = early.pollOverdue(0, true); left != null; left = early.pollOverdue(0, true)) {
            done(left);
        }
        arriving = new ArrayList<>();
        unproven = new ArrayList<>();
        verified = new ArrayList<>();
        // Batches whose answer is in and waits for that of an earlier one.
        for (Batch batch : hashing) {
            if (batch.result != null) {
                batch.arrivals.forEach(this::done);
            }
        }
    }

    /** All chunks on their way are void; those inside jobs are released as their results come. Returns how often that was so. */
    int startOver() {
        beginning++;
        arriving.forEach(this::done);
        verified.forEach(this::done);
        arriving = new ArrayList<>();
        verified = new ArrayList<>();
        for (Arrival left = early.pollOverdue(0, true); left != null; left = early.pollOverdue(0, true)) {
            done(left);
        }
        hashing.forEach(batch -> batch.isVoid = true);
        if (writing != null) {
            writing.isVoid = true;
        }
        return beginning;
    }

    private void done(Arrival arrival) {
        good.clear(arrival.chunk());
        inside.clear(arrival.chunk());
        size--;
        arrival.from().asking().pipelined(-1);
        arrival.data().content().release();
    }

    private static List<ReceivedChunk> chunks(List<Arrival> arrivals) {
        List<ReceivedChunk> chunks = new ArrayList<>(arrivals.size());
        for (Arrival arrival : arrivals) {
            chunks.add(arrival.data());
        }
        return chunks;
    }

    private boolean settle(StorageResult result) {
        for (Batch batch : hashing) {
            if (batch.job == result.job()) {
                batch.result = result;
                return true;
            }
        }
        return false;
    }
}
