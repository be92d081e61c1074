package org.ppspp;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.ExchangeConfig;
import org.ppspp.engine.LiveConfig;
import org.ppspp.engine.LiveSnapshot;
import org.ppspp.engine.SwarmConfig;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.LivePublicKey;
import org.ppspp.media.TsPackets;
import org.ppspp.net.EngineLoop;
import org.ppspp.storage.LocalContentException;
import org.ppspp.storage.Progress;
import org.ppspp.storage.RingStore;
import org.ppspp.wire.NtpTime;

/** A live stream on its way here and to others, or from here: the newest part of it is kept for others, and read. */
final class StreamContent implements TransferContent {
    /** Of the memory there is, what a stream with a large discard window may take. */
    private static final int MEMORY_SHARE = 4;

    private static final double SECOND_MICROS = 1e6;

    private final PeerParts parts;
    private final LiveRequest request;
    private final SwarmMetadata metadata;
    private final Consumer<EngineLoop.Action> loop;
    private final RingStore ring;
    private final LivePlayback playback;

    /** Not opened at the source. */
    private final SeenStream seen;

    /** What the source does beside; null at a viewer. */
    private final @Nullable LiveBroadcast broadcast;

    /** {@code loop} does what is to be done with the engine; {@code ended} hears of the end of the input: null, or a failure. */
    StreamContent(
            PeerParts parts,
            LiveRequest request,
            Consumer<EngineLoop.Action> loop,
            Consumer<@Nullable LocalContentException> ended) {
        this.parts = parts;
        this.request = request;
        this.loop = loop;
        this.ring = new RingStore(request.metadata(), Runtime.getRuntime().maxMemory() / MEMORY_SHARE);
        // It keeps what it has room for, and says so (RFC 7574 §6.2).
        this.metadata = request.metadata().withDiscardWindow(ring.windowChunks());
        this.playback = new LivePlayback(ring, request);
        this.seen = new SeenStream(parts, metadata.swarmId());
        LiveSource source = request.source();
        this.broadcast = source == null ? null : new LiveBroadcast(parts, source, loop, ended);
    }

    @Override
    public String place() {
        return "live stream";
    }

    /** What players guess from: chunks of whole packets are those of a transport stream. */
    @Override
    public String name() {
        return metadata.chunkSizeBytes() % TsPackets.PACKET_BYTES == 0 ? "live.ts" : "live";
    }

    @Override
    public boolean live() {
        return true;
    }

    @Override
    public long lengthBytes() {
        return UNKNOWN_LENGTH;
    }

    @Override
    public ContentReader reader(long position) {
        return playback.reader();
    }

    @Override
    public int buffered(long position, int maxBytes) {
        return playback.buffered(position, maxBytes);
    }

    @Override
    public Coverage coverage(int maxCells) {
        return playback.coverage(maxCells);
    }

    @Override
    public Found open(Progress checking) throws LocalContentException {
        boolean signed = metadata.integrityMethod() != IntegrityMethod.NONE;
        LiveConfig config = signed
                ? LiveConfig.viewer(LivePublicKey.parse(metadata.swarmId().toBytes()))
                : LiveConfig.unprotected();
        List<String> notices = new ArrayList<>();
        if (!signed) {
            notices.add("nothing protects this stream: anybody in the swarm can put anything into it");
        } else if (!parts.liveForm().coversPlace()) {
            notices.add("libswift signs neither times nor places: any peer can show old parts of this stream as new");
        }
        if (broadcast != null) {
            notices.addAll(broadcast.open(ring));
            config = config.asSource();
        } else {
            long before = seen.open(signed ? request.memory() : null, ntpNow());
            notices.addAll(seen.notices());
            config = config.withDelay(request.delay().toNanos()).withNotBefore(before);
        }
        parts.workers().register(metadata.swarmId(), ring);
        return new Found(metadata, SwarmConfig.live(metadata, config, ExchangeConfig.OFF), 0, false, notices);
    }

    @Override
    public void joined() {
        playback.start(parts, metadata, loop);
        seen.start();
        if (broadcast != null) {
            broadcast.start();
        }
    }

    @Override
    public void on(EngineEvent event) {
        if (event instanceof EngineEvent.StreamRestarted restarted) {
            playback.restart(restarted.beginning());
        }
    }

    @Override
    public void publish() {
        throw new IllegalStateException("nothing of a stream is published");
    }

    @Override
    public @Nullable LiveStatus live(SwarmSnapshot snapshot) {
        LiveSnapshot live = snapshot.live();
        if (live == null) {
            return null;
        }
        seen.seen(live);
        boolean known = live.latestTime() != NtpTime.UNKNOWN;
        double age = known ? NtpTime.microsBetween(live.latestTime(), ntpNow()) / SECOND_MICROS : 0;
        return playback.status(live, Math.max(0, age));
    }

    /** The time of this machine's clock, 64-bit NTP time. */
    static long ntpNow() {
        return NtpTime.ofUnixMicros(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
    }

    @Override
    public void stop() {
        playback.close();
        if (broadcast != null) {
            broadcast.stop();
        }
    }

    /** Waits for the last jobs, and takes no more. */
    @Override
    public void close() throws LocalContentException {
        seen.close();
        if (broadcast != null) {
            broadcast.close();
        }
        try {
            parts.workers().awaitIdle(metadata.swarmId());
            parts.workers().unregister(metadata.swarmId());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalContentException("interrupted while leaving swarm " + metadata.swarmId(), e);
        }
    }
}
