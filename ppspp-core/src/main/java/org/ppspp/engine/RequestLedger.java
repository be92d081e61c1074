package org.ppspp.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkRange;

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

    /** One request, or what is left of it. */
    private static final class Asked {
        final long bin;
        final long sentAt;
        /** How many chunks should have come from this peer once all of this request has. */
        final long dueAfter;

        long mask;
        /** An earlier request for other chunks of the same request bin. */
        @Nullable
        Asked earlier;

        Asked(long bin, long mask, long sentAt, long dueAfter) {
            this.bin = bin;
            this.mask = mask;
            this.sentAt = sentAt;
            this.dueAfter = dueAfter;
        }
    }

    private record Given(long mask, long until) {}

    /** In the order of {@link Asked#sentAt}. */
    private final Set<Asked> order = new LinkedHashSet<>();
    /** The latest by request bin. */
    private final Map<Long, Asked> open = new HashMap<>();

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
        take(bin, mask);
        outstanding += Long.bitCount(mask);
        Asked asked = new Asked(bin, mask, now, arrivals + outstanding);
        asked.earlier = open.put(bin, asked);
        order.add(asked);
    }

    /** Takes {@code mask} out of all requests; returns the part of it that was in one. */
    private long take(long bin, long mask) {
        long taken = 0;
        Asked later = null;
        for (Asked asked = open.get(bin); asked != null; asked = asked.earlier) {
            taken |= asked.mask & mask;
            asked.mask &= ~mask;
            if (asked.mask != 0) {
                later = asked;
                continue;
            }
            order.remove(asked);
            if (later != null) {
                later.earlier = asked.earlier;
            } else if (asked.earlier != null) {
                open.put(bin, asked.earlier);
            } else {
                open.remove(bin);
            }
        }
        outstanding -= Long.bitCount(taken);
        return taken;
    }

    boolean expects(long chunk) {
        return (expected(chunk >> 6) >>> (chunk & 63) & 1) == 1;
    }

    /** Whether any of {@code chunks} is waited for, or welcome although it was given up; not for more than one signature covers. */
    boolean welcomes(ChunkRange chunks) {
        if (chunks.size() > Limits.SIGNED_CHUNKS) {
            return false;
        }
        for (long bin = chunks.first() >> 6; bin <= chunks.last() >> 6; bin++) {
            long bits = -1L;
            bits &= chunks.first() > bin << 6 ? -1L << (chunks.first() - (bin << 6)) : -1L;
            bits &= chunks.last() < (bin << 6) + 63 ? -1L >>> ((bin << 6) + 63 - chunks.last()) : -1L;
            Given given = late.get(bin);
            if (((expected(bin) | (given == null ? 0 : given.mask())) & bits) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Which chunks of a request bin are waited for. */
    long expected(long bin) {
        long mask = 0;
        for (Asked asked = open.get(bin); asked != null; asked = asked.earlier) {
            mask |= asked.mask;
        }
        return mask;
    }

    /** How many chunks should come until all that is expected of a request bin has. */
    long dueIn(long bin) {
        Asked asked = open.get(bin);
        return asked == null ? 0 : Math.max(Long.bitCount(expected(bin)), asked.dueAfter - arrivals);
    }

    /**
     * Notes that {@code chunk} came. Returns its age in nanoseconds if it was waited for, {@link #LATE} if it was given up a
     * short while ago, and {@link #UNASKED} otherwise.
     */
    long arrived(long chunk, long now) {
        long bin = chunk >> 6;
        long bit = 1L << (chunk & 63);
        for (Asked asked = open.get(bin); asked != null; asked = asked.earlier) {
            if ((asked.mask & bit) != 0) {
                take(bin, bit);
                arrivals++;
                progress(now);
                return now - asked.sentAt;
            }
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
        long dropped = take(bin, mask);
        if (dropped != 0) {
            welcomeLate(bin, dropped, now);
        }
        return dropped;
    }

    void giveUpAll(long now, Release release) {
        List<Asked> all = List.copyOf(order);
        order.clear();
        open.clear();
        outstanding = 0;
        all.forEach(asked -> {
            welcomeLate(asked.bin, asked.mask, now);
            release.released(asked.bin, asked.mask);
        });
    }

    /** Gives up requests that {@code overtakenBy} chunks asked for later have overtaken: the network lost them or their answers. */
    void giveUpOvertaken(long now, long patience, int overtakenBy, Release release) {
        List<Asked> overtaken = new ArrayList<>();
        for (Asked asked : order) {
            if (now - asked.sentAt < patience) {
                break;
            }
            if (arrivals >= asked.dueAfter + overtakenBy) {
                overtaken.add(asked);
            }
        }
        for (Asked asked : overtaken) {
            long mask = giveUp(asked.bin, asked.mask, now);
            release.released(asked.bin, mask);
        }
    }

    /** Gives up requests of this age, whatever else came. */
    void giveUpOlder(long now, long age, Release release) {
        while (!order.isEmpty() && now - oldest() >= age) {
            Asked asked = order.iterator().next();
            long bin = asked.bin;
            release.released(bin, giveUp(bin, asked.mask, now));
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
        return order.isEmpty() ? Long.MAX_VALUE : order.iterator().next().sentAt;
    }

    /** Visits every request bin that was asked for at {@code before} or earlier. */
    void forEachOlder(long before, Release visitor) {
        for (Asked asked : order) {
            if (asked.sentAt > before) {
                return;
            }
            visitor.released(asked.bin, asked.mask);
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
