package org.ppspp;

import java.net.InetSocketAddress;
import org.ppspp.engine.EngineConfig;

/**
 * How a {@link Peer} listens and how much it may use.
 *
 * @param listen address for UDP and TCP alike; port 0 lets the system choose
 * @param engine limits and rates, for all transfers together
 * @param storageThreads threads that hash, read and write, positive
 */
public record PeerConfig(InetSocketAddress listen, EngineConfig engine, int storageThreads) {
    /** The port PPSPP peers use where nobody says otherwise. */
    public static final int DEFAULT_PORT = 6778;

    public PeerConfig {
        if (storageThreads < 1) {
            throw new IllegalArgumentException("it takes at least one storage thread");
        }
    }

    /** Every address of this machine, a port the system chooses, no rate limits, a storage thread for each processor. */
    public static PeerConfig defaults() {
        return new PeerConfig(
                new InetSocketAddress(0),
                EngineConfig.defaults(),
                Runtime.getRuntime().availableProcessors());
    }

    public PeerConfig withListen(InetSocketAddress address) {
        return new PeerConfig(address, engine, storageThreads);
    }

    public PeerConfig withEngine(EngineConfig config) {
        return new PeerConfig(listen, config, storageThreads);
    }

    public PeerConfig withStorageThreads(int threads) {
        return new PeerConfig(listen, engine, threads);
    }
}
