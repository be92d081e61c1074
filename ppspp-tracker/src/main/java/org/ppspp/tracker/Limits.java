package org.ppspp.tracker;

import java.util.concurrent.TimeUnit;

/**
 * How much a tracker remembers and says.
 *
 * @param peers most registrations in all swarms together
 * @param swarms most swarms
 * @param repliedPeers most endpoints in an answer to {@code get_peers}
 * @param graceNanos how long the registrations of a closed connection stay
 * @param trustEndpoints whether every client may register any address, not only its own
 */
record Limits(int peers, int swarms, int repliedPeers, long graceNanos, boolean trustEndpoints) {
    /** Most registrations of one connection. */
    static final int REGISTRATIONS_PER_CONNECTION = 16;

    /** Most registrations of one IPv4 address or IPv6 /64 in one swarm; local networks are exempt. */
    static final int REGISTRATIONS_PER_SITE_AND_SWARM = 32;

    /** Most registrations of one IPv4 address or IPv6 /64; local networks are exempt. */
    static final int REGISTRATIONS_PER_SITE = 1_000;

    /** Ports below belong to services that must not be bombarded with handshakes. */
    static final int FIRST_PORT = 1_024;

    /** Most members told of one join or leave. */
    static final int PUSH_RECIPIENTS = 50;

    /** Most joins and leaves waiting in a swarm for the next second; further ones are not pushed. */
    static final int WAITING_PUSHES = 2_500;

    /** Most messages a swarm's waiting joins and leaves cause in a second. */
    static final int PUSHES_PER_FLUSH = 2_500;

    /** Time between two rounds of pushes to a swarm. */
    static final long PUSH_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Questions for peers a connection may ask at once; one a second is added. */
    static final int QUESTION_BURST = 5;

    static final long QUESTION_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Most characters of all swarm IDs together, so that long IDs cannot fill the memory. */
    static final long SWARM_ID_CHARS = 32L << 20;

    static final int DEFAULT_PEERS = 1_000_000;
    static final int DEFAULT_SWARMS = 100_000;
    static final int DEFAULT_REPLIED_PEERS = 50;

    /** Most endpoints an answer may be asked to hold, so that it fits in a frame of 1 MiB. */
    static final int MAX_REPLIED_PEERS = 10_000;

    static final long DEFAULT_GRACE_NANOS = TimeUnit.SECONDS.toNanos(30);

    Limits {
        if (peers < 1 || swarms < 1 || repliedPeers < 1 || repliedPeers > MAX_REPLIED_PEERS || graceNanos < 0) {
            throw new IllegalArgumentException(
                    "peers " + peers + ", swarms " + swarms + ", reply " + repliedPeers + ", grace " + graceNanos);
        }
    }

    static Limits defaults() {
        return new Limits(DEFAULT_PEERS, DEFAULT_SWARMS, DEFAULT_REPLIED_PEERS, DEFAULT_GRACE_NANOS, false);
    }

    Limits withCapacity(int mostPeers, int mostSwarms) {
        return new Limits(mostPeers, mostSwarms, repliedPeers, graceNanos, trustEndpoints);
    }

    Limits withTrustedEndpoints() {
        return new Limits(peers, swarms, repliedPeers, graceNanos, true);
    }
}
