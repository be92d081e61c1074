package org.ppspp;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.ppspp.media.AvFrame;
import org.ppspp.media.FrameAssembly;
import org.ppspp.media.FrameChunks;
import org.ppspp.media.FramePlayback;
import org.ppspp.media.FramePlayback.Frame;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the frames of PyPPSPP's streams and videos as its player does, that is, counts them, ten a second, and says so in the
 * log in its words. Content that is something else passes.
 */
public final class FrameViewer implements AutoCloseable {
    /** Only content in chunks of this size has frames. */
    public static final int CHUNK_BYTES = FrameChunks.CHUNK_BYTES;

    private static final Logger LOG = LoggerFactory.getLogger(FrameViewer.class);
    private static final long FRAME_MILLIS = 1_000 / FramePlayback.FRAMES_PER_SECOND;
    private static final int SHOWN_PER_LINE = 50;
    private static final int MISSED_PER_LINE = 10;
    private static final double SECOND_MILLIS = 1e3;

    /**
     * How to show them.
     *
     * @param bufferFrames how many must be there before the first is shown
     * @param live whether the content is a stream of PyPPSPP's kind; a file may be anything, and waits until more is wanted
     */
    public record Manner(int bufferFrames, boolean live) {}

    private enum Kind {
        UNKNOWN,
        FRAMES,
        OTHER
    }

    private final Manner manner;
    private final Runnable other;
    private final FramePlayback playback;
    private final FrameAssembly assembly = new FrameAssembly(this::assembled);
    private final ScheduledExecutorService clock;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int filled;
    private Kind kind;
    private boolean locked;
    private boolean closed;

    /** {@code other} is called where the content turns out to be something else. */
    public FrameViewer(Manner manner, Runnable other) {
        this.manner = manner;
        this.other = other;
        this.kind = manner.live() ? Kind.FRAMES : Kind.UNKNOWN;
        this.playback = new FramePlayback(manner.bufferFrames(), now());
        this.clock = Executors.newSingleThreadScheduledExecutor(action -> {
            Thread thread = new Thread(action, "ppspp-frames");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Begins to wait for frames. As in PyPPSPP, a tenth of a second passes between one and the next, and what showing takes. */
    public void start() {
        var unused = clock.scheduleWithFixedDelay(this::tick, FRAME_MILLIS, FRAME_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Takes the next bytes of the content, and waits until more are wanted.
     *
     * @param position of the first of them; what was skipped before it is missing
     */
    public synchronized void take(long position, byte[] bytes) throws InterruptedException {
        int from = 0;
        while (from < bytes.length && kind != Kind.OTHER) {
            int inside = (int) ((position + from) % chunk.length);
            int length = Math.min(chunk.length - inside, bytes.length - from);
            // A chunk of which something was skipped is of no use.
            filled = inside == filled ? filled : 0;
            if (inside == filled) {
                System.arraycopy(bytes, from, chunk, inside, length);
                filled += length;
            }
            if (filled == chunk.length) {
                filled = 0;
                accept((position + from) / chunk.length);
            }
            from += length;
        }
        while (!manner.live() && playback.bufferedFrames() > manner.bufferFrames() && !closed) {
            wait();
        }
    }

    private void accept(long number) {
        if (kind == Kind.UNKNOWN) {
            kind = FrameChunks.begins(chunk) ? Kind.FRAMES : Kind.OTHER;
            if (kind == Kind.OTHER) {
                other.run();
            }
        }
        if (kind == Kind.FRAMES) {
            if (!locked && FrameChunks.begins(chunk)) {
                locked = true;
                LOG.info("Locked content consumer on chunk id: {}", number);
            }
            assembly.accept(number, chunk.clone());
        }
    }

    private void assembled(AvFrame frame, long firstChunk, long lastChunk) {
        playback.offer(Frame.of(frame, firstChunk, lastChunk));
    }

    /** The time of the next frame has come. */
    synchronized void tick() {
        if (kind != Kind.FRAMES || playback.stopped()) {
            return;
        }
        long shown = playback.shown();
        long missed = playback.missed();
        playback.tick(now());
        Frame frame = playback.lastShown();
        if (frame != null && playback.shown() > shown && playback.shown() % SHOWN_PER_LINE == 0) {
            LOG.info(
                    "Got AV data! Seq: {}; Video size: {}; Audio size: {}; Chunks: {}:{};",
                    frame.id(),
                    frame.videoBytes(),
                    frame.audioBytes(),
                    frame.firstChunk(),
                    frame.lastChunk());
        }
        if (frame != null && playback.missed() > missed && playback.missed() % MISSED_PER_LINE == 0) {
            LOG.warn("Framer stuck on: {}", frame.lastChunk() + 1);
        }
        notifyAll();
    }

    /** Notes that this was all, and waits until all of it is shown. */
    public void end() throws InterruptedException {
        synchronized (this) {
            playback.end();
            while (kind == Kind.FRAMES && !playback.stopped() && !closed) {
                wait();
            }
        }
        if (!figures().isEmpty()) {
            LOG.info("End of content reached!");
        }
    }

    /** The figures under PyPPSPP's names; none where there are no frames. */
    public synchronized Map<String, Number> figures() {
        return kind == Kind.FRAMES ? playback.figures(assembly.skippedChunks()) : Map.of();
    }

    /** Shows no more frames. */
    @Override
    public void close() {
        clock.shutdownNow();
        synchronized (this) {
            playback.stop(now());
            closed = true;
            notifyAll();
        }
        Map<String, Number> figures = figures();
        if (!figures.isEmpty()) {
            LOG.info("{}", line(figures));
        }
    }

    /** PyPPSPP's line about them. */
    static String line(Map<String, Number> figures) {
        double shown = value(figures, "frames_consumed");
        double missed = value(figures, "frames_missed");
        double missedPercent = shown + missed == 0 ? 100 : 100 * missed / (shown + missed);
        double first = value(figures, "content_first_frame");
        return String.format(
                Locale.ROOT,
                "Frames showed %.0f (%.2f%%) / Frames missed %.0f (%.2f%%); Runtime: %d; Consume runs: %.0f; First frame in: %.2fs",
                shown,
                100 - missedPercent,
                missed,
                missedPercent,
                (long) (first == 0 ? 0 : value(figures, "content_stop_time") - first),
                value(figures, "consume_runs"),
                first == 0 ? 0 : first - value(figures, "buffer_start"));
    }

    private static double value(Map<String, Number> figures, String key) {
        return figures.getOrDefault(key, 0).doubleValue();
    }

    /** Seconds since 1970. */
    private static double now() {
        return System.currentTimeMillis() / SECOND_MILLIS;
    }
}
