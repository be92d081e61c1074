package org.ppspp.engine;

/**
 * Notices that the user must give the content length: it is not known, and of the peers that are there nobody sends the hashes
 * that prove one.
 */
final class LengthWanted {
    private static final long PATIENCE = 10 * Limits.SECOND;
    private static final long NEVER = Long.MAX_VALUE;

    private final Swarm swarm;
    private final Engine engine;
    private long since = NEVER;
    private boolean reported;

    LengthWanted(Swarm swarm, Engine engine) {
        this.swarm = swarm;
        this.engine = engine;
    }

    /** Looks at who is there; to be called when that has changed, and at {@link #nextWake}. */
    void look(long now) {
        since = stuck() ? Math.min(since, now) : NEVER;
        if (nextWake() <= now) {
            reported = true;
            engine.event(new EngineEvent.LengthNeeded(swarm.metadata().swarmId()));
        }
    }

    private boolean stuck() {
        if (reported || swarm.content().sized()) {
            return false;
        }
        boolean content = false;
        for (Channel channel : swarm.channels()) {
            if (channel.established() && channel.dialect().hashes()) {
                return false;
            }
            content |= channel.established() && !channel.peerHas().isEmpty();
        }
        return content;
    }

    long nextWake() {
        return since == NEVER ? NEVER : since + PATIENCE;
    }
}
