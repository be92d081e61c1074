package org.ppspp.engine;

/** Whether the content of one swarm cannot be written at the moment, and when that is tried again. */
final class DiskTrouble {
    private final Swarm swarm;
    private final Engine engine;
    private boolean failing;
    private long retryAt = Long.MAX_VALUE;

    DiskTrouble(Swarm swarm, Engine engine) {
        this.swarm = swarm;
        this.engine = engine;
    }

    boolean failing() {
        return failing;
    }

    /** Whether requests wait until writing is tried again. */
    boolean paused() {
        return failing && retryAt != Long.MAX_VALUE;
    }

    void failed(StorageResult.Failed failed, long now) {
        if (!failing) {
            failing = true;
            engine.event(new EngineEvent.StorageFailing(swarm.metadata().swarmId(), failed.cause(), failed.message()));
        }
        retryAt = now + Limits.STORAGE_RETRY;
    }

    /** What was on its way when the disk got full may still have fitted: only a try after the pause tells. */
    void written() {
        if (failing && (!paused() || swarm.content().complete())) {
            failing = false;
            retryAt = Long.MAX_VALUE;
            engine.event(new EngineEvent.StorageRecovered(swarm.metadata().swarmId()));
        }
    }

    void timeout(long now) {
        if (retryAt <= now) {
            retryAt = Long.MAX_VALUE;
            swarm.scheduleSoon();
        }
    }

    long nextWake() {
        return retryAt;
    }
}
