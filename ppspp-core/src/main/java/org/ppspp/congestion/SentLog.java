package org.ppspp.congestion;

import java.util.Arrays;

/**
 * The datagrams sent to one peer, by a transmission number of our own that never appears on the wire: a ring that
 * grows with what is in flight and remembers about four times as much, so that late acknowledgements are recognised.
 */
final class SentLog {
    /** What became of a datagram. */
    static final byte SETTLED = 0;

    static final byte PENDING = 1;
    static final byte LOST = 2;

    /** Datagrams between the oldest in flight and the newest, at most. */
    static final int MAX_SPAN = 8192;

    private static final int MIN_CAPACITY = 64;
    private static final int MAX_CAPACITY = 2 * MAX_SPAN;
    private static final int MEMORY_FACTOR = 4;

    private long[] chunks = new long[MIN_CAPACITY];
    private long[] times = new long[MIN_CAPACITY];
    private int[] sizes = new int[MIN_CAPACITY];
    private byte[] states = new byte[MIN_CAPACITY];
    private int[] resentAfter = new int[MIN_CAPACITY];
    private long next;
    private long oldest;

    /** The number of the next datagram. */
    long next() {
        return next;
    }

    /** The lowest number in flight, {@link #next()} if none. */
    long oldestPending() {
        while (oldest < next && state(oldest) != PENDING) {
            oldest++;
        }
        return oldest;
    }

    boolean full() {
        return next - oldestPending() >= MAX_SPAN;
    }

    /** The lowest number still remembered. */
    long remembered() {
        return Math.max(0, next - chunks.length);
    }

    /** Makes room for the next datagram; what is in its place, {@code next - capacity}, is forgotten by {@link #add}. */
    void reserve() {
        if (chunks.length < MAX_CAPACITY && (next - oldestPending()) * MEMORY_FACTOR >= chunks.length) {
            grow();
        }
    }

    /** The number that {@link #add} would forget and that was lost and never acknowledged, or -1. */
    long expiring() {
        long number = next - chunks.length;
        return number >= 0 && state(number) == LOST ? number : -1;
    }

    /**
     * Notes a datagram and returns its number.
     *
     * @param resentAfter the number of the chunk's transmission before, -1 if this is the first
     */
    long add(long now, long chunk, int bytes, long resentAfter) {
        int slot = slot(next);
        chunks[slot] = chunk;
        times[slot] = now;
        sizes[slot] = bytes;
        states[slot] = PENDING;
        this.resentAfter[slot] = resentAfter < 0 ? 0 : (int) (next - resentAfter);
        return next++;
    }

    byte state(long number) {
        return states[slot(number)];
    }

    void settle(long number, byte state) {
        states[slot(number)] = state;
    }

    long chunk(long number) {
        return chunks[slot(number)];
    }

    long time(long number) {
        return times[slot(number)];
    }

    int bytes(long number) {
        return sizes[slot(number)];
    }

    /** How many numbers before this the chunk was sent the time before; 0 if never. */
    int resentAfter(long number) {
        return resentAfter[slot(number)];
    }

    private int slot(long number) {
        return (int) number & (chunks.length - 1);
    }

    private void grow() {
        int old = chunks.length;
        int capacity = 2 * old;
        int[] from = new int[old];
        long first = Math.max(0, next - old);
        int kept = (int) (next - first);
        for (int i = 0; i < kept; i++) {
            from[i] = slot(first + i);
        }
        long[] oldChunks = chunks;
        long[] oldTimes = times;
        int[] oldSizes = sizes;
        byte[] oldStates = states;
        int[] oldResent = resentAfter;
        chunks = new long[capacity];
        times = new long[capacity];
        sizes = new int[capacity];
        states = new byte[capacity];
        resentAfter = new int[capacity];
        Arrays.fill(states, SETTLED);
        for (int i = 0; i < kept; i++) {
            int to = slot(first + i);
            chunks[to] = oldChunks[from[i]];
            times[to] = oldTimes[from[i]];
            sizes[to] = oldSizes[from[i]];
            states[to] = oldStates[from[i]];
            resentAfter[to] = oldResent[from[i]];
        }
    }
}
