package org.ppspp.engine;

import io.netty.buffer.ByteBuf;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.ppspp.integrity.BinHashes;

/** Content of one swarm read for sending, least recently used out first. Owns the buffers in it. */
final class ReadCache {
    /**
     * Chunks of one request bin.
     *
     * @param present which of its 64 chunks are in {@code content}
     * @param hashes verified against the tree; null where they are resident in the tree
     */
    record CachedBin(
            ByteBuf content, long present, @Nullable BinHashes hashes) {}

    private final Map<Long, CachedBin> bins = new LinkedHashMap<>(16, 0.75f, true);
    private final Set<Long> reading = new HashSet<>();
    private long bytes;

    /** The cached chunks of a request bin, or null unless all of {@code wanted} is there. */
    @Nullable
    CachedBin get(long bin, long wanted) {
        CachedBin cached = bins.get(bin);
        return cached != null && (wanted & ~cached.present()) == 0 ? cached : null;
    }

    /** Notes that a request bin is being read; false if it already was. */
    boolean startReading(long bin) {
        return reading.add(bin);
    }

    void stopReading(long bin) {
        reading.remove(bin);
    }

    void put(long bin, CachedBin read) {
        drop(bin);
        bins.put(bin, read);
        bytes += read.content().capacity();
        Iterator<CachedBin> eldest = bins.values().iterator();
        while (bytes > Limits.READ_CACHE_BYTES && bins.size() > Limits.SERVING_BINS) {
            release(eldest.next());
            eldest.remove();
        }
    }

    /** The hashes of a request bin leave the tree: its chunks in memory, if they are there, go on with these. */
    void keepHashes(BinHashes verified) {
        bins.computeIfPresent(
                verified.index(), (bin, cached) -> new CachedBin(cached.content(), cached.present(), verified));
    }

    /** Adds a chunk to its request bin, if that is here and has room for it. */
    void keep(long chunk, ByteBuf content, int chunkSizeBytes) {
        CachedBin cached = bins.get(chunk >> 6);
        if (cached == null) {
            return;
        }
        int at = cached.content().readerIndex() + (int) (chunk & 63) * chunkSizeBytes;
        if (at + content.readableBytes() <= cached.content().capacity()) {
            cached.content().setBytes(at, content, content.readerIndex(), content.readableBytes());
            bins.put(
                    chunk >> 6,
                    new CachedBin(cached.content(), cached.present() | 1L << (chunk & 63), cached.hashes()));
        }
    }

    /** Drops request bins below {@code bin}. */
    void forgetBelow(long bin) {
        bins.entrySet().removeIf(entry -> {
            boolean old = entry.getKey() < bin;
            if (old) {
                release(entry.getValue());
            }
            return old;
        });
    }

    void drop(long bin) {
        CachedBin cached = bins.remove(bin);
        if (cached != null) {
            release(cached);
        }
    }

    void clear() {
        bins.values().forEach(this::release);
        bins.clear();
    }

    private void release(CachedBin cached) {
        bytes -= cached.content().capacity();
        cached.content().release();
    }
}
