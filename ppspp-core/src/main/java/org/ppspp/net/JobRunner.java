package org.ppspp.net;

import org.ppspp.engine.StorageJob;

/** Runs storage jobs on other threads and answers each with {@link EngineLoop#completed}. */
@FunctionalInterface
public interface JobRunner {
    /** Called on the loop's thread: must not block, and must not throw. */
    void submit(StorageJob job);
}
