package org.ppspp.engine;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;

/**
 * What one peer asked us for and has not got yet, served in the order of its requests (RFC 7574 §3.7).
 *
 * <p>A request for 0 to 2^32-1 costs a few pages here, and what goes beyond the bounds is not remembered: answering is
 * optional, and the peer asks again.
 */
final class UploadQueue {
    private final ChunkMap wanted = new ChunkMap();
    private final ArrayDeque<ChunkRange> order = new ArrayDeque<>();
    private final long maxChunks;

    UploadQueue(int chunkSizeBytes) {
        this.maxChunks = Math.max(1, Limits.UPLOAD_BYTES / chunkSizeBytes);
    }

    boolean isEmpty() {
        return wanted.isEmpty();
    }

    long size() {
        return wanted.cardinality();
    }

    /** Queues {@code range}, as far as the bounds allow; at most {@code maxRanges} wait. */
    void add(ChunkRange range, int maxRanges) {
        tidy();
        long room = maxChunks - wanted.cardinality();
        if (room <= 0 || order.size() >= maxRanges || wanted.containsAll(range.first(), range.last())) {
            return;
        }
        long last = Math.min(range.last(), range.first() + room - 1);
        wanted.set(range.first(), last);
        order.addLast(new ChunkRange(range.first(), last));
    }

    /** Puts one chunk in front of everything else: it was lost on the way. */
    void addFirst(long chunk) {
        if (wanted.set(chunk)) {
            order.addFirst(ChunkRange.of(chunk));
        }
    }

    void remove(long first, long last) {
        if (!wanted.isEmpty()) {
            wanted.clear(first, last);
        }
    }

    void remove(long chunk) {
        wanted.clear(chunk);
    }

    void clear() {
        wanted.clear(0, ChunkRange.MAX_CHUNK);
        order.clear();
    }

    void removeWord(long bin, long mask) {
        if (mask != 0) {
            wanted.clearWord(bin, mask);
        }
    }

    boolean wants(long chunk) {
        return wanted.get(chunk);
    }

    /** The oldest request that has something left, or null. */
    @Nullable
    ChunkRange head() {
        tidy();
        return order.peekFirst();
    }

    /** All requests that may have something left, oldest first. */
    Iterable<ChunkRange> ranges() {
        return order;
    }

    /** The first wanted chunk at or behind {@code from}, or -1. */
    long next(long from) {
        return wanted.nextSet(from);
    }

    /** Which of the chunks of a request bin are wanted, within {@code range}. */
    long word(long bin, ChunkRange range) {
        long bits = wanted.word(bin);
        long start = bin << 6;
        if (range.first() > start) {
            bits &= -1L << (range.first() - start);
        }
        if (range.last() < start + 63) {
            bits &= -1L >>> (63 - (range.last() - start));
        }
        return bits;
    }

    private void tidy() {
        for (ChunkRange head = order.peekFirst(); head != null; head = order.peekFirst()) {
            long next = wanted.nextSet(head.first());
            if (next >= 0 && next <= head.last()) {
                return;
            }
            order.removeFirst();
        }
    }
}
