package org.ppspp.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.Intake.Arrival;
import org.ppspp.integrity.Integrity;

/**
 * Chunks that came before a hash they need: the datagram that had it was lost or overtaken (RFC 7574 §5.3 leaves the order
 * to the network). The hash comes again with the chunk it was to come with, and often proves many of these.
 *
 * <p>They count as on their way, so that nobody is asked for them, but do not keep their sender from being asked for more.
 * After {@link Limits#EARLY_LIFE} they are asked for again. Owns the buffers of the chunks in it.
 */
final class EarlyChunks {
    /** A chunk with the hash of its content, and that without which nothing can be said of it. */
    private record Held(Arrival arrival, byte[] leaf, long missing, long until) {}

    /** Looks at a chunk once more; it has left this by then. */
    interface Check {
        void check(Arrival arrival, byte[] leaf);
    }

    private final ArrayDeque<Held> held = new ArrayDeque<>();

    /** Takes over a chunk that lacks {@code missing}; false if there is no room. */
    boolean add(Arrival arrival, byte[] leaf, long missing, long now) {
        if (held.size() >= Limits.EARLY_CHUNKS || arrival.from().closed()) {
            return false;
        }
        held.addLast(new Held(arrival, leaf, missing, now + Limits.EARLY_LIFE));
        arrival.from().asking().pipelined(-1);
        return true;
    }

    /** Hands over those for which it has come; false if there are none. */
    boolean recheck(Integrity integrity, Check check) {
        List<Held> ready = new ArrayList<>();
        for (Iterator<Held> all = held.iterator(); all.hasNext(); ) {
            Held next = all.next();
            if (integrity.heard(next.arrival().from().pending(), next.missing())) {
                ready.add(next);
                all.remove();
            }
        }
        ready.forEach(each -> check.check(left(each), each.leaf()));
        return !ready.isEmpty();
    }

    /** The next chunk whose hashes have not come in time, or of all if {@code all}; null if there is none. */
    @Nullable
    Arrival pollOverdue(long now, boolean all) {
        Held first = held.peekFirst();
        if (first == null || (!all && now < first.until())) {
            return null;
        }
        held.removeFirst();
        return left(first);
    }

    long nextWake() {
        Held first = held.peekFirst();
        return first == null ? Long.MAX_VALUE : first.until();
    }

    private static Arrival left(Held held) {
        held.arrival().from().asking().pipelined(1);
        return held.arrival();
    }
}
