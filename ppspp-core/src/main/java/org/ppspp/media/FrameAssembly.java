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

    /** What goes on: the length is not known before four bytes are there. */
    private long firstChunk = NOWHERE;

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
        if (chunk.length == FrameChunks.CHUNK_BYTES && chunk[0] == FrameChunks.BEGINS) {
            if (firstChunk != NOWHERE) {
                malformedFrames++;
            }
            firstChunk = number;
            frame.reset();
        } else if (chunk.length != FrameChunks.CHUNK_BYTES || chunk[0] != FrameChunks.GOES_ON) {
            malformedFrames++;
            firstChunk = NOWHERE;
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

    private void complete(long number) {
        byte[] bytes = frame.toByteArray();
        int length = ByteBuffer.wrap(bytes).getInt();
        if (length <= 0 || length > MAX_FRAME_BYTES) {
            malformedFrames++;
            firstChunk = NOWHERE;
        } else if (bytes.length - Integer.BYTES >= length) {
            long began = firstChunk;
            firstChunk = NOWHERE;
            try {
                AvFrame whole = FramePickle.read(Arrays.copyOfRange(bytes, Integer.BYTES, Integer.BYTES + length));
                sink.frame(whole, began, number);
            } catch (MalformedFrameException e) {
                malformedFrames++;
            }
        }
    }
}
