package org.ppspp.chunk;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one {@link ChunkMap} and the directories above them; that class explains the structure.
 *
 * <p>Between calls an array that is uniform is the shared one of its kind. Only arrays of this tree's own are written to,
 * and those hang below directories of its own. The map has checked all arguments.
 */
final class ChunkPages {
    static final int WORD_BITS = 6;
    private static final int PAGE_BITS = 12;
    private static final int BOOK_BITS = 20;
    private static final int SHELF_BITS = 28;
    private static final long WORD_MASK = (1L << WORD_BITS) - 1;
    private static final long PAGE_MASK = (1L << PAGE_BITS) - 1;
    private static final long BOOK_MASK = (1L << BOOK_BITS) - 1;
    private static final long SHELF_MASK = (1L << SHELF_BITS) - 1;
    private static final int ENTRIES = 256;

    static final Uniform EMPTY = new Uniform(0);
    static final Uniform FULL = new Uniform(-1);

    /** Directories beyond one for each page: so that a single page always has the two above it. */
    private static final int SPARE_DIRECTORIES = 2;

    private final int maxPartialPages;
    private final int maxDirectories;
    private long[][][][] shelves = {};
    private int partialPages;
    private int directories;
    private long cardinality;

    ChunkPages(int maxPartialPages) {
        this.maxPartialPages = maxPartialPages;
        this.maxDirectories = (int) Math.min((long) maxPartialPages + SPARE_DIRECTORIES, Integer.MAX_VALUE);
    }

    /** The chunks 64 {@code index} to 64 {@code index} + 63, the lowest in the lowest bit. */
    long word(long index) {
        long shelf = index >>> (SHELF_BITS - WORD_BITS);
        if (shelf >= shelves.length) {
            return 0;
        }
        long[] page = shelves[(int) shelf][bookIndex(index << WORD_BITS)][pageIndex(index << WORD_BITS)];
        return page[(int) index & 63];
    }

    /** One more than the highest number that the root reaches. */
    long capacity() {
        return (long) shelves.length << SHELF_BITS;
    }

    /** The first number from {@code from} on that is not as {@code skip}, or a number past the root. */
    long next(long from, Uniform skip) {
        return next(from, skip, Long.MAX_VALUE);
    }

    /** As {@link #next(long, Uniform)}, but looks no further than {@code last}: any number past that may be returned. */
    long next(long from, Uniform skip, long last) {
        long at = from;
        long end = Math.min(capacity() - 1, last);
        while (at <= end) {
            long[][][] shelf = shelves[shelfIndex(at)];
            if (shelf == skip.shelf) {
                at = (at | SHELF_MASK) + 1;
                continue;
            }
            long[][] book = shelf[bookIndex(at)];
            if (book == skip.book) {
                at = (at | BOOK_MASK) + 1;
                continue;
            }
            long[] page = book[pageIndex(at)];
            if (page == skip.page) {
                at = (at | PAGE_MASK) + 1;
                continue;
            }
            long bits = (page[wordIndex(at)] ^ skip.word) >>> at;
            if (bits != 0) {
                return at + Long.numberOfTrailingZeros(bits);
            }
            at = (at | WORD_MASK) + 1;
        }
        return at;
    }

    /** The last number up to {@code from}, which is within the root, that is not as {@code skip}, or -1. */
    long previous(long from, Uniform skip) {
        long at = from;
        while (at >= 0) {
            long[][][] shelf = shelves[shelfIndex(at)];
            if (shelf == skip.shelf) {
                at = (at & ~SHELF_MASK) - 1;
                continue;
            }
            long[][] book = shelf[bookIndex(at)];
            if (book == skip.book) {
                at = (at & ~BOOK_MASK) - 1;
                continue;
            }
            long[] page = book[pageIndex(at)];
            if (page == skip.page) {
                at = (at & ~PAGE_MASK) - 1;
                continue;
            }
            long bits = (page[wordIndex(at)] ^ skip.word) << ~at;
            if (bits != 0) {
                return at - Long.numberOfLeadingZeros(bits);
            }
            at = (at & ~WORD_MASK) - 1;
        }
        return -1;
    }

    /** Makes {@code first..last} all as {@code value}, in the largest aligned parts, passing over what is so already. */
    void fill(long first, long last, Uniform value) {
        if (value == FULL) {
            reach(last);
        }
        long at = next(first, value, last);
        while (at <= last) {
            long left = last - at;
            if ((at & SHELF_MASK) == 0 && left >= SHELF_MASK) {
                replaceShelf(at, value);
                at += SHELF_MASK + 1;
            } else if ((at & BOOK_MASK) == 0 && left >= BOOK_MASK) {
                replaceBook(at, value);
                at += BOOK_MASK + 1;
            } else if ((at & PAGE_MASK) == 0 && left >= PAGE_MASK) {
                replacePage(at, value);
                at += PAGE_MASK + 1;
            } else {
                fillInWord(at, last, value);
                at = (at | WORD_MASK) + 1;
            }
            at = next(at, value, last);
        }
    }

