package org.ppspp.storage;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.ppspp.chunk.ChunkCells;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.engine.SwarmMetadata;

/**
 * The newest chunks of a live stream, in memory: those of the discard window (RFC 7574 §6.2) and a few more, as many as it was
 * given room for. A chunk takes the place of the one that many before it. Any thread may call anything here.
 */
public final class RingStore {
    /** The engine discards in steps of a request bin and has chunks on their way here; all of those are still wanted. */
    private static final int SLACK_CHUNKS = 512;

    private static final long NOTHING = -1;
    private static final byte[] UNUSED = {};

    private final SwarmMetadata metadata;
    private final long[] numbers;
    private final byte[][] slots;
    private final ChunkMap stored = new ChunkMap();
    private int beginning;
    private volatile Runnable whenStored = () -> {};

    /** {@code maxBytes} bounds what chunks take, where the discard window is larger; there is always room for some chunks. */
    public RingStore(SwarmMetadata metadata, long maxBytes) {
        this.metadata = metadata;
        long window = Objects.requireNonNullElse(metadata.discardWindowChunks(), NOTHING);
        long most = Math.max(SLACK_CHUNKS, Math.min(maxBytes / metadata.chunkSizeBytes(), Integer.MAX_VALUE / 2));
        boolean bounded = window >= 0 && window < most;
        int capacity = (int) Math.min(most, bounded ? window + SLACK_CHUNKS : most);
        numbers = new long[capacity];
        slots = new byte[capacity][];
        Arrays.fill(numbers, NOTHING);
        Arrays.fill(slots, UNUSED);
    }

    SwarmMetadata metadata() {
        return metadata;
    }

    /** How many chunks there is room for. */
    public int capacityChunks() {
        return numbers.length;
    }

    /** The live discard window that can be kept: all that the stream's says, as far as there is room. */
    public long windowChunks() {
        long window = Objects.requireNonNullElse(metadata.discardWindowChunks(), NOTHING);
        long room = Math.max(numbers.length / 2, numbers.length - SLACK_CHUNKS);
        return window < 0 ? room : Math.min(window, room);
    }

    /** Has {@code action} done whenever more is stored: on the thread that stored it, and briefly. */
    public void onStored(Runnable action) {
        whenStored = action;
    }

    /** Stores a whole chunk, of which a copy is made. One that is older than what has its place is left out. */
    public void put(long chunk, ByteBuffer content) {
        store(chunk, content, 0);
        whenStored.run();
    }

    /** Stores a chunk of the stream that has begun anew so often, and says nothing. */
    synchronized void store(long chunk, ByteBuffer content, int streamBeginning) {
        if (content.remaining() != metadata.chunkSizeBytes()) {
            throw new IllegalArgumentException("a chunk of " + content.remaining() + " bytes");
        }
        startOver(streamBeginning);
        int slot = slot(chunk);
        if (streamBeginning < beginning || numbers[slot] > chunk) {
            return;
        }
        if (numbers[slot] >= 0) {
            stored.clear(numbers[slot]);
        }
        if (slots[slot] == UNUSED) {
            slots[slot] = new byte[metadata.chunkSizeBytes()];
        }
        content.get(slots[slot]);
        numbers[slot] = chunk;
        stored.set(chunk);
    }

    /** Tells that chunks were stored. */
    void tellStored() {
        whenStored.run();
    }

    /** Puts a chunk into {@code target}, or nothing if it is not here; returns whether it is. */
    synchronized boolean get(long chunk, ByteBuffer target) {
        if (!stored.get(chunk)) {
            return false;
        }
        target.put(slots[slot(chunk)]);
        return true;
    }

    /** Reads what is here at {@code position} without a gap, at most {@code maxBytes}; nothing if that is missing. */
    public synchronized byte[] read(long position, int maxBytes) {
        int size = metadata.chunkSizeBytes();
        long first = position / size;
        long end = stored.nextClear(first);
        byte[] bytes = new byte[(int) Math.max(0, Math.min(end * size - position, maxBytes))];
        int offset = (int) (position % size);
        for (int done = 0; done < bytes.length; offset = 0) {
            byte[] slot = slots[slot((position + done) / size)];
            int length = Math.min(size - offset, bytes.length - done);
            System.arraycopy(slot, offset, bytes, done, length);
            done += length;
        }
        return bytes;
    }

    /** The first chunk from {@code chunk} on that is here, or -1. */
    public synchronized long nextStored(long chunk) {
        return stored.nextSet(chunk);
    }

    /** The first chunk from {@code chunk} on that is not here. */
    public synchronized long nextMissing(long chunk) {
        return stored.nextClear(chunk);
    }

    /** How much is here of each of {@code cells} equal parts of the {@code count} chunks from {@code first} on. */
    public synchronized byte[] coverage(long first, long count, int cells) {
        return ChunkCells.of(stored, first, count, cells);
    }

    /** The stream has begun anew so often: forgets all of before, unless that has happened. */
    public synchronized void startOver(int streamBeginning) {
        if (streamBeginning > beginning) {
            beginning = streamBeginning;
            stored.clear(0, Math.max(0, stored.end()));
            Arrays.fill(numbers, NOTHING);
        }
    }

    private int slot(long chunk) {
        return (int) (chunk % numbers.length);
    }
}
