package org.ppspp;

import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.ppspp.media.AccessPoint;
import org.ppspp.storage.RingStore;

/** Reads a live stream from a place near its edge on: what is there at once, and what comes as it comes. */
final class LiveReader implements ContentReader {
    private static final int READ_BYTES = 256 << 10;
    private static final long NOWHERE = -1;

    private final LivePlayback playback;
    private final RingStore ring;
    /** In the stream as it is now. */
    private long place = NOWHERE;

    private long position;
    private int restarts;
    /** To be read before what is at the place. */
    private byte[] ahead = {};

    private int maxBytes;
    private @Nullable CompletableFuture<byte[]> waiting;
    private boolean closed;

    LiveReader(LivePlayback playback, RingStore ring) {
        this.playback = playback;
        this.ring = ring;
        this.restarts = playback.restarts();
    }

    @Override
    public synchronized long position() {
        return position;
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

    /** Answers a read that waits for what is there now. */
    void advance() {
        CompletableFuture<byte[]> answer;
        byte[] bytes;
        synchronized (this) {
            answer = waiting;
            // Who gave up waiting shall find the bytes with his next read.
            bytes = answer == null || answer.isDone() ? null : next();
            if (answer == null || bytes == null) {
                return;
            }
            waiting = null;
        }
        answer.complete(bytes);
    }

    private byte @Nullable [] next() {
        if (restarts != playback.restarts()) {
            restarts = playback.restarts();
            place = NOWHERE;
        }
        if (place != NOWHERE && ahead.length == 0 && playback.passed(place)) {
            place = playback.after(place);
        }
        if (place == NOWHERE && !begin()) {
            return null;
        }
        if (ahead.length > 0) {
            return tables();
        }
        byte[] bytes = ring.read(place, maxBytes);
        place += bytes.length;
        position = playback.origin() + place;
        return bytes.length == 0 ? null : bytes;
    }

    private boolean begin() {
        AccessPoint beginning = playback.beginning();
        if (beginning == null) {
            return false;
        }
        place = beginning.position();
        ahead = beginning.tables();
        return true;
    }

    private byte[] tables() {
        int length = Math.min(ahead.length, maxBytes);
        byte[] bytes = Arrays.copyOf(ahead, length);
        ahead = Arrays.copyOfRange(ahead, length, ahead.length);
        return bytes;
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
