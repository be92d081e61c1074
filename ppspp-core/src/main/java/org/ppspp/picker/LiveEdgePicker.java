package org.ppspp.picker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.ppspp.chunk.ChunkMap;

/**
 * Stays a few seconds behind the edge of a live stream, and spares those who have everything first.
 *
 * <p>New chunks are with the source alone at first, and its uplink carries the stream only a few times. So a chunk is asked
 * for at once only by some: each viewer draws a number for each chunk, and asks when that is below the share of those who lack
 * the chunk that those who have it can serve. The share rises as neighbours announce the chunk, so it spreads by doubling; and
 * it rises with time, so a chunk that nobody asked for, or that got lost, is asked for by more and more. What is to be played
 * soon is asked for at once, by everybody. Where peers bring less than may be asked for, the same number and time tell what is asked for first: not the oldest,
 * since then all would ask for the same; who has one peer alone asks in order.
 *
 * <p>What lies behind the position is not asked for. It begins close to the edge, so that many who come at once do not all ask
 * a source for the same seconds that have passed, and waits there for the clock: the place that is played when the delay is
 * over. From then on it follows the clock, or the reader once that has told one.
 */
public final class LiveEdgePicker implements ChunkPicker {
    private static final int BIN = 64;

    /** Of the delay: the time in which the share of those who ask doubles, and what is left when everybody asks. */
    private static final int DOUBLINGS = 8;

    private static final int URGENT = 4;

    /** Of the delay: what is left when it is too late to ask, as the answer would come too late. */
    private static final int HOPELESS = 16;

    /** Chunks before the edge to begin with. */
    private static final long BACK = 64;

    private static final double SECOND = 1e9;

    private record Candidate(long chunk, double rank) {}

    private record Reached(long edge, long at) {}

    private final long salt;
    private final long delayNanos;
    private final ArrayDeque<Reached> reached = new ArrayDeque<>();
    private final ChunkMap closed = new ChunkMap();
    /** What may be asked for now. */
    private final List<Candidate> candidates = new ArrayList<>();

    /** All but a few of them. */
    private final ChunkMap most = new ChunkMap();

    private double chunksPerSecond;
    private long position = -1;
    /** What is played now, or is to be once the position is reached; -1 while the rate of the stream is not known. */
    private long clock = -1;

    private long floor;
    private boolean led;
    private long last = -1;

    /** {@code delayNanos} after it was signed a chunk is to be played. */
    public LiveEdgePicker(RandomGenerator random, long delayNanos) {
        this.salt = random.nextLong();
        this.delayNanos = delayNanos;
    }

    /** The first chunk that is of interest, or -1 while nothing is known of the stream. */
    public long position() {
        return position;
    }

    /** The stream reaches up to {@code edge} since {@code now}; its rate is 0 while unknown. */
    public void reached(long now, long edge, double rate) {
        chunksPerSecond = rate;
        reached.addLast(new Reached(edge, now));
        clock = rate > 0 ? edge + 1 - Math.max(1, (long) (rate * delayNanos / SECOND)) : -1;
        if (position < 0) {
            position = Math.max(0, edge + 1 - BACK);
        }
        if (!led) {
            position = Math.max(position, clock);
        }
        tidy();
    }

    /** The newest reader is where it says from now on; where there is none, the position follows the edge. */
    @Override
    public void seek(List<PlayWindow> windows) {
        led = !windows.isEmpty();
        if (led) {
            position = Math.max(floor, windows.get(0).playhead());
        }
    }

    /** From the position to the edge: all of it is waited for. */
    @Override
    public List<PlayWindow> windows() {
        return position < 0 || last < position || chunksPerSecond <= 0
                ? List.of()
                : List.of(new PlayWindow(position, last + 1 - position, PlayWindow.UNLIMITED));
    }

    /** Chunks below this one are nowhere any more. */
    public void forgetBelow(long chunk) {
        floor = chunk;
        if (position >= 0) {
            position = Math.max(position, chunk);
        }
        tidy();
        if (chunk > 0) {
            closed.clear(0, chunk - 1);
            most.clear(0, chunk - 1);
        }
    }

    /** The stream has begun anew. */
    public void restart() {
        reached.clear();
        closed.clear(0, Math.max(0, closed.end()));
        position = -1;
        clock = -1;
        floor = 0;
        led = false;
        last = -1;
    }

    private void tidy() {
        while (reached.size() > 1 && reached.getFirst().edge() < position) {
            reached.removeFirst();
        }
    }

