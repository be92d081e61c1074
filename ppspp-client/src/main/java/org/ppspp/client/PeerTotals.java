package org.ppspp.client;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.wire.TransportAddress;

/** What went to and came from each peer over the whole run, also of those that are gone. */
final class PeerTotals {
    /** Peers kept apart; those beyond are not remembered once they are gone. */
    static final int MAX_PEERS = 10_000;

    /** One peer's bytes of content. */
    record Total(TransportAddress address, long receivedBytes, long sentBytes) {}

    private record Entry(long receivedBefore, long sentBefore, long received, long sent) {
        /** A channel that starts from zero again is a new one to the same peer. */
        Entry next(long receivedNow, long sentNow) {
            boolean anew = receivedNow < received || sentNow < sent;
            return new Entry(
                    receivedBefore + (anew ? received : 0), sentBefore + (anew ? sent : 0), receivedNow, sentNow);
        }
    }

    private final Map<TransportAddress, Entry> entries = new LinkedHashMap<>();

    void observe(SwarmSnapshot snapshot) {
        for (SwarmSnapshot.ChannelSnapshot channel : snapshot.channels()) {
            Entry entry = entries.get(channel.address());
            if (entry == null && entries.size() >= MAX_PEERS) {
                continue;
            }
            Entry before = entry == null ? new Entry(0, 0, 0, 0) : entry;
            entries.put(channel.address(), before.next(channel.receivedBytes(), channel.sentBytes()));
        }
    }

    /** In the order in which the peers were first seen. */
    Collection<Total> totals() {
        return entries.entrySet().stream()
                .map(e -> new Total(
                        e.getKey(),
                        e.getValue().receivedBefore() + e.getValue().received(),
                        e.getValue().sentBefore() + e.getValue().sent()))
                .toList();
    }
}
