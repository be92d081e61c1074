package org.ppspp.integrity;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.WireFormat;

/**
 * Protects a live stream by a signature on every chunk (RFC 7574 §6.1.1). It costs a verification a chunk, so it is for slow
 * streams; on the Internet RFC 7574 wants the unified Merkle tree.
 *
 * <p>A signature can only be looked at once its chunk is there, and until then waits as an unverified hash does elsewhere: with
 * its time in front. So one that contradicts what is known is no proof of anything, but a reason to ask for its chunk: the source
 * may have begun anew, or have signed two chunks for one place.
 */
public final class SignAllIntegrity implements LiveIntegrity {
    /** Hears what shows only when a signature has its chunk. */
    public interface Witness {
        /** A chunk is the source's, and has its place. */
        void verified();

        /** The stream has begun anew, with a chunk that is being verified: all that was known before is void and forgotten. */
        void restarted(long now);

        /** The source has signed something else in the place of this chunk. */
        void equivocal(long chunk);
    }

    /** So many times the rate of the stream may be verified in any case (rule R27), to catch up. */
    private static final int CATCH_UP = 2;

    /** What newcomers are told of is replaced when it is so many microseconds older than the newest chunk. */
    private static final long NEWS_AGE = 8_000_000;

    private final int signatureLength;
    private final SignedBytes bytes;
    private final SignatureCheck signatures;
    private final Witness witness;
    private final Timeline timeline;
    private final VerificationBudget budget = new VerificationBudget(CATCH_UP);
    private final byte[] waiting;
    private @Nullable SignedNode news;
    private long ntpNow;
    private long missing = Bin.NONE;

    /** {@code notBefore} is as that of {@link LiveMerkleIntegrity}. */
    public SignAllIntegrity(WireFormat format, SignatureCheck signatures, long notBefore, Witness witness) {
        this.signatureLength = format.signatureLengthBytes();
        this.bytes = new SignedBytes(format);
        this.signatures = signatures;
        this.witness = witness;
        this.timeline = new Timeline(notBefore);
        this.waiting = new byte[Long.BYTES + signatureLength];
    }

    @Override
    public PendingHashes newPending(int maxEntries) {
        return new PendingHashes(waiting.length, maxEntries);
    }

    @Override
    public Offer offer(PendingHashes from, long bin, byte[] hash, long now) {
        return Offer.IGNORED;
    }

    @Override
    public Outcome signed(PendingHashes from, SignedNode said, When when) {
        ntpNow = when.ntpNow();
        if (said.chunks().size() != 1 || timeline.bygone(said.ntpTime())) {
            return Outcome.UNUSABLE;
        }
        SignedNode known = timeline.get(said.chunks().first());
        if (known != null && known.same(said)) {
            return Outcome.KNOWN;
        }
        Timeline.Place place = timeline.place(said.chunks(), said.ntpTime(), when);
        boolean contradicts =
                place == Timeline.Place.RESTARTS || (known != null && timeline.timely(said.ntpTime(), when));
        if (place == Timeline.Place.NOWHERE && !contradicts) {
            return Outcome.UNUSABLE;
        }
        ByteBuffer.wrap(waiting).putLong(said.ntpTime()).put(said.signature());
        from.put(Bin.leaf(said.chunks().first()), waiting, when.now());
        return contradicts ? Outcome.DOUBTFUL : Outcome.WAITS;
    }

    @Override
    public void append(SignedSegment segment) {
        segment.signed().forEach(timeline::add);
    }

    /** What the channel said of a chunk, or null. */
    private @Nullable SignedNode said(PendingHashes from, long chunk) {
        if (!from.read(Bin.leaf(chunk), waiting, 0)) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(waiting);
        long time = in.getLong();
        byte[] signature = new byte[signatureLength];
        in.get(signature);
        return new SignedNode(ChunkRange.of(chunk), time, signature);
    }

    @Override
    public boolean doubts(PendingHashes from, long chunk) {
        SignedNode known = timeline.get(chunk);
        SignedNode said = known == null ? null : said(from, chunk);
        return known != null && said != null && !said.same(known);
    }

    @Override
    public Verdict verify(PendingHashes from, long chunk, byte[] leaf, ByteBuf content, long now) {
        from.expire(now);
        missing = Bin.leaf(chunk);
        SignedNode said = said(from, chunk);
        if (said == null) {
            return Verdict.MISSING;
        }
        from.remove(missing);
        // Others may have come since that leave no room for it.
        Timeline.Place place = timeline.bygone(said.ntpTime())
                ? Timeline.Place.NOWHERE
                : timeline.place(said.chunks(), said.ntpTime(), new When(now, ntpNow, true));
        SignedNode known = timeline.get(chunk);
        boolean restarts = place == Timeline.Place.RESTARTS;
        SignedNode rival = known == null || restarts || known.same(said) ? null : known;
        if ((place == Timeline.Place.NOWHERE && rival == null) || !budget.take(from, now, timeline.chunksPerSecond())) {
            return Verdict.MISSING;
        }
        if (!isSigned(said, content)) {
            return Verdict.BAD;
        }
        if (rival != null) {
            if (!isSigned(rival, content)) {
                witness.equivocal(chunk);
            }
            return Verdict.MISSING;
        }
        if (restarts) {
            timeline.restart();
            witness.restarted(now);
        }
        timeline.add(said);
        witness.verified();
        return Verdict.VERIFIED;
    }

    private boolean isSigned(SignedNode node, ByteBuf content) {
        return signatures.verify(bytes.of(node.chunks(), node.ntpTime(), content), node.signature());
    }

    /** The leaf whose signature was not there. */
    @Override
    public long missing() {
        return missing;
    }

    @Override
    public boolean heard(PendingHashes from, long leaf) {
        return from.has(leaf);
    }

    @Override
    public boolean prove(long chunk, KnownChunks known, @Nullable BinHashes lower, ProofSink out) {
        SignedNode signed = timeline.get(chunk);
        if (signed == null) {
            return false;
        }
        out.signature(signed);
        return true;
    }

    @Override
    public int proofSignatures(long chunk, KnownChunks known) {
        return 1;
    }

    @Override
    public Timeline timeline() {
        return timeline;
    }

    @Override
    public boolean reachesBeyondEdge() {
        return true;
    }

    /**
     * One chunk for some seconds: a peer that keeps up has soon shown more than that. Without its chunk the signature proves
     * nothing, but tells a peer that knows a former stream that there is a new one.
     */
    @Override
    public @Nullable SignedNode news() {
        SignedNode newest = timeline.newest();
        if (newest == null) {
            return null;
        }
        SignedNode told = news;
        if (told == null
                || !told.equals(timeline.get(told.chunks().first()))
                || NtpTime.microsBetween(told.ntpTime(), newest.ntpTime()) > NEWS_AGE) {
            told = newest;
            news = told;
        }
        return told;
    }

    @Override
    public void tellNews(ProofSink out) {
        SignedNode told = news();
        if (told != null) {
            out.signature(told);
        }
    }
}
