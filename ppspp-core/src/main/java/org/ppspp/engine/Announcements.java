package org.ppspp.engine;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;

/**
 * The HAVE messages one peer is still to get (RFC 7574 §3.2): first all we had when it came, then what is new. New chunks
 * wait a moment for company, so that one HAVE names the largest interval they make.
 */
final class Announcements {
    private final ArrayDeque<Long> fresh = new ArrayDeque<>();
    /** Taken out by {@link #next} and put back. */
    private @Nullable ChunkRange unsaid;

    private long cursor;
    private long due = Long.MAX_VALUE;
    private boolean heldBack;
    private long repeatAt = Long.MAX_VALUE;
    private long repeatAfter = Limits.ANNOUNCE_AGAIN;

    /** Says nothing until chunk 0 can be said: who hears of others alone may never ask for it. */
    void holdBack() {
        heldBack = true;
    }

    /** Starts over with everything there is. */
    void all(long now) {
        unsaid = null;
        fresh.clear();
        cursor = 0;
        due = now;
    }

    /** {@code run} has grown by chunks that were stored. */
    void add(ChunkRange run, long now) {
        if (heldBack) {
            due = run.first() == 0 ? now + Limits.ANNOUNCE_DELAY : due;
            return;
        }
        if (cursor >= 0 && run.first() >= cursor) {
            // The first pass has not come to it.
            return;
        }
        Long last = fresh.peekLast();
        if (last == null || !run.contains(last)) {
            if (fresh.size() >= Limits.ANNOUNCED_RANGES) {
                all(now);
                return;
            }
            fresh.addLast(run.last());
        }
        if (due == Long.MAX_VALUE) {
            due = now + Limits.ANNOUNCE_DELAY;
        }
    }

    /** Nothing to say to this peer any more. */
    void clear() {
        unsaid = null;
        fresh.clear();
        cursor = -1;
        due = Long.MAX_VALUE;
    }

    /** From now on all is said again and again, ever more rarely: a HAVE over UDP may be lost, and nobody would know. */
    void repeat(long now) {
        repeatAt = now + repeatAfter;
    }

    long repeatAt() {
        return repeatAt;
    }

    /** Whether it is time to say all again; the next time comes by itself. */
    boolean repeats(long now) {
        if (repeatAt > now) {
            return false;
        }
        repeatAfter = Math.min(repeatAfter * Limits.ANNOUNCE_AGAIN_FACTOR, Limits.ANNOUNCE_AGAIN_MAX);
        repeatAt = now + repeatAfter;
        return true;
    }

    long due() {
        return due;
    }

    /** The interval did not fit: it comes first next time. */
    void putBack(ChunkRange run) {
        unsaid = run;
    }

    /** The next interval to announce, the largest one around what is new, or null when all is said. */
    @Nullable
    ChunkRange next(ChunkMap have) {
        heldBack &= !have.get(0);
        if (heldBack) {
            due = Long.MAX_VALUE;
            return null;
        }
        ChunkRange again = unsaid;
        if (again != null) {
            unsaid = null;
            return again;
        }
        if (cursor >= 0) {
            long first = have.nextSet(cursor);
            if (first >= 0) {
                ChunkRange run = have.runAround(first);
                cursor = run.last() + 1;
                return run;
            }
            cursor = -1;
        }
        ChunkRange run = null;
        while (run == null && !fresh.isEmpty()) {
            long chunk = fresh.removeFirst();
            run = have.get(chunk) ? have.runAround(chunk) : null;
        }
        if (run == null) {
            due = Long.MAX_VALUE;
            return null;
        }
        ChunkRange said = run;
        fresh.removeIf(said::contains);
        return run;
    }
}
