package org.ppspp;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.LiveSnapshot;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.media.TsPackets;
import org.ppspp.net.EngineLoop;
import org.ppspp.storage.LocalContentException;
import org.ppspp.storage.RingStore;
import org.ppspp.wire.NtpTime;

/** The part of a live stream that is here, at its source as at its viewers: kept for others, and read. */
final class LiveWindow {
    /** Of the memory there is, what a stream with a large discard window may take. */
    private static final int MEMORY_SHARE = 4;

    private static final double SECOND_MICROS = 1e6;

    private final PeerParts parts;
    private final SwarmMetadata metadata;
    private final Consumer<EngineLoop.Action> loop;
    private final RingStore ring;
    private final LivePlayback playback;

    LiveWindow(PeerParts parts, LiveRequest request, Consumer<EngineLoop.Action> loop) {
        this.parts = parts;
        this.metadata = request.metadata();
        this.loop = loop;
        this.ring = new RingStore(metadata, Runtime.getRuntime().maxMemory() / MEMORY_SHARE);
        this.playback = new LivePlayback(ring, request);
    }

    /** The swarm as this peer takes part in it: it keeps what it has room for, and says so (RFC 7574 §6.2). */
    SwarmMetadata metadata() {
        return metadata.withDiscardWindow(ring.windowChunks());
    }

    /** What players guess from: chunks of whole packets are those of a transport stream. */
    String name() {
        return metadata.chunkSizeBytes() % TsPackets.PACKET_BYTES == 0 ? "live.ts" : "live";
    }

    RingStore ring() {
        return ring;
    }

    LivePlayback playback() {
        return playback;
    }

    /** Takes storage jobs from now on. */
    void open() {
        parts.workers().register(metadata.swarmId(), ring);
    }

    void joined() {
        playback.start(parts, metadata, loop);
    }

    void on(EngineEvent event) {
        if (event instanceof EngineEvent.StreamRestarted) {
            playback.restart();
        }
    }

    @Nullable
    LiveStatus status(SwarmSnapshot snapshot) {
        LiveSnapshot live = snapshot.live();
        if (live == null) {
            return null;
        }
        boolean known = live.latestTime() != NtpTime.UNKNOWN;
        double age = known ? NtpTime.microsBetween(live.latestTime(), ntpNow()) / SECOND_MICROS : 0;
        return playback.status(live, Math.max(0, age));
    }

    /** What the user should know of such a stream. */
    List<String> notices() {
        return metadata.integrityMethod() == IntegrityMethod.NONE
                ? List.of("nothing protects this stream: anybody in the swarm can put anything into it")
                : List.of();
    }

    /** The time of this machine's clock, 64-bit NTP time. */
    static long ntpNow() {
        return NtpTime.ofUnixMicros(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
    }

    /** Waits for the last jobs, and takes no more. */
    void close() throws LocalContentException {
        try {
            parts.workers().awaitIdle(metadata.swarmId());
            parts.workers().unregister(metadata.swarmId());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalContentException("interrupted while leaving swarm " + metadata.swarmId(), e);
        }
    }
}
