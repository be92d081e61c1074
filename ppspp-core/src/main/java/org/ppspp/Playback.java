package org.ppspp;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.ppspp.storage.LocalContent;
import org.ppspp.wire.SwarmId;

/** Everybody who reads one content while it arrives. Its methods may be called from any thread. */
final class Playback implements AutoCloseable {
    private final PeerParts parts;
    private final SwarmId swarm;
    private final long statedLengthBytes;
    /** The newest first. */
    private final List<StoredReader> readers = new CopyOnWriteArrayList<>();

    private volatile @Nullable LocalContent content;
    private volatile boolean closed;

    Playback(PeerParts parts, TransferRequest request) {
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
        return reader;
    }

    /** The files are there, and the swarm is joined. */
    void open(LocalContent opened) {
        content = opened;
        opened.onStored(this::stored);
        stored();
    }

    private void stored() {
        for (StoredReader reader : readers) {
            reader.advance();
        }
    }

    /** Whether a byte is there to be read, or it is known that there is none. */
    boolean readable(long position) {
        LocalContent open = content;
        return open != null && (open.storedFrom(position, 1) > 0 || ended(position));
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
    void moved() {}

    void forget(StoredReader reader) {
        readers.remove(reader);
    }

    /** Ends all reading. */
    @Override
    public void close() {
        closed = true;
        readers.forEach(StoredReader::close);
    }
}
