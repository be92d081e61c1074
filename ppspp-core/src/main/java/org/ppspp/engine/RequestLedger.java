package org.ppspp.engine;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What we asked of one peer and wait for, by 64-chunk request bin, in the order asked.
 *
 * <p>Chunks that are given up, or came too early to be verified, stay welcome for a while ({@link Limits#LATE}); any other DATA was not asked for.
 */
final class RequestLedger {
    /** The chunk was given up, or of no use, a short while ago. */
    static final long LATE = -1;

    /** The chunk was never asked for. */
    static final long UNASKED = -2;

    /** Is told of chunks that are no longer expected from this peer. */
    interface Release {
        void released(long bin, long mask);
    }

    private static final class Asked {
        long mask;
        long sentAt;
        /** How many chunks should have come from this peer once all of this request has. */
        long dueAfter;
    }

    private record Given(long mask, long until) {}

    private final Map<Long, Asked> open = new LinkedHashMap<>();
    private final Map<Long, Given> late = new LinkedHashMap<>();
    private int outstanding;
    private long arrivals;
    private long progressAt;
    /** How often requests were repeated since. */
    private int repeats;

    /** Chunks waited for. */
    int outstanding() {
        return outstanding;
    }

    /** Chunks that ever came. */
    long arrivals() {
        return arrivals;
    }

    void add(long bin, long mask, long now) {
        if (outstanding == 0) {
            progress(now);
        }
        Asked before = open.remove(bin);
        Asked asked = before == null ? new Asked() : before;
        outstanding += Long.bitCount(mask & ~asked.mask);
        asked.mask |= mask;
        asked.sentAt = now;
        asked.dueAfter = arrivals + outstanding;
        // Last in the order, which is that of sentAt.
        open.put(bin, asked);
    }

    boolean expects(long chunk) {
        Asked asked = open.get(chunk >> 6);
        return asked != null && (asked.mask >>> (chunk & 63) & 1) == 1;
    }

    /** Which chunks of a request bin are waited for. */
    long expected(long bin) {
        Asked asked = open.get(bin);
        return asked == null ? 0 : asked.mask;
    }

    /** How many chunks should come until all that is expected of a request bin has. */
    long dueIn(long bin) {
        Asked asked = open.get(bin);
        return asked == null ? 0 : Math.max(Long.bitCount(asked.mask), asked.dueAfter - arrivals);
    }

    /**
     * Notes that {@code chunk} came. Returns its age in nanoseconds if it was waited for, {@link #LATE} if it was given up a
     * short while ago, and {@link #UNASKED} otherwise.
     */
    long arrived(long chunk, long now) {
        long bin = chunk >> 6;
        long bit = 1L << (chunk & 63);
        Asked asked = open.get(bin);
        if (asked != null && (asked.mask & bit) != 0) {
            asked.mask &= ~bit;
            outstanding--;
            arrivals++;
            progress(now);
            if (asked.mask == 0) {
                open.remove(bin);
            }
            return now - asked.sentAt;
        }
        Given given = late.get(bin);
        if (given != null && (given.mask() & bit) != 0 && now < given.until()) {
            late.put(bin, new Given(given.mask() & ~bit, given.until()));
            progress(now);
            return LATE;
        }
        return UNASKED;
    }

    /** {@code chunk} came without the hashes it needs: whoever sent it will notice, and send it again unasked. */
    void unproven(long chunk, long now) {
        welcomeLate(chunk >> 6, 1L << (chunk & 63), now);
    }

    /** Gives up {@code mask} of a request bin; returns the part that was waited for. */
    long giveUp(long bin, long mask, long now) {
        Asked asked = open.get(bin);
        long dropped = asked == null ? 0 : asked.mask & mask;
        if (asked != null && dropped != 0) {
            asked.mask &= ~dropped;
            outstanding -= Long.bitCount(dropped);
            if (asked.mask == 0) {
                open.remove(bin);
            }
            welcomeLate(bin, dropped, now);
        }
        return dropped;
    }

    void giveUpAll(long now, Release release) {
        Map<Long, Asked> all = new LinkedHashMap<>(open);
        open.clear();
        outstanding = 0;
        all.forEach((bin, asked) -> {
            welcomeLate(bin, asked.mask, now);
            release.released(bin, asked.mask);
        });
    }

    /** Gives up requests that others made later have overtaken: the network lost them or their answers. */
    void giveUpOvertaken(long now, long patience, Release release) {
        Iterator<Map.Entry<Long, Asked>> all = open.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Long, Asked> entry = all.next();
            Asked asked = entry.getValue();
            if (now - asked.sentAt < patience) {
                return;
            }
            if (arrivals >= asked.dueAfter + Limits.OVERTAKEN_BY) {
                outstanding -= Long.bitCount(asked.mask);
                welcomeLate(entry.getKey(), asked.mask, now);
                all.remove();
                release.released(entry.getKey(), asked.mask);
            }
        }
    }

    /** When the peer will have kept us waiting for {@code patience} without a single chunk; never while it owes nothing. */
    long stalledAt(long patience) {
        return outstanding == 0 ? Long.MAX_VALUE : progressAt + patience;
    }

    /**
     * When the requests are to be repeated as the network may have lost them: once the peer has sent nothing for {@code pause}
     * nanoseconds, and each further time after twice as long; never while it owes nothing.
     */
    long repeatAt(long pause) {
        return outstanding == 0 ? Long.MAX_VALUE : progressAt + (pause << Math.min(repeats, Limits.REQUEST_REPEATS));
    }

    /** Visits what was asked for at {@code before} or earlier, to ask for it again. */
    void repeat(long before, Release visitor) {
        repeats++;
        forEachOlder(before, visitor);
    }

    /** When the oldest request was made. */
    long oldest() {
        return open.isEmpty() ? Long.MAX_VALUE : open.values().iterator().next().sentAt;
    }

    /** Visits every request bin that was asked for at {@code before} or earlier. */
    void forEachOlder(long before, Release visitor) {
        for (Map.Entry<Long, Asked> entry : open.entrySet()) {
            if (entry.getValue().sentAt <= before) {
                visitor.released(entry.getKey(), entry.getValue().mask);
            }
        }
    }

    private void progress(long now) {
        progressAt = now;
        repeats = 0;
    }

    private void welcomeLate(long bin, long mask, long now) {
        Given before = late.remove(bin);
        long all = before == null || now >= before.until() ? mask : mask | before.mask();
        late.put(bin, new Given(all, now + Limits.LATE));
        if (late.size() > Limits.LATE_BINS) {
            late.remove(late.keySet().iterator().next());
        }
    }
}
