package org.ppspp;

import org.jspecify.annotations.Nullable;
import org.ppspp.engine.SwarmSnapshot;

/**
 * How one transfer stands at one moment. Progress displays and reports are functions of this record.
 *
 * @param state what it is busy with
 * @param swarm the engine's view: bytes, chunks, peers
 * @param checkedBytes while {@link TransferState#CHECKING}, how much of the file has been read; 0 otherwise
 * @param checkBytes while checking, how much there is to read
 * @param downBytesPerSecond verified bytes a second, of the last seconds
 * @param upBytesPerSecond DATA payload sent a second, of the last seconds
 * @param live how a live stream stands, or null
 */
public record TransferSnapshot(
        TransferState state,
        SwarmSnapshot swarm,
        long checkedBytes,
        long checkBytes,
        double downBytesPerSecond,
        double upBytesPerSecond,
        @Nullable LiveStatus live) {

    /** Of a file. */
    public TransferSnapshot(
            TransferState state,
            SwarmSnapshot swarm,
            long checkedBytes,
            long checkBytes,
            double downBytesPerSecond,
            double upBytesPerSecond) {
        this(state, swarm, checkedBytes, checkBytes, downBytesPerSecond, upBytesPerSecond, null);
    }

    /** Peers with a completed handshake. */
    public int peers() {
        return swarm.channels().size();
    }

    /** Those of them that have everything. */
    public int seeds() {
        int seeds = 0;
        for (SwarmSnapshot.ChannelSnapshot channel : swarm.channels()) {
            if (channel.complete()) {
                seeds++;
            }
        }
        return seeds;
    }

    /** Bytes still to fetch, or -1 while the content length is unknown. */
    public long missingBytes() {
        return swarm.contentLengthBytes() < 0 ? -1 : Math.max(0, swarm.contentLengthBytes() - swarm.presentBytes());
    }

    /** Seconds until complete at the present rate, or -1 where that cannot be told. */
    public long etaSeconds() {
        long missing = missingBytes();
        if (missing < 0 || (missing > 0 && downBytesPerSecond < 1)) {
            return -1;
        }
        return missing == 0 ? 0 : (long) Math.ceil(missing / downBytesPerSecond);
    }
}