    private void fillInWord(long first, long last, Uniform value) {
        long index = first >>> WORD_BITS;
        long bits = -1L << first;
        if (last >>> WORD_BITS == index) {
            bits &= -1L >>> ~last;
        }
        if (value == FULL) {
            replaceWord(index, word(index) | bits);
        } else {
            clearInWord(index, bits);
        }
    }

    /** Clears the chunks of {@code bits}; at the bound, the whole part around them. */
    void clearInWord(long index, long bits) {
        if (!replaceWord(index, word(index) & ~bits)) {
            forget(index << WORD_BITS);
        }
    }

    /** Makes a word this. False when the bound does not allow the page that this takes. */
    boolean replaceWord(long index, long word) {
        long old = word(index);
        if (word == old) {
            return true;
        }
        long chunk = index << WORD_BITS;
        long[] page = ownPage(chunk);
        if (page == null) {
            return false;
        }
        page[wordIndex(chunk)] = word;
        cardinality += Long.bitCount(word) - Long.bitCount(old);
        if (word == EMPTY.word) {
            settlePage(chunk, EMPTY);
        } else if (word == FULL.word) {
            settlePage(chunk, FULL);
        }
        return true;
    }

    private void replaceShelf(long chunk, Uniform value) {
        int s = shelfIndex(chunk);
        cardinality += value.countOf(SHELF_MASK + 1) - dropShelf(shelves[s]);
        shelves[s] = value.shelf;
    }

    private void replaceBook(long chunk, Uniform value) {
        long[][][] shelf = shelves[shelfIndex(chunk)];
        if (isShared(shelf)) {
            if (directories + 1 > maxDirectories) {
                refuse(chunk, value);
                return;
            }
            shelf = ownShelf(chunk);
        }
        int b = bookIndex(chunk);
        cardinality += value.countOf(BOOK_MASK + 1) - dropBook(shelf[b]);
        shelf[b] = value.book;
        settleShelf(chunk, value);
    }

    private void replacePage(long chunk, Uniform value) {
        long[][] book = shelves[shelfIndex(chunk)][bookIndex(chunk)];
        if (isShared(book)) {
            if (directories + missingDirectories(chunk) > maxDirectories) {
                refuse(chunk, value);
                return;
            }
            book = ownBook(chunk);
        }
        int p = pageIndex(chunk);
        cardinality += value.countOf(PAGE_MASK + 1) - dropPage(book[p]);
        book[p] = value.page;
        settleBook(chunk, value);
    }

    private void refuse(long chunk, Uniform value) {
        if (value == EMPTY) {
            forget(chunk);
        }
    }

    /** Empties the largest full part around {@code chunk}, for want of room to split it. */
    private void forget(long chunk) {
        long[][][] shelf = shelves[shelfIndex(chunk)];
        if (shelf == FULL.shelf) {
            replaceShelf(chunk, EMPTY);
        } else if (shelf[bookIndex(chunk)] == FULL.book) {
            replaceBook(chunk, EMPTY);
        } else {
            replacePage(chunk, EMPTY);
        }
    }

    /** A tree with the same chunks that shares nothing changeable with this one. */
    ChunkPages copy() {
        ChunkPages copy = new ChunkPages(maxPartialPages);
        copy.shelves = shelves.clone();
        for (int s = 0; s < copy.shelves.length; s++) {
            if (!isShared(copy.shelves[s])) {
                copy.shelves[s] = copyShelf(copy.shelves[s]);
            }
        }
        copy.partialPages = partialPages;
        copy.directories = directories;
        copy.cardinality = cardinality;
        return copy;
    }

    long cardinality() {
        return cardinality;
    }

    int partialPages() {
        return partialPages;
    }

    /** How many books and shelves are this tree's own. */
    int directories() {
        return directories;
    }

    boolean bounded() {
        return maxPartialPages != Integer.MAX_VALUE;
    }

    /** The page of {@code chunk}, made this map's own if it was shared; null where the bound forbids that. */
    private long @Nullable [] ownPage(long chunk) {
        reach(chunk);
        long[] page = shelves[shelfIndex(chunk)][bookIndex(chunk)][pageIndex(chunk)];
        if (!isShared(page)) {
            return page;
        }
        if (partialPages >= maxPartialPages || directories + missingDirectories(chunk) > maxDirectories) {
            return null;
        }
        page = page.clone();
        ownBook(chunk)[pageIndex(chunk)] = page;
        partialPages++;
        return page;
    }

    private long[][] ownBook(long chunk) {
        long[][][] shelf = ownShelf(chunk);
        int b = bookIndex(chunk);
        if (isShared(shelf[b])) {
            shelf[b] = shelf[b].clone();
            directories++;
        }
        return shelf[b];
    }

