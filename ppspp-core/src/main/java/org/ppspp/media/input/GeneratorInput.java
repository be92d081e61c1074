package org.ppspp.media.input;

import java.time.Duration;
import org.ppspp.media.FrameChunks;
import org.ppspp.media.FramePlayback;
import org.ppspp.media.TalkingHead;

/** {@code generator:}: the talking head of PyPPSPP, whose players can watch it. Each frame begins a chunk. */
final class GeneratorInput implements LiveInput {
    private static final long FRAME_NANOS = Duration.ofSeconds(1).toNanos() / FramePlayback.FRAMES_PER_SECOND;

    private final TalkingHead head;
    private final Lifetime lifetime = new Lifetime();
    private final Pace pace;

    GeneratorInput(TalkingHead head) {
        this.head = head;
        pace = lifetime;
    }

    /** With another time. */
    GeneratorInput(TalkingHead head, Pace pace) {
        this.head = head;
        this.pace = pace;
    }

    @Override
    public int chunkSizeBytes() {
        return FrameChunks.CHUNK_BYTES;
    }

    @Override
    public void open() {
        // Nothing is needed.
    }

    @Override
    public void run(Sink sink) throws InterruptedException {
        long start = pace.nanos();
        for (long number = 0; pace.until(start + number * FRAME_NANOS); number++) {
            for (byte[] chunk : head.chunks(number)) {
                sink.accept(chunk, 0, chunk.length);
            }
        }
    }

    @Override
    public void close() {
        lifetime.end();
    }
}
