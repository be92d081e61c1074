package org.ppspp;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.LiveSnapshot;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.media.AccessPoint;
import org.ppspp.media.TsAccessPoints;
import org.ppspp.media.TsPackets;
import org.ppspp.net.EngineLoop;
import org.ppspp.storage.RingStore;

/**
 * Everybody who reads one live stream here. The engine stays so far behind the edge of the stream as the user wants, and no
 * longer asks for what lies behind that place, the playhead: so whoever waits for a chunk behind it goes on without. Its methods
 * may be called from any thread.
 */
final class LivePlayback implements AutoCloseable {
    private static final long POLL_MILLIS = 250;

    /** Pictures that need none before them come more often than this, as a rule; longer nobody waits for one. */
    private static final double ACCESS_SECONDS = 10;

    /** A reader that misses more than this begins anew, near the playhead. */
    private static final double GAP_SECONDS = 1;

    /** What is worth drawing: a while before what is played, and all behind it. */
    private static final double SHOWN_SECONDS = 30;

    /** The same of a stream whose rate is not known. */
    private static final long SHOWN_CHUNKS = 2_000;

    private static final byte[] NOTHING = {};
    private static final int SCAN_BYTES = 64 << 10;
    private static final double SECOND_NANOS = 1e9;

    private final RingStore ring;
    private final int chunkSizeBytes;
    private final long delayNanos;
    private final boolean source;
    private final boolean signed;
    private final List<LiveReader> readers = new CopyOnWriteArrayList<>();
    private volatile boolean closed;
    private @Nullable Future<?> polling;

    // From here on guarded by this.
    private TsAccessPoints points = new TsAccessPoints();
    private long firstScanned = -1;
    private long scanned;
    private long playhead = -1;
    /** Since when the playhead is known. */
    private long tunedInAt;

    /** Whether the delay that the user wants is over: then as much is there to play as there ever will be. */
    private boolean begun;

    private long edge = -1;
    private double chunksPerSecond;
    private long lostChunks;
    private long origin;
    private int restarts;

    LivePlayback(RingStore ring, LiveRequest request) {
        this.ring = ring;
        this.chunkSizeBytes = request.metadata().chunkSizeBytes();
        this.delayNanos = request.delay().toNanos();
        this.source = request.source() != null;
        this.signed = request.metadata().integrityMethod() != IntegrityMethod.NONE;
        ring.onStored(this::stored);
    }

