package org.ppspp.engine;

import java.util.HashMap;
import java.util.Map;

/**
 * Chunks that are asked for again, or although they are too old to be of use, since a peer says that the source has signed
 * them otherwise than we know: only the chunk tells. Each peer is looked at every now and then, so a liar wins nothing and delays
 * nobody else.
 */
final class SecondLooks {
    /** For how long a chunk is looked at, and its sender's word on others does not count. */
    private static final long PAUSE = 2 * Limits.SECOND;

    private record Look(long chunk, long until) {}

    private final Swarm swarm;
    private final Map<Channel, Look> looks = new HashMap<>();

    SecondLooks(Swarm swarm) {
        this.swarm = swarm;
    }

    /** Asks the peer for a chunk of which it has sent the signature. */
    void ask(Channel channel, long chunk, long now) {
        looks.keySet().removeIf(Channel::closed);
        Look last = looks.get(channel);
        if ((last != null && now < last.until()) || channel.requestRoom(now) <= 0) {
            return;
        }
        looks.put(channel, new Look(chunk, now + PAUSE));
        if (!channel.ledger().expects(chunk)) {
            swarm.requests().request(channel, chunk >> 6, 1L << (chunk & 63), now);
        }
    }

    /** Whether this chunk is looked at. */
    boolean at(long chunk) {
        return looks.values().stream().anyMatch(look -> look.chunk() == chunk);
    }
}
