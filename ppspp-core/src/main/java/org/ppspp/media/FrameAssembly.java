package org.ppspp.media;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Puts frames together from the chunks of {@link FrameChunks}, which come in order but not without gaps. Begins with the first
 * chunk in which a frame begins, at the start and after each gap. Belongs to one thread.
 */
public final class FrameAssembly {
    /** PyPPSPP's longest frame has 29 KiB. */
    static final int MAX_FRAME_BYTES = 4 << 20;

    private static final long NOWHERE = -1;

    /** Where frames go. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes the next frame.
         *
         * @param firstChunk the chunk in which it began
         * @param lastChunk the chunk in which it ended
         */
        void frame(AvFrame frame, long firstChunk, long lastChunk);
    }

    private final Sink sink;
    private final ByteArrayOutputStream frame = new ByteArrayOutputStream();

    /** Where the frame began that goes on, if one does, and how long its pickle is. */
    private long firstChunk = NOWHERE;

    private int pickleBytes;

    private long next = NOWHERE;
    private long skippedChunks;
    private long malformedFrames;

    public FrameAssembly(Sink sink) {
        this.sink = sink;
    }

    /** Takes chunk {@code number}; where it is not the one after the last, those between are lost. */
    public void accept(long number, byte[] chunk) {
        if (next != NOWHERE && number != next) {
            skippedChunks += Math.max(0, number - next);
            firstChunk = NOWHERE;
        }
        next = number + 1;
        if (chunk.length != FrameChunks.CHUNK_BYTES) {
            abandon();
        } else if (chunk[0] == FrameChunks.BEGINS) {
            begin(number, chunk);
        } else if (chunk[0] != FrameChunks.GOES_ON) {
            abandon();
        }
        if (firstChunk != NOWHERE) {
            frame.write(chunk, 1, chunk.length - 1);
            complete(number);
        }
    }

    /** Chunks that were lost. */
    public long skippedChunks() {
        return skippedChunks;
    }

    /** Frames and chunks that were no such thing. */
    public long malformedFrames() {
        return malformedFrames;
    }

    private void begin(long number, byte[] chunk) {
        if (firstChunk != NOWHERE) {
            malformedFrames++;
        }
        pickleBytes = ByteBuffer.wrap(chunk).getInt(1);
        firstChunk = number;
        frame.reset();
        if (pickleBytes <= 0 || pickleBytes > MAX_FRAME_BYTES) {
            abandon();
        }
    }

    private void abandon() {
        malformedFrames++;
        firstChunk = NOWHERE;
    }

    private void complete(long number) {
        if (frame.size() - Integer.BYTES < pickleBytes) {
            return;
        }
        long began = firstChunk;
        firstChunk = NOWHERE;
        try {
            byte[] pickle = Arrays.copyOfRange(frame.toByteArray(), Integer.BYTES, Integer.BYTES + pickleBytes);
            sink.frame(FramePickle.read(pickle), began, number);
        } catch (MalformedFrameException e) {
            malformedFrames++;
        }
    }
}
