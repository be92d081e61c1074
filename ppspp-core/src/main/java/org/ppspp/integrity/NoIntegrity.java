package org.ppspp.integrity;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;
import org.ppspp.wire.NtpTime;

/**
 * Protects nothing: a live stream of programs that know no signatures. Every chunk passes for what it says it is, and tells by
 * its coming how far the stream has got, and how fast that goes.
 */
public final class NoIntegrity implements LiveIntegrity {
    private static final double SECOND = 1e9;
    private static final long MILLISECOND = 1_000_000;

    /** How far back the rate of the stream is measured, and how far it takes to know one. */
    private static final long RATE_PERIOD = 20_000 * MILLISECOND;

    private static final long RATE_LEAST = 2_000 * MILLISECOND;

    /** Peers announce chunks by the hundred, so that they come in bursts: between the ends of those the rate is measured. */
    private static final long BURST_PAUSE = 100 * MILLISECOND;

    private static final long MARK_PERIOD = 250 * MILLISECOND;

    /** The edge at a moment. */
    private record Mark(long at, long edge) {}

    /** What a source has made when; viewers are not told. */
    private final Timeline timeline = new Timeline(NtpTime.UNKNOWN);

    private final ArrayDeque<Mark> marks = new ArrayDeque<>();
    private long edge = -1;
    private long reachedAt;

    @Override
    public PendingHashes newPending(int maxEntries) {
        return new PendingHashes(1, maxEntries);
    }

    @Override
    public Offer offer(PendingHashes from, long bin, byte[] hash, long now) {
        return Offer.IGNORED;
    }

    @Override
    public Outcome signed(PendingHashes from, SignedNode node, When when) {
        return Outcome.UNUSABLE;
    }

    /** A segment bears the time in the place of a signature. */
    @Override
    public void append(SignedSegment segment) {
        segment.signed().forEach(timeline::add);
        edge = segment.chunks().last();
    }

    /** Forgets the stream so far: it has begun anew. */
    public void startOver() {
        marks.clear();
        edge = -1;
    }

    private void reached(long chunk, long now) {
        if (chunk <= edge) {
            return;
        }
        Mark last = marks.peekLast();
        boolean due = last == null || now - last.at() >= MARK_PERIOD || now - reachedAt >= BURST_PAUSE;
        if (edge >= 0 && due && (last == null || last.edge() < edge)) {
            marks.addLast(new Mark(reachedAt, edge));
            while (marks.getLast().at() - marks.getFirst().at() > RATE_PERIOD) {
                marks.removeFirst();
            }
        }
        edge = chunk;
        reachedAt = now;
    }

    @Override
    public Verdict verify(PendingHashes from, long chunk, byte[] leaf, ByteBuf content, long now) {
        reached(chunk, now);
        return Verdict.VERIFIED;
    }

    /** Nothing is ever missing. */
    @Override
    public long missing() {
        return Bin.NONE;
    }

    @Override
    public boolean heard(PendingHashes from, long missing) {
        return true;
    }

    @Override
    public boolean prove(long chunk, KnownChunks known, @Nullable BinHashes lower, ProofSink out) {
        return true;
    }

    @Override
    public Timeline timeline() {
        return timeline;
    }

    @Override
    public long edge() {
        return edge;
    }

    @Override
    public boolean reachesBeyondEdge() {
        return true;
    }

    @Override
    public double chunksPerSecond() {
        if (!timeline.isEmpty()) {
            return timeline.chunksPerSecond();
        }
        long nanos =
                marks.isEmpty() ? 0 : marks.getLast().at() - marks.getFirst().at();
        return nanos < RATE_LEAST
                ? 0
                : (marks.getLast().edge() - marks.getFirst().edge()) * SECOND / nanos;
    }
}
