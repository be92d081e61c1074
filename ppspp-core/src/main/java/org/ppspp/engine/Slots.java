package org.ppspp.engine;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.TransportAddress;

/**
 * Who gets a channel in one swarm while there are more peers than channels (rule R4).
 *
 * <p>Anybody can come in any number, so half of the channels are for those that the user or a tracker named, whoever of us
 * opens. And whoever has exchanged no verified content with us for a minute may have to make room for another, one of them in
 * ten seconds: a flood that is of no use cannot keep out those who are. A dial that is not answered makes room for a peer that
 * comes: where all are full, those who dial each other would else turn each other away until all of them give up.
 */
final class Slots {
    private final Swarm swarm;
    private final int most;
    private long replacedAt = -Limits.REPLACE_PAUSE;

    /** For {@code most} channels. */
    Slots(Swarm swarm, int most) {
        this.swarm = swarm;
        this.most = most;
    }

    /** Whether there is room for one more that we choose. */
    boolean room() {
        return swarm.channels().size() < most;
    }

    /** Whether there is room for one more of those that nobody we trust has named. */
    boolean roomForStranger() {
        return room() && strangers() < most - most / 2;
    }

    private int strangers() {
        int count = 0;
        for (Channel channel : swarm.channels()) {
            count += stranger(channel.address()) ? 1 : 0;
        }
        return count;
    }

    private boolean stranger(TransportAddress address) {
        return !swarm.book().trusts(address);
    }

    /** Whether a peer may come: there is room, or another can make room for it. */
    boolean admits(TransportAddress from, long now) {
        return roomFor(from) || roomWithoutUnanswered(from, now) || useless(stranger(from), now) != null;
    }

    /** Makes room for a peer that has come; false if that cannot be. */
    boolean admit(TransportAddress from, long now) {
        while (!roomFor(from) && roomWithoutUnanswered(from, now)) {
            swarm.neighbours().drop(longestUnanswered(), now, "made room for another");
        }
        return makeRoom(from, now);
    }

    private boolean roomWithoutUnanswered(TransportAddress from, long now) {
        long staying = swarm.channels().stream()
                .filter(channel -> !unanswered(channel, now))
                .count();
        return staying < most && (!stranger(from) || strangers() < most - most / 2);
    }

    private static boolean unanswered(Channel channel, long now) {
        return channel.opening() && now >= channel.liveness().since() + Limits.UNANSWERED_AFTER;
    }

    private Channel longestUnanswered() {
        return swarm.channels().stream()
                .filter(Channel::opening)
                .min(Comparator.comparingLong(channel -> channel.liveness().since()))
                .orElseThrow();
    }

    private boolean roomFor(TransportAddress from) {
        return stranger(from) ? roomForStranger() : room();
    }

    /** Makes room for a peer that is to be dialled, where there is none; false if that cannot be. */
    boolean makeRoom(TransportAddress from, long now) {
        if (roomFor(from)) {
            return true;
        }
        Channel worst = useless(stranger(from), now);
        if (worst != null) {
            replacedAt = now;
            TransportAddress known = worst.bookAddress();
            swarm.neighbours().dismiss(worst, now, "made room for another");
            if (known != null) {
                swarm.book().useless(known, now);
            }
        }
        return worst != null;
    }

    /** The peer that has been of no use for the longest time, and too long, or null; a stranger replaces only strangers. */
    private @Nullable Channel useless(boolean forStranger, long now) {
        if (now < replacedAt + Limits.REPLACE_PAUSE) {
            return null;
        }
        Channel worst = null;
        for (Channel channel : swarm.channels()) {
            if (uselessAt(channel) <= now
                    && (worst == null || uselessAt(channel) < uselessAt(worst))
                    && !(forStranger && !stranger(channel.address()))) {
                worst = channel;
            }
        }
        return worst;
    }

    private static long uselessAt(Channel channel) {
        return Math.max(channel.liveness().since(), channel.exchange().usefulAt()) + Limits.USELESS_AFTER;
    }

    /** When a peer can be replaced, where there is no room. */
    long nextReplacement() {
        long first = Long.MAX_VALUE;
        for (Channel channel : swarm.channels()) {
            first = Math.min(first, uselessAt(channel));
        }
        return Math.max(first, replacedAt + Limits.REPLACE_PAUSE);
    }
}
