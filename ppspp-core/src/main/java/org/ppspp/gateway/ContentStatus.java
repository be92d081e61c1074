package org.ppspp.gateway;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ppspp.Coverage;
import org.ppspp.LiveStatus;

/**
 * How one content stands at one moment, for whoever looks at the page. Numbers that are not known are -1.
 *
 * @param swarm the swarm's ID
 * @param state one word
 * @param verifiedBytes bytes verified and stored
 * @param unprovenBytes bytes stored that cannot be verified yet
 * @param verifiedChunks chunks verified
 * @param refusedChunks chunks that failed verification
 * @param duplicateChunks chunks received that were already there
 * @param downBytesPerSecond of verified content
 * @param upBytesPerSecond of content
 * @param receivedBytes of content, useful or not
 * @param sentBytes of content
 * @param etaSeconds until all is there
 * @param live how a live stream stands, or null
 * @param knownPeers addresses, connected or not
 * @param coverage how much of each part is here
 * @param peers those that are connected
 * @param consumer figures of a player of PyPPSPP's frames, under its names; none where there is no such player
 */
public record ContentStatus(
        String swarm,
        String state,
        long verifiedBytes,
        long unprovenBytes,
        long verifiedChunks,
        long refusedChunks,
        long duplicateChunks,
        double downBytesPerSecond,
        double upBytesPerSecond,
        long receivedBytes,
        long sentBytes,
        long etaSeconds,
        @Nullable LiveStatus live,
        int knownPeers,
        Coverage coverage,
        List<PeerStatus> peers,
        Map<String, Number> consumer) {
    /** As many cells as are worth drawing. */
    public static final int MAX_CELLS = 2_000;

    /**
     * One peer.
     *
     * @param dialect how it speaks, one word
     * @param complete whether it has all of the content
     * @param rttMillis round-trip time
     * @param outstandingChunks asked of it and not here yet
     * @param lostDatagrams on the way to it
     */
    public record PeerStatus(
            String address,
            String dialect,
            boolean complete,
            long receivedBytes,
            long sentBytes,
            double rttMillis,
            int outstandingChunks,
            long lostDatagrams) {}

    public ContentStatus {
        peers = List.copyOf(peers);
    }

    /** The same with a player's figures. */
    public ContentStatus withConsumer(Map<String, Number> figures) {
        return new ContentStatus(
                swarm,
                state,
                verifiedBytes,
                unprovenBytes,
                verifiedChunks,
                refusedChunks,
                duplicateChunks,
                downBytesPerSecond,
                upBytesPerSecond,
                receivedBytes,
                sentBytes,
                etaSeconds,
                live,
                knownPeers,
                coverage,
                peers,
                figures);
    }
}
