package org.ppspp;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.net.EngineLoop;
import org.ppspp.picker.PlayWindow;
import org.ppspp.storage.LocalContent;
import org.ppspp.wire.SwarmId;

/**
 * Everybody who reads one content while it arrives: what they read is fetched first. Its methods may be called from any
 * thread.
 */
final class Playback implements AutoCloseable {
    /** Readers that the engine is told of, the newest ones; the others get what comes anyway. */
    private static final int WINDOWS = 32;

    /** A reader is given priority for what it reads in this time, however small its buffer is meant to be. */
    private static final long URGENT_SECONDS = 4;

    private static final long URGENT_BYTES_MAX = 64L << 20;

    private final PeerParts parts;
    private final SwarmId swarm;
    private final int chunkSizeBytes;
    private final long statedLengthBytes;
    private final PlayPolicy policy;
    private final Consumer<EngineLoop.Action> loop;
    private final AtomicBoolean seeking = new AtomicBoolean();
    /** The newest first. */
    private final List<StoredReader> readers = new CopyOnWriteArrayList<>();

    private volatile @Nullable LocalContent content;
    private volatile boolean closed;
    /** Where the last reader was, once all have gone. */
    private volatile long restingPosition;

    /** {@code loop} does what is to be done with the engine. */
    Playback(PeerParts parts, TransferRequest request, Consumer<EngineLoop.Action> loop) {
        this.loop = loop;
        this.policy = request.play();
        this.chunkSizeBytes = request.metadata().chunkSizeBytes();
        this.parts = parts;
        this.swarm = request.metadata().swarmId();
        Long length = request.metadata().contentLengthBytes();
        this.statedLengthBytes = length == null ? Playable.UNKNOWN_LENGTH : length;
    }

    long lengthBytes() {
        LocalContent open = content;
        return open == null ? statedLengthBytes : open.lengthBytes();
    }

    ContentReader reader(long position) {
        long length = lengthBytes();
        if (position < 0 || (length >= 0 && position > length)) {
            throw new IllegalArgumentException("no byte " + position + " of " + length);
        }
        StoredReader reader = new StoredReader(this, position);
        readers.add(0, reader);
        if (closed) {
            reader.close();
        }
        moved();
        return reader;
    }

    /** The files are there, and the swarm is joined. */
    void open(LocalContent opened) {
        content = opened;
        opened.onStored(this::stored);
        stored();
        moved();
    }

    private void stored() {
        for (StoredReader reader : readers) {
            reader.advance();
        }
    }

    int buffered(long position, int maxBytes) {
        LocalContent open = content;
        return open == null ? 0 : open.storedFrom(position, maxBytes);
    }

    /** What is here, in at most {@code maxCells} parts. */
    Coverage coverage(int maxCells) {
        LocalContent open = content;
        if (open == null) {
            return Coverage.NONE;
        }
        byte[] cells = open.coverage(maxCells);
        Iterator<StoredReader> newest = readers.iterator();
        if (!newest.hasNext()) {
            return new Coverage(cells, -1, -1);
        }
        long position = newest.next().position();
        long length = lengthBytes();
        int cell = position < length ? (int) ((double) position / length * cells.length) : -1;
        return new Coverage(cells, cell, open.storedFrom(position, Integer.MAX_VALUE));
    }

    /** Whether a byte is there to be read, or it is known that there is none. */
    boolean readable(long position) {
        LocalContent open = content;
        return open != null && (buffered(position, 1) > 0 || ended(position));
    }

    /** Whether nothing comes at this place or behind it. */
    boolean ended(long position) {
        long length = lengthBytes();
        return length >= 0 && position >= length;
    }

    CompletableFuture<byte[]> read(long position, int maxBytes) {
        if (ended(position)) {
            return CompletableFuture.completedFuture(new byte[0]);
        }
        return parts.workers().read(swarm, position, maxBytes);
    }

    /** A reader is at another place than before. */
    void moved() {
        if (!closed && !seeking.getAndSet(true)) {
            loop.accept((engine, now) -> {
                seeking.set(false);
                engine.seek(now, swarm, windows());
            });
        }
    }

    private List<PlayWindow> windows() {
        List<PlayWindow> windows = new ArrayList<>();
        for (StoredReader reader : readers) {
            long position = reader.position();
            if (windows.size() < WINDOWS && !ended(position)) {
                windows.add(window(position, reader.bytesPerSecond()));
            }
        }
        if (windows.isEmpty() && policy.fromStart() && !ended(restingPosition)) {
            windows.add(window(restingPosition, 0));
        }
        return windows;
    }

    private PlayWindow window(long position, double bytesPerSecond) {
        double soon = Math.min(bytesPerSecond * URGENT_SECONDS, URGENT_BYTES_MAX);
        long reach = policy.aheadChunks() == 0 ? PlayWindow.UNLIMITED : policy.aheadChunks();
        long urgent = Math.min(reach, Math.max(policy.bufferChunks(), (long) (soon / chunkSizeBytes)));
        return new PlayWindow(position / chunkSizeBytes, urgent, reach);
    }

    void forget(StoredReader reader) {
        if (readers.remove(reader)) {
            restingPosition = reader.position();
            moved();
        }
    }

    /** Ends all reading. */
    @Override
    public void close() {
        closed = true;
        readers.forEach(StoredReader::close);
    }
}
