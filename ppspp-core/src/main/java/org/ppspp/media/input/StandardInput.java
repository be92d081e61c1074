package org.ppspp.media.input;

import java.io.IOException;
import java.io.InputStream;
import org.ppspp.media.ChunkCutter;

/** {@code -}: what another program pipes to us, until it ends. */
final class StandardInput implements LiveInput {
    private static final int BUFFER_BYTES = 64 << 10;

    private final InputStream in;
    private volatile boolean closed;

    StandardInput(InputStream in) {
        this.in = in;
    }

    @Override
    public int chunkSizeBytes() {
        return ChunkCutter.TS_CHUNK_BYTES;
    }

    @Override
    public void open() {
        // It is.
    }

    @Override
    public void run(Sink sink) throws IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int length = in.read(buffer); length >= 0 && !closed; length = in.read(buffer)) {
            sink.accept(buffer, 0, length);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
