package org.ppspp.net;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** Counts on the loop's thread, cheaply, what any thread may read. */
final class NetTally {
    /** What {@link NetCounters} explains. */
    enum Count {
        DATAGRAMS_RECEIVED,
        DATAGRAM_BYTES_RECEIVED,
        DATAGRAMS_SENT,
        DATAGRAM_BYTES_SENT,
        SEGMENTED_RUNS,
        SEGMENTED_RUNS_REFUSED,
        SEND_ERRORS,
        FRAMES_RECEIVED,
        FRAME_BYTES_RECEIVED,
        FRAMES_SENT,
        FRAME_BYTES_SENT,
        FRAMES_DROPPED,
        FRAMES_REJECTED,
        CONNECTIONS_ACCEPTED,
        CONNECTIONS_REFUSED,
        CONNECTIONS_OPENED,
        CONNECTIONS_FAILED,
        CONNECTIONS_OVERDUE,
        ACCEPT_ERRORS
    }

    private final Map<Count, AtomicLong> counts = new EnumMap<>(Count.class);

    NetTally() {
        for (Count count : Count.values()) {
            counts.put(count, new AtomicLong());
        }
    }

    /** With one writing thread, a plain read and an ordered write lose nothing. */
    void add(Count count, long amount) {
        AtomicLong counter = counter(count);
        counter.lazySet(counter.getPlain() + amount);
    }

    void increment(Count count) {
        add(count, 1);
    }

    NetCounters read() {
        return new NetCounters(
                of(Count.DATAGRAMS_RECEIVED),
                of(Count.DATAGRAM_BYTES_RECEIVED),
                of(Count.DATAGRAMS_SENT),
                of(Count.DATAGRAM_BYTES_SENT),
                of(Count.SEGMENTED_RUNS),
                of(Count.SEGMENTED_RUNS_REFUSED),
                of(Count.SEND_ERRORS),
                of(Count.FRAMES_RECEIVED),
                of(Count.FRAME_BYTES_RECEIVED),
                of(Count.FRAMES_SENT),
                of(Count.FRAME_BYTES_SENT),
                of(Count.FRAMES_DROPPED),
                of(Count.FRAMES_REJECTED),
                of(Count.CONNECTIONS_ACCEPTED),
                of(Count.CONNECTIONS_REFUSED),
                of(Count.CONNECTIONS_OPENED),
                of(Count.CONNECTIONS_FAILED),
                of(Count.CONNECTIONS_OVERDUE),
                of(Count.ACCEPT_ERRORS));
    }

    private long of(Count count) {
        return counter(count).get();
    }

    private AtomicLong counter(Count count) {
        return Objects.requireNonNull(counts.get(count));
    }
}
