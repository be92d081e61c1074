package org.ppspp;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ContentLayout;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.wire.TransportAddress;

/** Keeps account of one transfer: what it is busy with, how fast, and what it came to. Time is in nanoseconds. */
final class Account {
    /** Peers told apart in the count of those that took part. */
    private static final int MAX_PEERS = 10_000;

    private final @Nullable Path file;
    private final boolean source;
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
    private @Nullable LiveStatus live;
    private boolean joined;
    private boolean ended;
    private boolean published;
    private boolean stopped;

    private Account(SwarmMetadata metadata, @Nullable Path file, boolean source) {
        this.metadata = metadata;
        this.file = file;
        this.source = source;
        this.swarm = before(metadata, 0);
    }

    static Account of(SwarmRequest request) {
        if (request instanceof TransferRequest file) {
            return new Account(file.metadata(), file.target(), false);
        }
        return new Account(request.metadata(), null, request instanceof LiveRequest live && live.source() != null);
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
                List.of(),
                null);
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

    /** {@code status} is that of a live stream, or null. */
    void observe(long now, SwarmSnapshot snapshot, @Nullable LiveStatus status) {
        swarm = snapshot;
        live = status;
        // What is here of a stream changes for other reasons, too.
        down.add(now, status == null ? snapshot.presentBytes() : snapshot.receivedBytes());
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
        return new TransferSnapshot(state(), swarm, checkedBytes, checkBytes, down.perSecond(), up.perSecond(), live);
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
        if (source || (live != null && live.begun())) {
            return TransferState.STREAMING;
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
                live != null ? swarm.receivedBytes() : Math.max(0, swarm.verifiedBytes() - bytesAtJoin),
                swarm.sentBytes(),
                swarm.refusedChunks(),
                swarm.duplicateChunks(),
                peers.size(),
                live);
    }
}
