package org.ppspp.congestion;

import org.ppspp.chunk.ChunkRange;
import org.ppspp.congestion.SentBins.SentBin;

/**
 * Which chunks are on their way to one peer, and which of them are lost: by three later datagrams having arrived
 * (more if the path is seen to reorder) or by time. Acknowledging a range costs in proportion to what it newly
 * acknowledges, however large the range and however often it is repeated.
 *
 * <p>A lost chunk is remembered for a while: its acknowledgement shows that the path reorders, and sending it again
 * makes its round trip ambiguous.
 */
final class InFlight {
    /** Chunks in flight, at most. */
    static final int MAX_CHUNKS = 4096;

    /** Bins with chunks in flight or lost, at most: bounds the memory a peer can take by asking for scattered chunks. */
    static final int MAX_BINS = 1024;

    private static final int INITIAL_REORDERING = 3;
    /** A few runs of datagrams as segmentation offload cuts them: whole runs overtake each other on a busy host. */
    private static final int MAX_REORDERING = 256;

    private static final int BIN_SHIFT = Integer.numberOfTrailingZeros(SentBins.BIN_CHUNKS);

    private final SentLog log = new SentLog();
    private final SentBins bins = new SentBins();
    private int chunks;
    private long bytes;
    private long highestAcked = -1;
    private long nextToReport;
    private int reordering = INITIAL_REORDERING;
    private long lossTime = Long.MAX_VALUE;

    private int falselyLost;
    private int early;
    private long newBytes;
    private int newChunks;
    private long newestFresh = -1;

    /** A chunk leaves; if it is in flight already, the transmission before counts no longer. */
    void sent(long now, long chunk, int size) {
        if (log.full()) {
            loseOldest();
        }
        log.reserve();
        long expiring = log.expiring();
        if (expiring >= 0) {
            clearLost(expiring);
        }
        int index = bins.indexFrom(chunk >>> BIN_SHIFT);
        SentBin bin = bins.obtain(index, chunk >>> BIN_SHIFT);
        int place = (int) chunk & (SentBins.BIN_CHUNKS - 1);
        long bit = 1L << place;
        long before = -1;
        if (((bin.pending | bin.lost) & bit) != 0) {
            before = bin.number(place, log.next());
            if ((bin.pending & bit) != 0) {
                leave(before, SentLog.SETTLED);
            }
        }
        bin.assign(place, log.add(now, chunk, size, before));
        bin.pending |= bit;
        bin.lost &= ~bit;
        chunks++;
        bytes += size;
    }

    /**
     * The peer has these chunks: those in flight leave it and are added to {@link #newBytes}.
     *
     * @param plausibleRtt the shortest round trip so far, 0 if unknown. An answer to a repeated chunk that comes sooner
     *     than half of this was to the transmission before; a chunk sent once that is acknowledged sooner than 7/8 of it
     *     the peer has from elsewhere, and it tells nothing of the path
     */
    void acked(long now, ChunkRange range, long plausibleRtt) {
        int from = bins.indexFrom(range.first() >>> BIN_SHIFT);
        long lastBin = range.last() >>> BIN_SHIFT;
        int to = from;
        boolean emptied = false;
        for (; to < bins.count() && bins.at(to).id <= lastBin; to++) {
            SentBin bin = bins.at(to);
            long mask = bin.mask(range.first(), range.last());
            for (long left = bin.pending & mask; left != 0; left &= left - 1) {
                arrived(now, bin.number(Long.numberOfTrailingZeros(left), log.next()), plausibleRtt);
            }
            for (long left = bin.lost & mask; left != 0; left &= left - 1) {
                long number = bin.number(Long.numberOfTrailingZeros(left), log.next());
                log.settle(number, SentLog.SETTLED);
                reordered(number);
            }
            bin.pending &= ~mask;
            bin.lost &= ~mask;
            emptied |= bin.isEmpty();
        }
        if (emptied) {
            bins.removeEmpty(from, to);
        }
    }

    /** How many chunks that were declared lost have turned out to have arrived since this was asked last. */
    int takeFalselyLost() {
        int count = falselyLost;
        falselyLost = 0;
        return count;
    }

    /**
     * How many of the chunks acknowledged since {@link #clearNew} were so sooner than a round trip takes: the peer has
     * them from elsewhere, and an ACK that names the largest interval around another chunk names them too.
     */
    int early() {
        return early;
    }

    /** Bytes acknowledged since {@link #clearNew}. */
    long newBytes() {
        return newBytes;
    }

    /** Chunks acknowledged since {@link #clearNew}. */
    int newChunks() {
        return newChunks;
    }

    /**
     * When the newest of the chunks acknowledged since {@link #clearNew} left, of those sent only once (Karn's rule);
     * {@link Long#MIN_VALUE} if there are none.
     */
    long newestFreshSentAt() {
        return newestFresh < 0 ? Long.MIN_VALUE : log.time(newestFresh);
    }

    void clearNew() {
        newBytes = 0;
        newChunks = 0;
        early = 0;
        newestFresh = -1;
    }

