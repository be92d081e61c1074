package org.ppspp.media;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Plays PyPPSPP's frames as its player does, that is, counts them: ten a second, once so many are buffered. Its figures go into
 * the results file under PyPPSPP's names. Pure: times are given, in seconds since 1970. Belongs to one thread.
 */
public final class FramePlayback {
    /** How often to call {@link #tick}. */
    public static final int FRAMES_PER_SECOND = 10;

    /**
     * A frame to be shown, as far as that matters.
     *
     * @param id number of its sample
     * @param videoBytes size of the picture
     * @param audioBytes size of the sound
     * @param firstChunk the chunk in which it began
     * @param lastChunk the chunk in which it ended
     */
    public record Frame(long id, int videoBytes, int audioBytes, long firstChunk, long lastChunk) {
        public static Frame of(AvFrame frame, long firstChunk, long lastChunk) {
            return new Frame(frame.id(), frame.video().length, frame.audio().length, firstChunk, lastChunk);
        }
    }

    /** A day of frames; later ones are not played. */
    private static final int MAX_BUFFERED_FRAMES = 24 * 3_600 * FRAMES_PER_SECOND;

    private final int bufferFrames;
    private final double bufferStart;
    private final ArrayDeque<Frame> buffered = new ArrayDeque<>();

    private boolean started;
    private boolean ended;
    private long shown;
    private long missed;
    private long ticks;
    private double firstFrame;
    private double start;
    private double stop;
    private long chunkAtStart;
    private @Nullable Frame lastShown;

    /**
     * @param bufferFrames how many frames must be there before it begins; PyPPSPP: {@code --buffsz}
     * @param now when it begins to wait for them
     */
    public FramePlayback(int bufferFrames, double now) {
        this.bufferFrames = bufferFrames;
        bufferStart = now;
    }

    /** Takes the next frame. */
    public void offer(Frame frame) {
        if (buffered.size() < MAX_BUFFERED_FRAMES) {
            buffered.add(frame);
        }
    }

    /** How many frames wait to be shown. */
    public int bufferedFrames() {
        return buffered.size();
    }

    /** Notes that no more frames will come: what there is is played, even if it is less than should be buffered. */
    public void end() {
        ended = true;
    }

    /** Shows the next frame, or misses it; to be called every tenth of a second. */
    public void tick(double now) {
        if (stop != 0) {
            return;
        }
        if (!started && (buffered.size() >= bufferFrames || ended)) {
            started = true;
            start = now;
        }
        if (!started) {
            return;
        }
        if (ended && buffered.isEmpty()) {
            stop(now);
            return;
        }
        ticks++;
        Frame frame = buffered.poll();
        if (frame != null) {
            show(frame, now);
        } else if (shown > 0) {
            missed++;
        }
    }

    /** Ends playing. */
    public void stop(double now) {
        if (stop == 0) {
            stop = now;
        }
    }

    /** Whether all has been played, or {@link #stop} was called. */
    public boolean stopped() {
        return stop != 0;
    }

    /** The frame shown last; null before the first. */
    public @Nullable Frame lastShown() {
        return lastShown;
    }

    /** How many frames were shown. */
    public long shown() {
        return shown;
    }

    /** How many were not there when it was their time. */
    public long missed() {
        return missed;
    }

    /**
     * The figures under PyPPSPP's names, in its order; its object {@code content_consumer}.
     *
     * @param skippedChunks see {@link FrameAssembly#skippedChunks}
     */
    public Map<String, Number> figures(long skippedChunks) {
        Map<String, Number> figures = new LinkedHashMap<>();
        figures.put("frames_consumed", shown);
        figures.put("frames_missed", missed);
        figures.put("content_first_frame", firstFrame);
        figures.put("content_start_time", start);
        figures.put("content_stop_time", stop);
        figures.put("consume_runs", ticks);
        figures.put("buffer_start", bufferStart);
        figures.put("chunks_skipped", skippedChunks);
        figures.put("chunk_at_start", chunkAtStart);
        return figures;
    }

    private void show(Frame frame, double now) {
        lastShown = frame;
        shown++;
        if (shown == 1) {
            firstFrame = now;
        }
        if (shown == bufferFrames) {
            chunkAtStart = frame.lastChunk();
        }
    }
}
