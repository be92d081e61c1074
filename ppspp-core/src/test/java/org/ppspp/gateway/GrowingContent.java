package org.ppspp.gateway;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.ppspp.ContentReader;
import org.ppspp.Playable;

/** Content in memory that arrives while it is read, from its beginning to its end. */
final class GrowingContent implements Playable {
    private final @Nullable String name;
    private final boolean live;
    private byte[] bytes = new byte[1024];
    private int size;
    private final Set<Pass> passes = new HashSet<>();
    private long length = UNKNOWN_LENGTH;
    private boolean ended;
    private long furthest;
    private long read;

    private GrowingContent(@Nullable String name, boolean live) {
        this.name = name;
        this.live = live;
    }

    static GrowingContent stream(String name) {
        return new GrowingContent(name, true);
    }

    /** Of unknown length until {@link #end}. */
    static GrowingContent file(@Nullable String name) {
        return new GrowingContent(name, false);
    }

    static GrowingContent whole(@Nullable String name, byte[] content) {
        GrowingContent file = file(name);
        file.append(content);
        file.end();
        return file;
    }

    @Override
    public @Nullable String name() {
        return name;
    }

    @Override
    public boolean live() {
        return live;
    }

    @Override
    public synchronized long lengthBytes() {
        return length;
    }

    synchronized void lengthKnown(long bytes) {
        length = bytes;
    }

    void append(byte[] more) {
        Set<Pass> all;
        synchronized (this) {
            if (size + more.length > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more.length));
            }
            System.arraycopy(more, 0, bytes, size, more.length);
            size += more.length;
            all = new HashSet<>(passes);
        }
        all.forEach(Pass::serve);
    }

    void end() {
        Set<Pass> all;
        synchronized (this) {
            ended = true;
            length = live ? UNKNOWN_LENGTH : size;
            all = new HashSet<>(passes);
        }
        all.forEach(Pass::serve);
    }

    synchronized int readers() {
        return passes.size();
    }

    /** One past the last byte that anybody has read. */
    synchronized long furthestRead() {
        return furthest;
    }

    /** What all readers together have read. */
    synchronized long bytesRead() {
        return read;
    }

    @Override
    public synchronized ContentReader reader(long position) {
        Pass pass = new Pass(live ? size : position);
        passes.add(pass);
        return pass;
    }

    private synchronized byte @Nullable [] from(long position, int maxBytes) {
        int available = (int) Math.min(size - position, maxBytes);
        if (available <= 0) {
            return ended ? new byte[0] : null;
        }
        furthest = Math.max(furthest, position + available);
        read += available;
        return Arrays.copyOfRange(bytes, (int) position, (int) position + available);
    }

    private final class Pass implements ContentReader {
        private long position;
        private int wanted;
        private @Nullable CompletableFuture<byte[]> reading;

        Pass(long position) {
            this.position = position;
        }

        @Override
        public synchronized long position() {
            return position;
        }

        @Override
        public CompletableFuture<byte[]> read(int maxBytes) {
            CompletableFuture<byte[]> result = new CompletableFuture<>();
            synchronized (this) {
                if (reading != null) {
                    throw new IllegalStateException("one read at a time");
                }
                reading = result;
                wanted = maxBytes;
            }
            serve();
            return result;
        }

        private void serve() {
            CompletableFuture<byte[]> result;
            byte[] found;
            synchronized (this) {
                result = reading;
                found = result == null ? null : from(position, wanted);
                if (result == null || found == null) {
                    return;
                }
                reading = null;
                position += found.length;
            }
            result.complete(found);
        }

        @Override
        public void close() {
            synchronized (GrowingContent.this) {
                passes.remove(this);
            }
            CompletableFuture<byte[]> result;
            synchronized (this) {
                result = reading;
                reading = null;
            }
            if (result != null) {
                result.completeExceptionally(new CancellationException("closed"));
            }
        }
    }
}
