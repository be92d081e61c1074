package org.ppspp.engine;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.wire.TransportAddress;

/**
 * Handshakes we answered whose initiator has not yet proved that it receives at its address (RFC 7574 §12.1.2).
 *
 * <p>Small and bounded: forged openings fill this table and nothing else. Entries live for
 * {@link Limits#HALF_OPEN_LIFE}, have no timer of their own, and the oldest makes room when the table is full.
 */
final class HalfOpenTable {
    /**
     * One answered handshake.
     *
     * @param remoteId the initiator's channel
     * @param localId ours
     * @param have what the initiator announced, {@link #rangesToKeep} ranges at most
     * @param heard how it introduced itself
     * @param reply the datagram we answered with, repeated for a repeated opening
     */
    record HalfOpen(
            TransportAddress address,
            int remoteId,
            int localId,
            Swarm swarm,
            List<ChunkRange> have,
            Greeting.Heard heard,
            byte[] reply,
            long expires) {

        /** Nanoseconds since the opening was answered the first time. */
        long age(long now) {
            return now - (expires - Limits.HALF_OPEN_LIFE);
        }
    }

    private record Opening(TransportAddress address, int remoteId) {}

    private final Map<Integer, HalfOpen> byLocalId = new HashMap<>();
    private final Map<Opening, HalfOpen> byOpening = new HashMap<>();
    private final ArrayDeque<HalfOpen> byAge = new ArrayDeque<>();
    private final Map<Long, Integer> perHost = new HashMap<>();
    private final Map<Long, Integer> perNetwork = new HashMap<>();
    private int ranges;

    int size() {
        return byLocalId.size();
    }

    boolean contains(int localId) {
        return byLocalId.containsKey(localId);
    }

    /** The entry made for an earlier copy of the same opening. */
    @Nullable
    HalfOpen duplicate(TransportAddress address, int remoteId) {
        return byOpening.get(new Opening(address, remoteId));
    }

    /** Whether this source may open another channel now. */
    boolean admits(TransportAddress address) {
        if (HostKey.exempt(address.socket())) {
            return true;
        }
        int host = perHost.getOrDefault(HostKey.host(address.socket()), 0);
        int network = perNetwork.getOrDefault(HostKey.network(address.socket()), 0);
        return host < Limits.HALF_OPEN_PER_HOST && network < Limits.HALF_OPEN_PER_NETWORK;
    }

    /** How many of its ranges the next entry may keep. */
    int rangesToKeep() {
        return ranges < Limits.HALF_OPEN_RANGES ? Limits.OPENING_RANGES_KEPT : Limits.OPENING_RANGES_LEAST;
    }

    void add(HalfOpen entry) {
        if (byLocalId.size() >= Limits.HALF_OPEN) {
            evictOldest();
        }
        byLocalId.put(entry.localId(), entry);
        byOpening.put(new Opening(entry.address(), entry.remoteId()), entry);
        byAge.addLast(entry);
        ranges += entry.have().size();
        perHost.merge(HostKey.host(entry.address().socket()), 1, Integer::sum);
        perNetwork.merge(HostKey.network(entry.address().socket()), 1, Integer::sum);
    }

    /** Takes out the entry whose echo this is, or returns null. */
    @Nullable
    HalfOpen take(int localId, TransportAddress from) {
        HalfOpen entry = byLocalId.get(localId);
        if (entry == null || !entry.address().equals(from)) {
            return null;
        }
        remove(entry);
        return entry;
    }

    void expire(long now) {
        for (HalfOpen oldest = byAge.peekFirst();
                oldest != null && oldest.expires() <= now;
                oldest = byAge.peekFirst()) {
            byAge.removeFirst();
            remove(oldest);
        }
    }

    void forget(Swarm swarm) {
        forget((HalfOpen entry) -> entry.swarm().equals(swarm));
    }

    void forget(TransportAddress address) {
        forget((HalfOpen entry) -> entry.address().equals(address));
    }

    private void forget(Predicate<HalfOpen> which) {
        for (HalfOpen entry : List.copyOf(byAge)) {
            if (which.test(entry)) {
                byAge.remove(entry);
                remove(entry);
            }
        }
    }

    long nextExpiry() {
        HalfOpen oldest = byAge.peekFirst();
        return oldest == null ? Long.MAX_VALUE : oldest.expires();
    }

    private void evictOldest() {
        HalfOpen oldest = byAge.pollFirst();
        while (oldest != null && !oldest.equals(byLocalId.get(oldest.localId()))) {
            oldest = byAge.pollFirst();
        }
        if (oldest != null) {
            remove(oldest);
        }
    }

    private void remove(HalfOpen entry) {
        if (byLocalId.remove(entry.localId(), entry)) {
            byOpening.remove(new Opening(entry.address(), entry.remoteId()));
            ranges -= entry.have().size();
            perHost.computeIfPresent(HostKey.host(entry.address().socket()), (host, n) -> n > 1 ? n - 1 : null);
            perNetwork.computeIfPresent(HostKey.network(entry.address().socket()), (net, n) -> n > 1 ? n - 1 : null);
        }
    }
}
