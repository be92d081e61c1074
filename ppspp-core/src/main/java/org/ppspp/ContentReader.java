package org.ppspp;

import java.util.concurrent.CompletableFuture;

/**
 * One pass over the bytes of a {@link Playable}, all of them verified. One read at a time; any thread may begin it, and what
 * depends on it runs on a thread that must not be kept waiting.
 */
public interface ContentReader extends AutoCloseable {
    /** Where the next byte lies in the content. In a live stream this grows by more than was read where bytes were lost. */
    long position();

    /**
     * Reads the next bytes as soon as there are any: 1 to {@code maxBytes} of them, or none at all at the end. Fails with an
     * {@link java.io.IOException} where the disk does, and with a {@link java.util.concurrent.CancellationException} once
     * the reader or what it reads is closed.
     */
    CompletableFuture<byte[]> read(int maxBytes);

    /** Ends the pass; a read under way is cancelled. */
    @Override
    void close();
}