    /**
     * Declares lost what later arrivals or {@code patience} nanoseconds show to be lost.
     *
     * @return the number of the newest chunk declared lost, -1 if none
     */
    long detectLost(long now, long patience) {
        long newestLost = -1;
        lossTime = Long.MAX_VALUE;
        long number = log.oldestPending();
        while (number < highestAcked) {
            long due = log.time(number) + patience;
            if (number > highestAcked - reordering && now < due) {
                lossTime = due;
                break;
            }
            loseOldest();
            newestLost = number;
            number = log.oldestPending();
        }
        return newestLost;
    }

    /** When {@link #detectLost} has something to find by time alone, {@link Long#MAX_VALUE} if never. */
    long lossTime() {
        return chunks == 0 ? Long.MAX_VALUE : lossTime;
    }

    /** Declares lost what has been in flight for longest; nothing if there is nothing in flight. */
    void loseOldest() {
        if (chunks == 0) {
            return;
        }
        long number = log.oldestPending();
        long chunk = log.chunk(number);
        SentBin bin = bins.at(bins.indexFrom(chunk >>> BIN_SHIFT));
        long bit = 1L << chunk;
        bin.pending &= ~bit;
        bin.lost |= bit;
        leave(number, SentLog.LOST);
    }

    /** The next chunk declared lost that nobody was told of, and not sent or acknowledged since; -1 if none. */
    long pollLost() {
        nextToReport = Math.max(nextToReport, log.remembered());
        long end = log.oldestPending();
        while (nextToReport < end) {
            long number = nextToReport++;
            if (log.state(number) == SentLog.LOST && lostNow(number)) {
                return log.chunk(number);
            }
        }
        return -1;
    }

    boolean contains(long chunk) {
        long id = chunk >>> BIN_SHIFT;
        int index = bins.indexFrom(id);
        return bins.holds(index, id) && (bins.at(index).pending & 1L << chunk) != 0;
    }

    /** When a chunk in flight left the last time. */
    long sentAt(long chunk) {
        SentBin bin = bins.at(bins.indexFrom(chunk >>> BIN_SHIFT));
        return log.time(bin.number((int) chunk & (SentBins.BIN_CHUNKS - 1), log.next()));
    }

    /** The chunk is neither in flight nor lost any longer, and was not acknowledged either. */
    void forget(long chunk) {
        long id = chunk >>> BIN_SHIFT;
        int index = bins.indexFrom(id);
        long bit = 1L << chunk;
        if (!bins.holds(index, id) || ((bins.at(index).pending | bins.at(index).lost) & bit) == 0) {
            return;
        }
        SentBin bin = bins.at(index);
        long number = bin.number((int) chunk & (SentBins.BIN_CHUNKS - 1), log.next());
        if ((bin.pending & bit) != 0) {
            leave(number, SentLog.SETTLED);
        }
        log.settle(number, SentLog.SETTLED);
        bin.pending &= ~bit;
        bin.lost &= ~bit;
        bins.removeEmpty(index, index + 1);
    }

    /** The number of the next transmission. */
    long next() {
        return log.next();
    }

    int chunks() {
        return chunks;
    }

    long bytes() {
        return bytes;
    }

    /** How many later arrivals make a chunk lost. */
    int reordering() {
        return reordering;
    }

    /** Whether no more can be kept track of; drops what is known of lost chunks before it comes to that. */
    boolean full() {
        if (bins.count() >= MAX_BINS) {
            forgetLost();
        }
        return chunks >= MAX_CHUNKS || bins.count() >= MAX_BINS || log.full();
    }

    private void arrived(long now, long number, long plausibleRtt) {
        newBytes += log.bytes(number);
        newChunks++;
        int resentAfter = log.resentAfter(number);
        if (resentAfter == 0 && now - log.time(number) < plausibleRtt / 8 * 7) {
            early++;
        } else if (resentAfter == 0) {
            newestFresh = Math.max(newestFresh, number);
            highestAcked = Math.max(highestAcked, number);
        } else if (now - log.time(number) < plausibleRtt / 2) {
            reordered(number - resentAfter);
        } else {
            highestAcked = Math.max(highestAcked, number);
        }
        leave(number, SentLog.SETTLED);
    }

    private void leave(long number, byte state) {
        log.settle(number, state);
        chunks--;
        bytes -= log.bytes(number);
    }

    /** A transmission believed lost has arrived: later ones overtook it, or its acknowledgement was late. */
    private void reordered(long number) {
        falselyLost++;
        long distance = highestAcked - number + 1;
        reordering = (int) Math.max(reordering, Math.min(distance, MAX_REORDERING));
    }

    private boolean lostNow(long number) {
        long chunk = log.chunk(number);
        long id = chunk >>> BIN_SHIFT;
        int index = bins.indexFrom(id);
        if (!bins.holds(index, id) || (bins.at(index).lost & 1L << chunk) == 0) {
            return false;
        }
        return bins.at(index).number((int) chunk & (SentBins.BIN_CHUNKS - 1), log.next()) == number;
    }

    private void clearLost(long number) {
        if (lostNow(number)) {
            long chunk = log.chunk(number);
            int index = bins.indexFrom(chunk >>> BIN_SHIFT);
            bins.at(index).lost &= ~(1L << chunk);
            bins.removeEmpty(index, index + 1);
        }
    }

    private void forgetLost() {
        for (int i = 0; i < bins.count(); i++) {
            bins.at(i).lost = 0;
        }
        bins.removeEmpty(0, bins.count());
    }
}
