package org.ppspp.engine;

import org.jspecify.annotations.Nullable;
import org.ppspp.congestion.LedbatProfile;

/**
 * What a user may set for the whole engine; limits that protect it are in {@code Limits}.
 *
 * @param maxPeersPerSwarm channels of one swarm, at most
 * @param maxUploadBytesPerSecond all DATA sent, 0 for no limit
 * @param maxDownloadBytesPerSecond all DATA asked for, 0 for no limit
 * @param maxDatagramBytes largest UDP payload sent before the path has shown that it carries more, where chunks allow it
 * @param receiveBufferBytes what the socket buffers of a UDP path hold, to bound what we ask for at once
 * @param ledbat congestion control over UDP
 * @param dialect the only one that is spoken, or null for whichever a peer speaks
 */
public record EngineConfig(
        int maxPeersPerSwarm,
        long maxUploadBytesPerSecond,
        long maxDownloadBytesPerSecond,
        int maxDatagramBytes,
        int receiveBufferBytes,
        LedbatProfile ledbat,
        @Nullable Dialect dialect) {

    /** UDP payload that fits the smallest IPv6 packet every path carries. */
    public static final int DEFAULT_MAX_DATAGRAM_BYTES = 1232;

    /** Room for a handshake with the longest swarm ID of static content. */
    public static final int MIN_MAX_DATAGRAM_BYTES = 512;

    public EngineConfig {
        if (maxPeersPerSwarm < 1
                || maxUploadBytesPerSecond < 0
                || maxDownloadBytesPerSecond < 0
                || maxDatagramBytes < MIN_MAX_DATAGRAM_BYTES
                || receiveBufferBytes < 1) {
            throw new IllegalArgumentException("peers " + maxPeersPerSwarm + ", upload " + maxUploadBytesPerSecond
                    + ", download " + maxDownloadBytesPerSecond + ", datagram " + maxDatagramBytes + ", buffer "
                    + receiveBufferBytes);
        }
    }

    public static EngineConfig defaults() {
        return new EngineConfig(50, 0, 0, DEFAULT_MAX_DATAGRAM_BYTES, 4 << 20, LedbatProfile.DEFAULT, null);
    }
}
