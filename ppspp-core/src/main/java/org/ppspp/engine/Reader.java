package org.ppspp.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.KnownContent.ReadProof;
import org.ppspp.engine.ReadCache.CachedBin;
import org.ppspp.engine.StorageJob.ReceivedChunk;
import org.ppspp.integrity.BinHashes;

/** Brings stored chunks and their hashes back into memory for the channels that send them. */
final class Reader {
    private final Swarm swarm;
    private final ReadCache cache = new ReadCache();
    private final List<Channel> waiting = new ArrayList<>();
    /** What is being read, by request bin. */
    private final Map<Long, StorageJob> jobs = new HashMap<>();

    Reader(Swarm swarm) {
        this.swarm = swarm;
    }

    /** How many request bins may be read ahead for one channel, so that all of them share the cache. */
    int readAheadBins() {
        int serving = 1;
        for (Channel channel : swarm.channels()) {
            serving += channel.wantsContent() ? 1 : 0;
        }
        long each = Limits.READ_CACHE_BYTES / binBytes() / serving;
        return (int) Math.max(1, Math.min(each, Limits.READ_AHEAD_BINS));
    }

    private long binBytes() {
        return 64L * swarm.metadata().chunkSizeBytes();
    }

    /** The chunks of a request bin in memory, or null unless all of {@code wanted} is there. */
    @Nullable
    CachedBin cached(long bin, long wanted) {
        return cache.get(bin, wanted);
    }

    /** Has chunks read for {@code reader}, which is told to go on when they are there. */
    void read(long bin, long wanted, Channel reader) {
        if (!waiting.contains(reader)) {
            waiting.add(reader);
        }
        if (cache.startReading(bin)) {
            boolean whole = binBytes() <= Limits.READ_CACHE_BYTES / 16;
            job(bin, whole ? swarm.have().word(bin) : wanted, false);
        }
    }

    private void job(long bin, long wanted, boolean rehash) {
        StorageJob job = new StorageJob.Read(swarm.metadata().swarmId(), bin, wanted, rehash);
        jobs.put(bin, job);
        swarm.job(job);
    }

    /** Chunks have been read. */
    void read(StorageResult.Content content) {
        StorageJob.Read job = content.job();
        long bin = job.bin();
        if (isVoid(job)) {
            content.content().release();
            return;
        }
        swarm.lose(bin, content.damaged());
        ReadProof proof = swarm.content().read(content);
        if (!proof.provesAll()) {
            // A bad sector, or the disk was full when the hashes were to be saved: the content can tell them again.
            if (!job.rehash() && swarm.content().whole(bin, 0)) {
                content.content().release();
                job(bin, job.wanted(), true);
                return;
            }
            if (content.hashes() != null && job.rehash()) {
                swarm.lose(bin, swarm.have().word(bin));
            }
        }
        cache.put(bin, new CachedBin(content.content(), job.wanted() & ~content.damaged(), proof.hashes()));
        readingEnded(bin);
    }

    /** Chunks could not be read. */
    void failed(StorageJob.Read job) {
        if (isVoid(job)) {
            return;
        }
        swarm.lose(job.bin(), job.wanted());
        readingEnded(job.bin());
    }

    private void readingEnded(long bin) {
        jobs.remove(bin);
        cache.stopReading(bin);
        waiting.forEach(Channel::ready);
        waiting.clear();
    }

    /** The hashes of a whole request bin leave the tree. */
    void keepHashes(BinHashes block) {
        cache.keepHashes(block);
    }

    /** Whether nobody waits for this any more: the chunks there were are void. */
    private boolean isVoid(StorageJob job) {
        return jobs.get(((StorageJob.Read) job).bin()) != job;
    }

    /** A chunk was stored: if its neighbours are in memory, it joins them. */
    void keep(ReceivedChunk chunk) {
        cache.keep(chunk.number(), chunk.content(), swarm.metadata().chunkSizeBytes());
    }

    /** Request bins below this one are gone. */
    void forgetBelow(long bin) {
        cache.forgetBelow(bin);
    }

    /** All chunks there were are void, those included that are being read. */
    void startOver() {
        jobs.keySet().forEach(cache::stopReading);
        jobs.clear();
        cache.clear();
    }

    void forget(Channel channel) {
        waiting.remove(channel);
    }

    void close() {
        cache.clear();
    }
}
