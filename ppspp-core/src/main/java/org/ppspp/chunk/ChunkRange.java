package org.ppspp.chunk;

/**
 * One or more consecutive chunks, both ends included: the chunk specification of RFC 7574 §4 in memory.
 *
 * @param first the first chunk, not negative
 * @param last the last chunk, not before {@code first}
 */
public record ChunkRange(long first, long last) {
    /** Larger than any chunk number on the wire that we accept: the end of "everything". */
    public static final long MAX_CHUNK = (1L << 40) - 1;

    public ChunkRange {
        if (first < 0 || last < first) {
            throw new IllegalArgumentException("not a chunk range: " + first + ".." + last);
        }
    }

    public static ChunkRange of(long chunk) {
        return new ChunkRange(chunk, chunk);
    }

    public long size() {
        return last - first + 1;
    }

    public boolean contains(long chunk) {
        return first <= chunk && chunk <= last;
    }

    @Override
    public String toString() {
        return first == last ? Long.toString(first) : first + ".." + last;
    }
}