    private long[][][] ownShelf(long chunk) {
        int s = shelfIndex(chunk);
        if (isShared(shelves[s])) {
            shelves[s] = shelves[s].clone();
            directories++;
        }
        return shelves[s];
    }

    private int missingDirectories(long chunk) {
        long[][][] shelf = shelves[shelfIndex(chunk)];
        return (isShared(shelf) ? 1 : 0) + (isShared(shelf[bookIndex(chunk)]) ? 1 : 0);
    }

    /** Lets the root reach up to {@code chunk}. */
    private void reach(long chunk) {
        int old = shelves.length;
        int needed = shelfIndex(chunk) + 1;
        if (needed > old) {
            shelves = Arrays.copyOf(shelves, needed);
            Arrays.fill(shelves, old, needed, EMPTY.shelf);
        }
    }

    private void settlePage(long chunk, Uniform value) {
        long[][] book = shelves[shelfIndex(chunk)][bookIndex(chunk)];
        int p = pageIndex(chunk);
        if (Arrays.equals(book[p], value.page)) {
            book[p] = value.page;
            partialPages--;
            settleBook(chunk, value);
        }
    }

    private void settleBook(long chunk, Uniform value) {
        long[][][] shelf = shelves[shelfIndex(chunk)];
        int b = bookIndex(chunk);
        if (allSame(shelf[b], value.page)) {
            shelf[b] = value.book;
            directories--;
            settleShelf(chunk, value);
        }
    }

    private void settleShelf(long chunk, Uniform value) {
        int s = shelfIndex(chunk);
        if (allSame(shelves[s], value.book)) {
            shelves[s] = value.shelf;
            directories--;
        }
    }

    /** Gives up a shelf and returns how many chunks were set in it. */
    private long dropShelf(long[][][] shelf) {
        if (isShared(shelf)) {
            return shelf == FULL.shelf ? SHELF_MASK + 1 : 0;
        }
        directories--;
        long set = 0;
        for (long[][] book : shelf) {
            set += dropBook(book);
        }
        return set;
    }

    private long dropBook(long[][] book) {
        if (isShared(book)) {
            return book == FULL.book ? BOOK_MASK + 1 : 0;
        }
        directories--;
        long set = 0;
        for (long[] page : book) {
            set += dropPage(page);
        }
        return set;
    }

    private long dropPage(long[] page) {
        if (isShared(page)) {
            return page == FULL.page ? PAGE_MASK + 1 : 0;
        }
        partialPages--;
        long set = 0;
        for (long word : page) {
            set += Long.bitCount(word);
        }
        return set;
    }

    private static long[][][] copyShelf(long[][][] shelf) {
        long[][][] copy = shelf.clone();
        for (int b = 0; b < ENTRIES; b++) {
            if (!isShared(copy[b])) {
                copy[b] = copyBook(copy[b]);
            }
        }
        return copy;
    }

    private static long[][] copyBook(long[][] book) {
        long[][] copy = book.clone();
        for (int p = 0; p < ENTRIES; p++) {
            if (!isShared(copy[p])) {
                copy[p] = copy[p].clone();
            }
        }
        return copy;
    }

    private static boolean allSame(Object[] entries, Object value) {
        for (int i = entries.length - 1; i >= 0; i--) { // a fill in ascending order is refuted by the last entry
            if (entries[i] != value) {
                return false;
            }
        }
        return true;
    }

    private static boolean isShared(long[][][] shelf) {
        return shelf == EMPTY.shelf || shelf == FULL.shelf;
    }

    private static boolean isShared(long[][] book) {
        return book == EMPTY.book || book == FULL.book;
    }

    private static boolean isShared(long[] page) {
        return page == EMPTY.page || page == FULL.page;
    }

    private static int shelfIndex(long chunk) {
        return (int) (chunk >>> SHELF_BITS);
    }

    private static int bookIndex(long chunk) {
        return (int) (chunk >>> BOOK_BITS) & (ENTRIES - 1);
    }

    private static int pageIndex(long chunk) {
        return (int) (chunk >>> PAGE_BITS) & (ENTRIES - 1);
    }

    private static int wordIndex(long chunk) {
        return (int) (chunk >>> WORD_BITS) & 63;
    }

    /** The shared arrays in which every word is the same. */
    static final class Uniform {
        final long word;
        final long[] page = new long[1 << (PAGE_BITS - WORD_BITS)];
        final long[][] book = new long[ENTRIES][];
        final long[][][] shelf = new long[ENTRIES][][];

        Uniform(long word) {
            this.word = word;
            Arrays.fill(page, word);
            Arrays.fill(book, page);
            Arrays.fill(shelf, book);
        }

        /** How many of {@code chunks} chunks are set. */
        long countOf(long chunks) {
            return word == 0 ? 0 : chunks;
        }
    }
}
