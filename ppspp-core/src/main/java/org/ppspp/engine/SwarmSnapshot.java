package org.ppspp.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.TransportAddress;

/**
 * How one swarm stands at one moment. Progress lines, reports and metrics are functions of this record.
 *
 * @param contentLengthBytes the proven length, or -1 while it is unknown
 * @param chunkCount the proven number of chunks, or -1
 * @param verifiedChunks chunks verified and stored
 * @param verifiedBytes their bytes
 * @param unprovenBytes what came without hashes and waits, stored, until all of the content can be verified; about
 * @param receivedBytes DATA payload received since the swarm was joined, useful or not
 * @param sentBytes DATA payload sent
 * @param wireReceivedBytes all datagram or frame bytes received on this swarm's channels
 * @param wireSentBytes all datagram or frame bytes sent on them
 * @param duplicateChunks chunks received that were already there
 * @param refusedChunks chunks that failed verification
 * @param storageFailing whether writing fails at the moment
 * @param knownAddresses addresses in the peer book
 * @param channels one entry for each established channel
 * @param live how the live stream stands; null for static content
 */
public record SwarmSnapshot(
        SwarmId swarm,
        long contentLengthBytes,
        long chunkCount,
        long verifiedChunks,
        long verifiedBytes,
        long unprovenBytes,
        long receivedBytes,
        long sentBytes,
        long wireReceivedBytes,
        long wireSentBytes,
        long duplicateChunks,
        long refusedChunks,
        boolean storageFailing,
        int knownAddresses,
        List<ChannelSnapshot> channels,
        @Nullable LiveSnapshot live) {

    static SwarmSnapshot of(Swarm swarm) {
        List<ChannelSnapshot> peers = new ArrayList<>();
        for (Channel channel : swarm.channels()) {
            if (channel.established()) {
                peers.add(ChannelSnapshot.of(channel));
            }
        }
        SwarmMetadata metadata = swarm.metadata();
        SwarmCounters counters = swarm.counters();
        return new SwarmSnapshot(
                metadata.swarmId(),
                swarm.content().lengthBytes(),
                swarm.content().chunkCount(),
                swarm.have().cardinality(),
                swarm.content().storedBytes(),
                swarm.quarantine().held().cardinality() * metadata.chunkSizeBytes(),
                counters.receivedBytes,
                counters.sentBytes,
                counters.wireReceivedBytes,
                counters.wireSentBytes,
                counters.duplicateChunks,
                counters.refusedChunks,
                swarm.disk().failing(),
                swarm.book().size(),
                List.copyOf(peers),
                swarm.content().live());
    }

    /** What need not be fetched any more, as far as we know. */
    public long presentBytes() {
        return verifiedBytes + unprovenBytes;
    }

    /** Whether all of the content is here. */
    public boolean complete() {
        return chunkCount >= 0 && verifiedChunks == chunkCount;
    }

    /**
     * One peer.
     *
     * @param dialect how it speaks: rfc7574, libswift or pyppspp
     * @param complete whether it has announced all of the content
     * @param rttMicros smoothed round-trip time, or -1 before the first sample
     * @param windowBytes congestion window
     * @param inFlightBytes DATA bytes sent and neither acknowledged nor lost
     * @param requestedChunks chunks we asked of it and wait for
     * @param lostDatagrams DATA datagrams declared lost on the way to it
     */
    public record ChannelSnapshot(
            TransportAddress address,
            String dialect,
            boolean complete,
            long receivedBytes,
            long sentBytes,
            long rttMicros,
            long windowBytes,
            long inFlightBytes,
            int requestedChunks,
            long lostDatagrams) {

        static ChannelSnapshot of(Channel channel) {
            return new ChannelSnapshot(
                    channel.address(),
                    channel.dialect().name().toLowerCase(Locale.ROOT),
                    channel.peerComplete(),
                    channel.traffic().receivedBytes(),
                    channel.traffic().sentBytes(),
                    rttMicros(channel),
                    channel.congestion().windowBytes(),
                    channel.congestion().inFlightBytes(),
                    channel.ledger().outstanding(),
                    channel.congestion().lostDatagrams());
        }

        private static long rttMicros(Channel channel) {
            long measured = channel.congestion().rttNanos();
            long nanos = measured >= 0 ? measured : channel.asking().smoothedRtt();
            return nanos < 0 ? -1 : nanos / 1_000;
        }
    }
}
