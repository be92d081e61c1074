package org.ppspp;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import org.ppspp.discovery.HostLookup;
import org.ppspp.net.EngineLoop;
import org.ppspp.storage.StorageWorkers;
import org.ppspp.wire.LiveForm;

/**
 * What the transfers of one peer share.
 *
 * @param loop drives the engine
 * @param workers do its storage jobs
 * @param thread the one thread that owns all transfers' state and calls their listeners
 * @param blocking for what takes long: name lookup, publishing, leaving
 * @param lookup host names
 * @param liveForm what signatures of live streams look like
 * @param ownAddresses tells this peer apart from others in what a tracker says
 */
record PeerParts(
        EngineLoop loop,
        StorageWorkers workers,
        ScheduledExecutorService thread,
        ExecutorService blocking,
        HostLookup lookup,
        LiveForm liveForm,
        OwnAddresses ownAddresses) {}
