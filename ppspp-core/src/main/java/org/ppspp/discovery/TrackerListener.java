package org.ppspp.discovery;

import java.net.InetSocketAddress;
import java.util.List;

/** Hears what a {@link TrackerClient} finds out. Called on the client's event loop. */
public interface TrackerListener {
    /**
     * The tracker named these peers of the swarm, perhaps not for the first time, perhaps this one itself among them.
     *
     * @param addresses resolved, at most 20,000, not yet filtered for being sensible to dial
     */
    void peers(List<InetSocketAddress> addresses);

    /**
     * The tracker answered for the first time since it was connected to, or an attempt to reach it failed. While it cannot
     * be reached, every failed attempt is told.
     *
     * @param reason one line without a full stop: which tracker, and what happened
     */
    void reachable(boolean reachable, String reason);
}
