package org.ppspp.chunk;

import static org.ppspp.chunk.ChunkPages.EMPTY;
import static org.ppspp.chunk.ChunkPages.FULL;
import static org.ppspp.chunk.ChunkPages.WORD_BITS;

/**
 * A set of chunk numbers, 0 to {@link ChunkRange#MAX_CHUNK}: what a peer has, wants or was asked for.
 *
 * <p>A paged bitmap. A page holds 4,096 chunks in 64 words, a book 256 pages, a shelf 256 books; the root grows to the
 * highest shelf in use. A page, book or shelf that is all empty or all full is the one shared array of its kind, told by
 * identity and never written to. So "everything" costs nothing but the root, a scattered set costs its own pages and the
 * directories above them, and every search skips whatever is uniform in one step: {@code get} is four array reads, the
 * searches are bounded by the root (4,096 entries) and one book, shelf and page.
 *
 * <p>A map that follows a hostile peer is given a bound on its own pages. At the bound it forgets rather than grows:
 * setting a chunk in one more page has no effect, and clearing a chunk in one more page clears all of that page (or of
 * the book or shelf that would have to be split). Filling what is already split, and setting or clearing whole uniform
 * parts, always works. With a bound of <i>n</i> pages a map takes at most about 1.6 <i>n</i> + 18 KiB.
 */
public final class ChunkMap {
    private final ChunkPages pages;

    /** An empty map without a bound, for numbers that we make ourselves. */
    public ChunkMap() {
        this(Integer.MAX_VALUE);
    }

    /** An empty map with at most {@code maxPartialPages} &gt; 0 pages that are neither empty nor full. */
    public ChunkMap(int maxPartialPages) {
        if (maxPartialPages <= 0) {
            throw new IllegalArgumentException("a map needs a page, not " + maxPartialPages);
        }
        this.pages = new ChunkPages(maxPartialPages);
    }

    private ChunkMap(ChunkPages pages) {
        this.pages = pages;
    }

    /** A map without a bound that holds the chunks 0 to {@code chunkCount} - 1. */
    public static ChunkMap full(long chunkCount) {
        ChunkMap map = new ChunkMap();
        if (chunkCount > 0) {
            map.set(0, chunkCount - 1);
        }
        return map;
    }

    /** Receives maximal runs of set chunks, both ends included. */
    @FunctionalInterface
    public interface RangeVisitor {
        void visit(long first, long last);
    }

    /** Whether {@code chunk} is in the map; false for every number out of range. */
    public boolean get(long chunk) {
        return (pages.word(chunk >>> WORD_BITS) >>> chunk & 1) != 0;
    }

    /** Adds {@code chunk}. True if it was absent and is now present. */
    public boolean set(long chunk) {
        checkChunk(chunk);
        long index = chunk >>> WORD_BITS;
        long word = pages.word(index);
        long bit = 1L << chunk;
        return (word & bit) == 0 && pages.replaceWord(index, word | bit);
    }

    /** Adds {@code first..last}. False when the bound on pages left some of them out. */
    public boolean set(long first, long last) {
        checkRange(first, last);
        pages.fill(first, last, FULL);
        return !pages.bounded() || containsAll(first, last);
    }

    /** Removes {@code first..last}, and at the bound on pages their neighbours (see the class comment). */
    public void clear(long first, long last) {
        checkRange(first, last);
        pages.fill(first, Math.min(last, pages.capacity() - 1), EMPTY);
    }

    /** Removes {@code chunk}, and at the bound on pages its neighbours. */
    public void clear(long chunk) {
        checkChunk(chunk);
        pages.clearInWord(chunk >>> WORD_BITS, 1L << chunk);
    }

    public boolean containsAll(long first, long last) {
        checkRange(first, last);
        return pages.next(first, FULL, last) > last;
    }

    public boolean intersects(long first, long last) {
        checkRange(first, last);
        return pages.next(first, EMPTY, last) <= Math.min(last, pages.capacity() - 1);
    }

    public long cardinality() {
        return pages.cardinality();
    }

    public boolean isEmpty() {
        return pages.cardinality() == 0;
    }

    /** The lowest chunk in the map that is not below {@code from}, or -1. */
    public long nextSet(long from) {
        checkFrom(from);
        long found = pages.next(from, EMPTY);
        return found < pages.capacity() ? found : -1;
    }

    /** The lowest number not in the map that is not below {@code from}; one past the last chunk where all are set. */
    public long nextClear(long from) {
        checkFrom(from);
        return pages.next(from, FULL);
    }

    /** The longest run of set chunks around {@code chunk}, which must be set: what one ACK may name (RFC 7574 §4.3.2). */
    public ChunkRange runAround(long chunk) {
        if (!get(chunk)) {
            throw new IllegalArgumentException("chunk " + chunk + " is not set");
        }
        return new ChunkRange(pages.previous(chunk, FULL) + 1, pages.next(chunk, FULL) - 1);
    }

    /** The chunks 64 {@code index} to 64 {@code index} + 63, the lowest in the lowest bit. */
    public long word(long index) {
        return pages.word(index);
    }

    /** Adds the chunks of {@code bits} to word {@code index}; those already there stay. */
    public void setWord(long index, long bits) {
        checkWord(index);
        pages.replaceWord(index, pages.word(index) | bits);
    }

    /** Removes the chunks of {@code bits} from word {@code index}. */
    public void clearWord(long index, long bits) {
        checkWord(index);
        pages.clearInWord(index, bits);
    }

    /** A map with the same chunks and the same bound that shares nothing changeable with this one. */
    public ChunkMap copy() {
        return new ChunkMap(pages.copy());
    }

    /** How many pages are neither empty nor full. */
    public int partialPages() {
        return pages.partialPages();
    }

    /** One more than the highest chunk in the map, 0 for an empty map. */
    public long end() {
        return pages.previous(pages.capacity() - 1, EMPTY) + 1;
    }

    /** Visits the runs of set chunks in ascending order, at most {@code limit} of them. */
    public void forEachRange(int limit, RangeVisitor visitor) {
        long first = nextSet(0);
        for (int visited = 0; visited < limit && first >= 0; visited++) {
            long end = nextClear(first);
            visitor.visit(first, end - 1);
            first = nextSet(end);
        }
    }

    /** How many of the chunks are set, and where: for a person who debugs. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(cardinality()).append(" chunks [");
        forEachRange(
                8, (first, last) -> text.append(new ChunkRange(first, last)).append(' '));
        return text.toString().stripTrailing() + ']';
    }

    private static void checkChunk(long chunk) {
        if (chunk < 0 || chunk > ChunkRange.MAX_CHUNK) {
            throw new IllegalArgumentException("not a chunk number: " + chunk);
        }
    }

    private static void checkWord(long index) {
        if (index < 0 || index > ChunkRange.MAX_CHUNK >>> WORD_BITS) {
            throw new IllegalArgumentException("not the number of a word: " + index);
        }
    }

    private static void checkFrom(long from) {
        if (from < 0) {
            throw new IllegalArgumentException("not a chunk number: " + from);
        }
    }

    private static void checkRange(long first, long last) {
        if (first < 0 || last < first || last > ChunkRange.MAX_CHUNK) {
            throw new IllegalArgumentException("not a chunk range: " + first + ".." + last);
        }
    }
}
