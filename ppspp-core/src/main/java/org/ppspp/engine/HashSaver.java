package org.ppspp.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.engine.Intake.Arrival;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.MerkleIntegrity;
import org.ppspp.integrity.NodeHash;

/**
 * Keeps the verified hashes of one swarm on disk: whole request bins as they fill, partly filled ones now and then. Saved
 * request bins leave memory, so that content of any size needs little of it.
 */
final class HashSaver {
    private static final int CHUNKS = BinHashes.CHUNKS;
    private static final long PERIOD = 5 * Limits.SECOND;

    private final Swarm swarm;
    private final MerkleIntegrity integrity;
    /** Request bins with resident hashes, and how many of their chunks were stored when they were last saved. */
    private final Map<Long, Long> resident = new HashMap<>();

    private boolean dirty;
    private long next;

    HashSaver(Swarm swarm, MerkleIntegrity integrity, long now) {
        this.swarm = swarm;
        this.integrity = integrity;
        this.next = now + PERIOD;
    }

    /** Takes in what was on disk, and forgets chunks whose hashes are not: without them they could not be served. */
    void load(SwarmConfig config) {
        ChunkMap have = swarm.have();
        integrity.load(config.upper());
        Map<Long, BinHashes> partial = new HashMap<>();
        config.partial().forEach(block -> partial.put(block.index(), block));
        have.clear(swarm.content().chunkCount(), Math.max(swarm.content().chunkCount(), have.end()));
        for (long chunk = have.nextSet(0); chunk >= 0; chunk = have.nextSet(chunk)) {
            long bin = chunk / CHUNKS;
            BinHashes block = partial.get(bin);
            boolean whole = swarm.content().whole(bin, 0);
            if (block != null) {
                boolean anchored = integrity.restore(block);
                for (long at = chunk; at >= 0 && at < (bin + 1) * CHUNKS; at = have.nextSet(at + 1)) {
                    if (!anchored || !block.has(2 * at)) {
                        have.clear(at);
                    }
                }
                resident.put(bin, have.word(bin));
            } else if (!whole || !integrity.anchored(bin)) {
                have.clear(bin * CHUNKS, (bin + 1) * CHUNKS - 1);
            }
            chunk = (bin + 1) * CHUNKS;
        }
    }

    /** All hashes are on disk and read from there again, whatever was in memory before. */
    void startOver(SwarmConfig config) {
        resident.keySet().forEach(integrity::evict);
        resident.clear();
        swarm.reader().close();
        load(config);
    }

    /** Chunks were stored: whole request bins are saved at once. */
    void stored(List<Arrival> arrivals) {
        dirty = true;
        Set<Long> touched = new LinkedHashSet<>();
        long previous = -1;
        for (Arrival arrival : arrivals) {
            long bin = arrival.chunk() / CHUNKS;
            if (bin != previous) {
                touched.add(bin);
                previous = bin;
            }
        }
        List<BinHashes> whole = new ArrayList<>();
        for (long bin : touched) {
            BinHashes block = swarm.content().whole(bin, 0) ? integrity.resident(bin) : null;
            if (block == null) {
                resident.putIfAbsent(bin, 0L);
            } else {
                resident.put(bin, swarm.have().word(bin));
                whole.add(block);
            }
        }
        if (!whole.isEmpty()) {
            save(whole);
        }
    }

    /** The hashes of a job are on disk, or cannot be put there; either way whole request bins need no memory any more. */
    void saved(StorageJob.Save job) {
        long bins = BinHashes.count(swarm.content().chunkCount());
        for (BinHashes block : job.blocks()) {
            // The last request bin stays: the peaks every new peer is sent are in it.
            if (block.index() < bins - 1 && swarm.content().whole(block.index(), 0)) {
                integrity.evict(block.index());
                swarm.reader().keepHashes(block);
                resident.remove(block.index());
            }
        }
    }

    void timeout(long now) {
        if (now >= next) {
            next = now + PERIOD;
            flush();
        }
    }

    /** Never while nothing new was stored. */
    long nextWake() {
        return dirty ? next : Long.MAX_VALUE;
    }

    /** Saves request bins that are filled in part and have changed. */
    void flush() {
        if (!dirty) {
            return;
        }
        dirty = false;
        List<BinHashes> changed = new ArrayList<>();
        for (Map.Entry<Long, Long> entry : resident.entrySet()) {
            long word = swarm.have().word(entry.getKey());
            BinHashes block = integrity.resident(entry.getKey());
            if (block != null && word != entry.getValue()) {
                entry.setValue(word);
                changed.add(new BinHashes(
                        block.index(), block.hashLength(), block.block().clone()));
            }
        }
        save(changed);
    }

    private void save(List<BinHashes> blocks) {
        List<NodeHash> upper = integrity.drainUpper();
        if (!blocks.isEmpty() || !upper.isEmpty()) {
            swarm.job(new StorageJob.Save(swarm.metadata().swarmId(), blocks, upper));
        }
    }
}
