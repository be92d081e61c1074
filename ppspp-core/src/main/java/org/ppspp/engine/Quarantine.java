package org.ppspp.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.Intake.Arrival;

/**
 * Chunks from peers that send no hashes: stored, but neither announced, served nor published until all of the content has
 * been hashed and matches the swarm ID.
 *
 * <p>Such peers are asked only while nobody who proves what he sends has anything that we lack. Content that does not match is
 * fetched again: if one host gave all of it, that one is banned; if several did, from then on one at a time is asked.
 */
final class Quarantine {
    private final Swarm swarm;
    private final Engine engine;
    private final ChunkMap held = new ChunkMap();
    private final Map<InetAddress, InetSocketAddress> givers = new LinkedHashMap<>();
    private boolean proving;
    private boolean distrusting;
    private @Nullable InetAddress only;

    Quarantine(Swarm swarm, Engine engine) {
        this.swarm = swarm;
        this.engine = engine;
    }

    boolean holds(long chunk) {
        return held.get(chunk);
    }

    /** The chunks of a request bin that are held. */
    long word(long bin) {
        return held.word(bin);
    }

    ChunkMap held() {
        return held;
    }

    /** Whether a peer that sends no hashes may be asked now. */
    boolean mayAsk(Channel channel, long now) {
        if (proving) {
            return false;
        }
        for (Channel other : swarm.channels()) {
            if (swarm.content().proves(other) && other.willing(now) && hasWhatWeLack(other)) {
                return false;
            }
        }
        if (distrusting && only == null) {
            only = host(channel);
        }
        return !distrusting || host(channel).equals(only);
    }

    private boolean hasWhatWeLack(Channel channel) {
        ChunkMap theirs = channel.peerHas();
        for (long chunk = theirs.nextSet(0); chunk >= 0; chunk = theirs.nextSet(chunk)) {
            if (!swarm.have().get(chunk) && !held.get(chunk)) {
                return true;
            }
            chunk = swarm.have().get(chunk) ? swarm.have().nextClear(chunk) : held.nextClear(chunk);
        }
        return false;
    }

    /** Whether this chunk is of use: what is being hashed must not change. */
    boolean wants(long chunk) {
        return !proving && !held.get(chunk);
    }

    /** Chunks were written. */
    void stored(List<Arrival> arrivals) {
        for (Arrival arrival : arrivals) {
            if (!swarm.have().get(arrival.chunk())) {
                held.set(arrival.chunk());
                givers.put(host(arrival.from()), arrival.from().address().socket());
            }
        }
        proveIfWhole();
    }

    /** Chunks came with their proof after all. */
    void verified(List<Arrival> arrivals) {
        if (!held.isEmpty()) {
            arrivals.forEach(arrival -> held.clear(arrival.chunk()));
            proveIfWhole();
        }
    }

    /** A channel has ended. */
    void ended() {
        if (distrusting && only != null && !connected(only)) {
            only = null;
            clear();
        }
    }

    private void proveIfWhole() {
        if (!proving
                && !held.isEmpty()
                && held.cardinality() + swarm.have().cardinality()
                        == swarm.content().chunkCount()) {
            proving = true;
            swarm.job(new StorageJob.Prove(swarm.metadata().swarmId()));
        }
    }

    /** All of the content matches the swarm ID. */
    void proved(StorageResult.Proved result, long now) {
        proving = false;
        held.clear(0, ChunkRange.MAX_CHUNK);
        givers.clear();
        distrusting = false;
        swarm.proved(result, now);
    }

    /** The content does not match, or could not be read. */
    void refuted(boolean read, long now) {
        proving = false;
        List<InetSocketAddress> from = List.copyOf(givers.values());
        clear();
        if (read) {
            swarm.contentRefuted();
            distrusting = true;
            only = null;
            if (from.size() == 1) {
                engine.bans().banForContent(from.get(0), now);
                engine.dropBanned(now, "content that does not verify");
            }
        }
    }

    private void clear() {
        givers.clear();
        ChunkMap dropped = held.copy();
        held.clear(0, ChunkRange.MAX_CHUNK);
        for (long chunk = dropped.nextSet(0); chunk >= 0; chunk = dropped.nextSet(((chunk >> 6) + 1) << 6)) {
            swarm.release(chunk >> 6, dropped.word(chunk >> 6));
        }
    }

    private boolean connected(InetAddress host) {
        for (Channel channel : swarm.channels()) {
            if (channel.established() && host(channel).equals(host)) {
                return true;
            }
        }
        return false;
    }

    private static InetAddress host(Channel channel) {
        return channel.address().socket().getAddress();
    }
}