    /** Begins a round of choosing among the chunks up to {@code last}. */
    public void begin(long lastChunk) {
        last = lastChunk;
        candidates.clear();
    }

    /**
     * What is not to be asked of one peer now: {@link #closed}, or, if that leaves more than there is {@code room} for, all but
     * the best. Others lack the same, and draw other numbers: so they ask for something else, and have it to give.
     */
    public ChunkMap closedFor(ChunkMap peerHas, ChunkMap requested, int room) {
        List<Candidate> possible = new ArrayList<>();
        for (Candidate candidate : candidates) {
            if (peerHas.get(candidate.chunk()) && !requested.get(candidate.chunk())) {
                possible.add(candidate);
            }
        }
        if (possible.size() <= room) {
            return closed;
        }
        possible.sort(Comparator.comparingDouble(Candidate::rank));
        most.set(0, last | (BIN - 1));
        possible.subList(0, Math.max(0, room)).forEach(candidate -> most.clear(candidate.chunk()));
        return most;
    }

    /**
     * Decides which chunks of a request bin may be asked for.
     *
     * @param missing those that are neither had nor asked for
     * @param held what each peer that may be asked has of the request bin
     * @param peers how many of {@code held} count
     * @return whether there are chunks whose time is still to come
     */
    public boolean consider(long bin, long missing, long[] held, int peers, long now) {
        long open = 0;
        boolean waiting = false;
        for (long bits = missing & within(bin); bits != 0; bits &= bits - 1) {
            long bit = Long.lowestOneBit(bits);
            int holders = 0;
            for (int i = 0; i < peers; i++) {
                holders += (held[i] & bit) == 0 ? 0 : 1;
            }
            if (holders == 0) {
                continue;
            }
            long chunk = bin * BIN + Long.numberOfTrailingZeros(bit);
            double rank = rank(chunk, holders / (double) (peers - holders + 1), now);
            if (rank < 1) {
                open |= bit;
                // Who asks one peer alone has nobody to swap with, and does best in order.
                candidates.add(new Candidate(chunk, peers > 1 ? rank : chunk));
            } else {
                waiting = true;
            }
        }
        closed.setWord(bin, ~open);
        closed.clearWord(bin, open);
        return waiting;
    }

    /** Below 1 if it is time to ask for the chunk, and the lower, the more it is. */
    private double rank(long chunk, double share, long now) {
        double age = (now - since(chunk)) * (double) DOUBLINGS / delayNanos;
        long played = led ? position : clock;
        boolean urgent =
                chunksPerSecond > 0 && (chunk - played) * SECOND / chunksPerSecond < delayNanos / (double) URGENT;
        return draw(chunk) / (urgent ? 1 : share) / Math.pow(2, age);
    }

    /** A number from 0 to 1 that is this viewer's for the chunk. */
    private double draw(long chunk) {
        long mixed = (chunk ^ salt) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ mixed >>> 29) * 0xBF58476D1CE4E5B9L;
        return ((mixed ^ mixed >>> 32) >>> 11) * 0x1.0p-53;
    }

    private long since(long chunk) {
        for (Reached step : reached) {
            if (step.edge() >= chunk) {
                return step.at();
            }
        }
        return reached.isEmpty() ? 0 : reached.getLast().at();
    }

    private long within(long bin) {
        long first = bin * BIN;
        long from =
                led ? position : Math.max(position, clock + (long) (chunksPerSecond * delayNanos / SECOND / HOPELESS));
        long bits = -1L;
        if (from > first) {
            bits = from - first >= BIN ? 0 : bits << (from - first);
        }
        if (last < first + BIN - 1) {
            bits = last < first ? 0 : bits & -1L >>> (BIN - 1 - (last - first));
        }
        return bits;
    }

    /** A chunk is had. */
    public void stored(long chunk) {
        closed.set(chunk);
    }

    /** What is had, asked for or not to be asked for now, between the position and the end of this round. */
    public ChunkMap closed() {
        return closed;
    }

    /** The lowest request bin with something to ask; {@code settled} is {@link #closed}. */
    @Override
    public long next(ChunkMap settled, ChunkMap requested, ChunkMap peerHas, long chunkCount, Holders holders) {
        if (position < 0) {
            return NOTHING;
        }
        for (long bin = position / BIN; bin <= last / BIN; bin++) {
            if ((peerHas.word(bin) & ~settled.word(bin) & ~requested.word(bin)) != 0) {
                return bin;
            }
        }
        return NOTHING;
    }
}
