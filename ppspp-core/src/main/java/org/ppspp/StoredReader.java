package org.ppspp;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads what is verified and stored, and waits for what is not. */
final class StoredReader implements ContentReader {
    /** What is read from the disk at once, at most. */
    private static final int READ_BYTES = 256 << 10;

    private final Playback playback;
    private final RateMeter speed = new RateMeter();
    private final long startPosition;
    private long position;
    private int maxBytes;
    private @Nullable CompletableFuture<byte[]> waiting;
    private boolean reading;
    private boolean closed;

    StoredReader(Playback playback, long position) {
        this.playback = playback;
        this.position = position;
        this.startPosition = position;
        speed.add(System.nanoTime(), 0);
    }

    @Override
    public synchronized long position() {
        return position;
    }

    /** How fast it is read, of late. */
    synchronized double bytesPerSecond() {
        return speed.perSecond();
    }

    @Override
    public CompletableFuture<byte[]> read(int most) {
        if (most <= 0) {
            throw new IllegalArgumentException("no room for " + most + " bytes");
        }
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        synchronized (this) {
            if (waiting != null && !waiting.isDone()) {
                throw new IllegalStateException("one read at a time");
            }
            if (closed) {
                return CompletableFuture.failedFuture(new CancellationException("closed"));
            }
            waiting = answer;
            maxBytes = Math.min(most, READ_BYTES);
        }
        advance();
        return answer;
    }

    /** Begins to read from the disk where a read waits for what is there now. */
    void advance() {
        CompletableFuture<byte[]> answer;
        CompletableFuture<byte[]> begun;
        synchronized (this) {
            answer = waiting;
            if (answer == null || reading || !playback.readable(position)) {
                return;
            }
            reading = true;
            begun = playback.read(position, maxBytes);
        }
        var unused = begun.whenComplete((bytes, failure) -> take(answer, bytes, failure));
    }

    /** Takes in what was read from the disk for {@code answer}. */
    private void take(CompletableFuture<byte[]> answer, byte @Nullable [] bytes, @Nullable Throwable failure) {
        boolean again;
        synchronized (this) {
            reading = false;
            // Nothing: it was found damaged meanwhile, and is fetched again.
            boolean lost = bytes != null && bytes.length == 0 && !playback.ended(position);
            again = waiting != answer || lost;
            if (!again) {
                waiting = null;
                // Who gave up waiting shall find the bytes with his next read.
                position += bytes == null || answer.isDone() ? 0 : bytes.length;
                speed.add(System.nanoTime(), position - startPosition);
            }
        }
        if (again) {
            advance();
        } else if (bytes != null) {
            playback.moved();
            answer.complete(bytes);
        } else {
            answer.completeExceptionally(failure == null ? new AssertionError("no answer") : failure);
        }
    }

    @Override
    public void close() {
        CompletableFuture<byte[]> cancelled;
        synchronized (this) {
            closed = true;
            cancelled = waiting;
            waiting = null;
        }
        playback.forget(this);
        if (cancelled != null) {
            cancelled.completeExceptionally(new CancellationException("closed"));
        }
    }
}
