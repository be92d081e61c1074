package org.ppspp.congestion;

import java.util.Arrays;

/**
 * Which chunks are in flight or lost, by aligned bins of 64 chunks in the order of their numbers: a range of any size
 * meets only the bins that hold something. Each chunk has the number of its last transmission.
 */
final class SentBins {
    static final int BIN_CHUNKS = 64;

    /** One aligned bin; a chunk is in at most one of the masks. */
    static final class SentBin {
        long id;
        long pending;
        long lost;

        /** Low halves of transmission numbers. */
        private final int[] numbers = new int[BIN_CHUNKS];

        boolean isEmpty() {
            return (pending | lost) == 0;
        }

        /** The transmission number of the chunk at {@code index}, given the next one to be assigned. */
        long number(int index, long next) {
            return next - ((int) next - numbers[index]);
        }

        void assign(int index, long number) {
            numbers[index] = (int) number;
        }

        /** The chunks of this bin from {@code first} to {@code last} as a mask; these must overlap the bin. */
        long mask(long first, long last) {
            long start = id * BIN_CHUNKS;
            long from = Math.max(0, first - start);
            long to = Math.min(BIN_CHUNKS - 1, last - start);
            return (-1L << from) & (-1L >>> (BIN_CHUNKS - 1 - to));
        }
    }

    private static final int INITIAL_BINS = 8;

    /** Empty bins kept for the next ones. */
    private static final int SPARE_BINS = 64;

    private SentBin[] bins = new SentBin[INITIAL_BINS];
    private int count;
    private final SentBin[] spare = new SentBin[SPARE_BINS];
    private int spareCount;

    int count() {
        return count;
    }

    SentBin at(int index) {
        return bins[index];
    }

    /** The place of the first bin whose ID is not below {@code id}; {@link #count()} if there is none. */
    int indexFrom(long id) {
        int low = 0;
        int high = count;
        if (count > 0 && bins[count - 1].id <= id) {
            low = bins[count - 1].id == id ? count - 1 : count;
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (bins[middle].id < id) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    boolean holds(int index, long id) {
        return index < count && bins[index].id == id;
    }

    /** The bin at the place {@link #indexFrom} gave for its ID, added if missing. */
    SentBin obtain(int index, long id) {
        if (holds(index, id)) {
            return bins[index];
        }
        if (count == bins.length) {
            bins = Arrays.copyOf(bins, 2 * count);
        }
        System.arraycopy(bins, index, bins, index + 1, count - index);
        SentBin bin = spareCount > 0 ? spare[--spareCount] : new SentBin();
        bin.id = id;
        bins[index] = bin;
        count++;
        return bin;
    }

    /** Takes out the empty ones among the bins from place {@code from} to before {@code to}. */
    void removeEmpty(int from, int to) {
        int kept = from;
        for (int i = from; i < to; i++) {
            SentBin bin = bins[i];
            if (bin.isEmpty()) {
                recycle(bin);
            } else {
                bins[kept++] = bin;
            }
        }
        if (kept < to) {
            System.arraycopy(bins, to, bins, kept, count - to);
            int newCount = count - (to - kept);
            for (int i = newCount; i < count; i++) {
                clear(i);
            }
            count = newCount;
        }
    }

    @SuppressWarnings("NullAway") // places from count on hold nothing and are not read
    private void clear(int index) {
        bins[index] = null;
    }

    private void recycle(SentBin bin) {
        if (spareCount < SPARE_BINS) {
            spare[spareCount++] = bin;
        }
    }
}
