package org.ppspp;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.ppspp.chunk.ContentLayout;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.wire.TransportAddress;

/** Keeps account of one transfer: what it is busy with, how fast, and what it came to. Time is in nanoseconds. */
final class Account {
    /** Peers told apart in the count of those that took part. */
    private static final int MAX_PEERS = 10_000;

    private final Path file;
    private final RateMeter down = new RateMeter();
    private final RateMeter up = new RateMeter();
    private final Set<TransportAddress> peers = new HashSet<>();

    private SwarmMetadata metadata;
    private SwarmSnapshot swarm;
    private long checkedBytes;
    private long checkBytes;
    private long joinedAt;
    private long endedAt;
    private long bytesAtJoin;
    private boolean joined;
    private boolean ended;
    private boolean published;
    private boolean stopped;

    Account(SwarmMetadata metadata, Path file) {
        this.metadata = metadata;
        this.file = file;
        this.swarm = before(metadata, 0);
    }

    /** How the swarm stands until the engine says so. */
    private static SwarmSnapshot before(SwarmMetadata metadata, long storedBytes) {
        Long length = metadata.contentLengthBytes();
        long chunks = length == null ? -1 : new ContentLayout(metadata.chunkSizeBytes(), length).chunkCount();
        long stored = (storedBytes + metadata.chunkSizeBytes() - 1) / metadata.chunkSizeBytes();
        return new SwarmSnapshot(
                metadata.swarmId(),
                length == null ? -1 : length,
                chunks,
                stored,
                storedBytes,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                false,
                0,
                List.of());
    }

    void checked(long doneBytes, long totalBytes) {
        checkedBytes = doneBytes;
        checkBytes = totalBytes;
    }

    /** What was on the disk is known now. */
    void joined(long now, SwarmMetadata found, long storedBytes) {
        joined = true;
        joinedAt = now;
        metadata = found;
        bytesAtJoin = storedBytes;
        swarm = before(found, storedBytes);
        checkedBytes = 0;
        checkBytes = 0;
        down.add(now, storedBytes);
        up.add(now, 0);
    }

    void observe(long now, SwarmSnapshot snapshot) {
        swarm = snapshot;
        down.add(now, snapshot.presentBytes());
        up.add(now, snapshot.sentBytes());
        for (SwarmSnapshot.ChannelSnapshot channel : snapshot.channels()) {
            if (channel.receivedBytes() > 0 || channel.sentBytes() > 0) {
                tookPart(channel.address());
            }
        }
    }

    private void tookPart(TransportAddress peer) {
        if (peers.size() < MAX_PEERS) {
            peers.add(peer);
        }
    }

    void lengthKnown(long lengthBytes) {
        if (metadata.contentLengthBytes() == null) {
            metadata = metadata.withContentLength(lengthBytes);
        }
    }

    /** The content is complete and has its name. */
    void published(long now) {
        published = true;
        end(now);
    }

    void stopped(long now) {
        stopped = true;
        end(now);
    }

    private void end(long now) {
        if (!ended) {
            ended = true;
            endedAt = now;
        }
    }

    boolean isPublished() {
        return published;
    }

    SwarmMetadata metadata() {
        return metadata;
    }

    TransferSnapshot snapshot() {
        return new TransferSnapshot(state(), swarm, checkedBytes, checkBytes, down.perSecond(), up.perSecond());
    }

    private TransferState state() {
        if (stopped) {
            return TransferState.STOPPED;
        }
        if (!joined) {
            return TransferState.CHECKING;
        }
        if (published) {
            return TransferState.SEEDING;
        }
        if (swarm.storageFailing()) {
            return TransferState.PAUSED_DISK;
        }
        return swarm.channels().isEmpty() ? TransferState.CONNECTING : TransferState.DOWNLOADING;
    }

    Summary summary(long now) {
        long elapsed = joined ? (ended ? endedAt : now) - joinedAt : 0;
        return new Summary(
                metadata,
                file,
                published,
                Duration.ofNanos(elapsed),
                Math.max(0, swarm.verifiedBytes() - bytesAtJoin),
                swarm.sentBytes(),
                swarm.refusedChunks(),
                swarm.duplicateChunks(),
                peers.size());
    }
}
