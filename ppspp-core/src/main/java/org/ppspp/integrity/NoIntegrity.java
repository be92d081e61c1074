package org.ppspp.integrity;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;
import org.ppspp.wire.NtpTime;

/** Protects nothing: a live stream of programs that know no signatures. Every chunk passes for what it says it is. */
public final class NoIntegrity implements LiveIntegrity {
    private final Timeline nothing = new Timeline(NtpTime.UNKNOWN);
    private long edge = -1;

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

    @Override
    public void append(SignedSegment segment) {
        edge = Math.max(edge, segment.chunks().last());
    }

    @Override
    public Verdict verify(PendingHashes from, long chunk, byte[] leaf, ByteBuf content, long now) {
        edge = Math.max(edge, chunk);
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
        return nothing;
    }

    @Override
    public long edge() {
        return edge;
    }

    @Override
    public boolean reachesBeyondEdge() {
        return true;
    }
}
