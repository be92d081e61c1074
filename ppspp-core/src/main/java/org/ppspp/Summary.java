package org.ppspp;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.SwarmMetadata;

/**
 * What a transfer came to, from its start until now.
 *
 * @param metadata of the swarm, with the content length where it is known
 * @param file where the content is, or will be once complete; null for a live stream
 * @param complete whether all of it is there and verified, or the input of the live stream has ended
 * @param elapsed from the end of the check of what was on the disk to completion, or to now
 * @param downloadedBytes verified bytes that came from peers in this run; of a live stream all that came
 * @param uploadedBytes DATA payload sent
 * @param refusedChunks chunks that failed verification
 * @param duplicateChunks chunks that came more than once
 * @param peers peers that took part in some way
 * @param live how the live stream stood at last; null for static content, and before anything was known of the stream
 */
public record Summary(
        SwarmMetadata metadata,
        @Nullable Path file,
        boolean complete,
        Duration elapsed,
        long downloadedBytes,
        long uploadedBytes,
        long refusedChunks,
        long duplicateChunks,
        int peers,
        @Nullable LiveStatus live) {

    /** Downloaded bytes a second over the whole time. */
    public double averageBytesPerSecond() {
        double seconds = elapsed.toNanos() / 1e9;
        return seconds <= 0 ? 0 : downloadedBytes / seconds;
    }

    /**
     * How often the content was given away: uploaded bytes over the content length, or of a live stream over what came; NaN while
     * that is unknown, and for the source of a stream.
     */
    public double ratio() {
        Long length = metadata.contentLengthBytes();
        long whole = length == null ? downloadedBytes : length;
        return whole == 0 ? Double.NaN : (double) uploadedBytes / whole;
    }
}