    /** Looks every now and then how far the engine has got; {@code loop} asks it. */
    void start(PeerParts parts, SwarmMetadata metadata, Consumer<EngineLoop.Action> loop) {
        polling = parts.thread()
                .scheduleWithFixedDelay(
                        () -> loop.accept((engine, now) -> {
                            SwarmSnapshot snapshot = engine.snapshot(metadata.swarmId());
                            LiveSnapshot live = snapshot == null ? null : snapshot.live();
                            if (live != null) {
                                parts.thread().execute(() -> moved(live));
                            }
                        }),
                        POLL_MILLIS,
                        POLL_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    ContentReader reader() {
        LiveReader reader = new LiveReader(this, ring);
        readers.add(reader);
        if (closed) {
            reader.close();
        }
        return reader;
    }

    void forget(LiveReader reader) {
        readers.remove(reader);
    }

    int buffered(long position, int maxBytes) {
        long end = ring.nextMissing(position / chunkSizeBytes) * chunkSizeBytes;
        return (int) Math.max(0, Math.min(end - position, maxBytes));
    }

    private void moved(LiveSnapshot live) {
        synchronized (this) {
            chunksPerSecond = live.chunksPerSecond();
            edge = live.edge();
            long clock = edge + 1 - chunks(delayNanos / SECOND_NANOS);
            tunedInAt = playhead < 0 ? System.nanoTime() : tunedInAt;
            if (!source) {
                playhead = live.position();
            } else if (edge >= 0) {
                playhead = Math.max(0, clock);
            }
            boolean caughtUp = chunksPerSecond > 0 && clock >= playhead;
            begun |= playhead >= 0 && (caughtUp || System.nanoTime() - tunedInAt >= delayNanos);
        }
        stored();
    }

    private long chunks(double seconds) {
        return (long) (chunksPerSecond * seconds);
    }

    /** More is stored, or the playhead has moved. */
    private void stored() {
        scan();
        for (LiveReader reader : readers) {
            reader.advance();
        }
    }

    /** Looks for places where decoding can begin, in what has come without a gap. */
    private synchronized void scan() {
        if (playhead < 0) {
            return;
        }
        if (firstScanned < 0) {
            firstScanned = playhead;
            scanned = playhead;
        }
        while (true) {
            byte[] bytes = ring.read(scanned * chunkSizeBytes, Math.max(SCAN_BYTES, chunkSizeBytes));
            int whole = bytes.length / chunkSizeBytes;
            if (whole > 0) {
                points.accept(scanned * chunkSizeBytes, bytes, 0, whole * chunkSizeBytes);
                scanned += whole;
                continue;
            }
            long next = ring.nextStored(scanned);
            if (scanned >= playhead || next < 0) {
                return;
            }
            long further = Math.min(next, playhead);
            if (scanned == firstScanned) {
                // What passed before anything came was never to be played.
                firstScanned = further;
            } else {
                lostChunks += further - scanned;
            }
            scanned = further;
        }
    }

    /** Where a reader begins: at the playhead, or where decoding can begin near it; null while there is no such place yet. */
    synchronized @Nullable AccessPoint beginning() {
        if (firstScanned < 0 || !begun) {
            return null;
        }
        if (chunkSizeBytes % TsPackets.PACKET_BYTES == 0) {
            long furthestBack = Math.max(0, playhead - chunks(ACCESS_SECONDS));
            AccessPoint before = points.latestUpTo(playhead * chunkSizeBytes);
            if (before != null
                    && before.position() >= furthestBack * chunkSizeBytes
                    && ring.nextMissing(before.position() / chunkSizeBytes) > playhead) {
                return before;
            }
            AccessPoint behind = points.firstFrom(playhead * chunkSizeBytes);
            boolean patient = chunksPerSecond == 0 || scanned - firstScanned < chunks(ACCESS_SECONDS);
            if (behind != null || patient) {
                return behind != null && buffered(behind.position(), 1) > 0 ? behind : null;
            }
        }
        long first = ring.nextStored(playhead);
        return first < 0 ? null : new AccessPoint(first * chunkSizeBytes, NOTHING, -1);
    }

    /** Whether what is at {@code position} is missing and not coming any more. */
    synchronized boolean passed(long position) {
        long chunk = position / chunkSizeBytes;
        return chunk < playhead && ring.nextMissing(chunk) == chunk && ring.nextStored(chunk) >= 0;
    }

    /** Where to go on when what is at {@code position} is not coming any more, or -1 to begin anew. */
    synchronized long after(long position) {
        long chunk = position / chunkSizeBytes;
        long next = ring.nextStored(chunk);
        long most = Math.max(Long.SIZE, chunks(GAP_SECONDS));
        return next < 0 || next - chunk > most ? -1 : next * chunkSizeBytes;
    }

    /** What is to be added to places in the stream so that they grow even when it begins anew. */
    synchronized long origin() {
        return origin;
    }

    /** How often it has begun anew. */
    synchronized int restarts() {
        return restarts;
    }

    /** The stream begins anew, with chunk numbers of before; it has done so {@code beginning} times. */
    void restart(int beginning) {
        synchronized (this) {
            origin += Math.max(scanned, Math.max(0, playhead)) * chunkSizeBytes;
            restarts = beginning;
            ring.startOver(beginning);
            points = new TsAccessPoints();
            firstScanned = -1;
            scanned = 0;
            playhead = -1;
            edge = -1;
            begun = false;
        }
    }

    /** What is here of the newest part of the stream, in at most {@code maxCells} cells. */
    synchronized Coverage coverage(int maxCells) {
        if (playhead < 0) {
            return Coverage.NONE;
        }
        boolean timed = chunksPerSecond > 0;
        long shown = timed ? chunks(SHOWN_SECONDS) : SHOWN_CHUNKS;
        // A cell has the same chunks each time it is looked at: the picture moves, and does not flicker.
        long width = Math.max(1, (shown + maxCells - 1) / maxCells);
        long end = edge / width + 1;
        long first = Math.max(0, end - shown / width);
        int cells = (int) (end - first);
        byte[] fullness = ring.coverage(first * width, cells * width, cells);
        if (!timed) {
            // The playhead stays where it was at first.
            return new Coverage(fullness, -1, -1);
        }
        long playing = playhead / width;
        return new Coverage(
                fullness,
                playing >= first && playing < end ? (int) (playing - first) : -1,
                Math.max(0, ring.nextMissing(playhead) - playhead) * chunkSizeBytes);
    }

    /** How things stand, as of {@code live}; {@code ageSeconds} is the age of the newest signature. */
    synchronized LiveStatus status(LiveSnapshot live, double ageSeconds) {
        double rate = live.chunksPerSecond();
        boolean known = rate > 0 && playhead >= 0;
        long here = known ? ring.nextMissing(playhead) - playhead : 0;
        return new LiveStatus(
                live.edge() >= 0,
                source,
                signed,
                known ? Math.max(0, ageSeconds + (live.edge() + 1 - playhead) / rate) : 0,
                known ? here / rate : 0,
                rate * chunkSizeBytes,
                lostChunks);
    }

    /** Ends all reading. */
    @Override
    public void close() {
        closed = true;
        if (polling != null) {
            polling.cancel(false);
        }
        readers.forEach(LiveReader::close);
    }
}
