package org.ppspp.integrity;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.wire.LiveForm;
import org.ppspp.wire.NtpTime;

/**
 * When the parts of a live stream were signed: times and chunk numbers rise together, so that nothing old passes for new and
 * nothing gets another place (RFC 7574 §6.1.2.4, §12.6.5; rule R27).
 *
 * <p>A source that has to begin anew, with lower numbers, is told by its time: later than everything known by more than a
 * moment. What is not later than the former stream's end is not heard of again.
 */
public final class Timeline {
    /** What the time of a signed node says of it, before its signature is looked at. */
    enum Place {
        /** Between its neighbours. */
        FITS,
        /** The stream has begun anew there. */
        RESTARTS,
        /** Too old, from the future, out of order or not of use. */
        NOWHERE
    }

    private static final long SECOND = 1_000_000;

    /** How old a node may be that nobody asked for, and how far ahead of our clock: microseconds. */
    static final long MAX_AGE = 30 * SECOND;

    static final long MAX_AHEAD = 10 * SECOND;

    /** A source that begins anew does so later than this after its last word. */
    static final long RESTART_GAP = 2 * SECOND;

    /** How far back the rate of the stream is measured. */
    private static final long RATE_PERIOD = 20 * SECOND;

    /** By first chunk. */
    private final TreeMap<Long, SignedNode> nodes = new TreeMap<>();

    /** Up to which node the rate was measured. */
    private @Nullable SignedNode measured;

    /** Whether neighbours may have the same time: libswift looks at its clock now and then. */
    private final boolean coarse;

    private double chunksPerSecond;

    /** Chunks below this one are of no use any more. */
    private long floor;

    /** Nothing up to this time is believed if it is not {@link NtpTime#UNKNOWN}. */
    private long notBefore;

    /** {@code notBefore} is the latest time that was known of this stream in an earlier run, or {@link NtpTime#UNKNOWN}. */
    Timeline(long notBefore) {
        this(notBefore, LiveForm.RFC7574);
    }

    Timeline(long notBefore, LiveForm form) {
        this.notBefore = notBefore;
        this.coarse = form == LiveForm.LIBSWIFT;
    }

    boolean isEmpty() {
        return nodes.isEmpty();
    }

    @Nullable
    SignedNode get(long firstChunk) {
        return nodes.get(firstChunk);
    }

    /** The node with the highest chunks, or null. */
    @Nullable
    SignedNode newest() {
        Map.Entry<Long, SignedNode> last = nodes.lastEntry();
        return last == null ? null : last.getValue();
    }

    /** The last chunk of the newest node, or -1. */
    public long edge() {
        SignedNode newest = newest();
        return newest == null ? -1 : newest.chunks().last();
    }

    /** The time of the newest node, or {@link NtpTime#UNKNOWN}. */
    public long latestTime() {
        SignedNode newest = newest();
        return newest == null ? NtpTime.UNKNOWN : newest.ntpTime();
    }

    /** How many signed nodes are kept. */
    public int size() {
        return nodes.size();
    }

    /** Whether a time is one of a former stream under the same key, or of a time before we were there. */
    boolean bygone(long ntpTime) {
        return notBefore != NtpTime.UNKNOWN && NtpTime.compare(ntpTime, notBefore) < 0;
    }

    /** Whether the time is near enough to ours, or past and asked for. */
    boolean timely(long ntpTime, LiveIntegrity.When when) {
        long age = NtpTime.microsBetween(ntpTime, when.ntpNow());
        return ntpTime != NtpTime.UNKNOWN && age >= -MAX_AHEAD && (age <= MAX_AGE || when.asked());
    }

    /** {@code chunks} are those of one node, which was signed at {@code ntpTime}. */
    Place place(ChunkRange chunks, long ntpTime, LiveIntegrity.When when) {
        if (!timely(ntpTime, when)) {
            return Place.NOWHERE;
        }
        boolean fresh = NtpTime.microsBetween(ntpTime, when.ntpNow()) <= MAX_AGE;
        SignedNode newest = newest();
        if (newest == null) {
            return fresh && !bygone(ntpTime) ? Place.FITS : Place.NOWHERE;
        }
        long later = NtpTime.microsBetween(newest.ntpTime(), ntpTime);
        if (fresh && later > RESTART_GAP && chunks.first() <= newest.chunks().first()) {
            return Place.RESTARTS;
        }
        return chunks.last() >= floor && inOrder(chunks, ntpTime) ? Place.FITS : Place.NOWHERE;
    }

    private boolean inOrder(ChunkRange chunks, long ntpTime) {
        Map.Entry<Long, SignedNode> before = nodes.lowerEntry(chunks.first());
        Map.Entry<Long, SignedNode> after = nodes.higherEntry(chunks.first());
        return (before == null || rises(before.getValue().ntpTime(), ntpTime))
                && (after == null || rises(ntpTime, after.getValue().ntpTime()));
    }

    private boolean rises(long earlier, long later) {
        return NtpTime.compare(earlier, later) < (coarse ? 1 : 0);
    }

    void add(SignedNode node) {
        nodes.put(node.chunks().first(), node);
    }

    /** Forgets all nodes of the stream so far, and that none of them may come back. */
    void restart() {
        SignedNode newest = newest();
        if (newest != null) {
            notBefore = newest.ntpTime() + 1;
        }
        nodes.clear();
        floor = 0;
    }

    /** Forgets nodes that end before {@code chunk}. */
    void forgetBelow(long chunk) {
        floor = chunk;
        while (!nodes.isEmpty() && nodes.firstEntry().getValue().chunks().last() < chunk) {
            nodes.pollFirstEntry();
        }
    }

    /** Chunks a second in the last while, or 0 while fewer than two nodes are known. */
    public double chunksPerSecond() {
        SignedNode newest = newest();
        if (!Objects.equals(newest, measured)) {
            measured = newest;
            chunksPerSecond = measure();
        }
        return chunksPerSecond;
    }

    private double measure() {
        SignedNode newest = newest();
        if (newest == null) {
            return 0;
        }
        SignedNode oldest = newest;
        for (SignedNode node : nodes.descendingMap().values()) {
            if (NtpTime.microsBetween(node.ntpTime(), newest.ntpTime()) > RATE_PERIOD) {
                break;
            }
            oldest = node;
        }
        long micros = NtpTime.microsBetween(oldest.ntpTime(), newest.ntpTime());
        return micros <= 0 ? 0 : (newest.chunks().first() - oldest.chunks().first()) * (double) SECOND / micros;
    }
}
