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
 * its time in front.
 */
public final class SignAllIntegrity implements LiveIntegrity {
    private final int signatureLength;
    private final SignedBytes bytes;
    private final SignatureCheck signatures;
    private final Timeline timeline;
    private final byte[] waiting;
    private long ntpNow;
    private long missing = Bin.NONE;

    /** {@code notBefore} is as that of {@link LiveMerkleIntegrity}. */
    public SignAllIntegrity(WireFormat format, SignatureCheck signatures, long notBefore) {
        this.signatureLength = format.signatureLengthBytes();
        this.bytes = new SignedBytes(format);
        this.signatures = signatures;
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
    public Outcome signed(PendingHashes from, SignedNode node, When when) {
        ChunkRange chunk = node.chunks();
        ntpNow = when.ntpNow();
        if (chunk.size() != 1 || timeline.bygone(node.ntpTime())) {
            return Outcome.UNUSABLE;
        }
        if (timeline.get(chunk.first()) != null) {
            return Outcome.KNOWN;
        }
        if (timeline.place(chunk, node.ntpTime(), when) != Timeline.Place.FITS) {
            return Outcome.UNUSABLE;
        }
        ByteBuffer.wrap(waiting).putLong(node.ntpTime()).put(node.signature());
        from.put(Bin.leaf(chunk.first()), waiting, when.now());
        return Outcome.TAKEN;
    }

    @Override
    public void append(SignedSegment segment) {
        segment.signed().forEach(timeline::add);
    }

    @Override
    public Verdict verify(PendingHashes from, long chunk, byte[] leaf, ByteBuf content, long now) {
        from.expire(now);
        missing = Bin.leaf(chunk);
        if (!from.read(missing, waiting, 0)) {
            return Verdict.MISSING;
        }
        from.remove(Bin.leaf(chunk));
        ByteBuffer said = ByteBuffer.wrap(waiting);
        long time = said.getLong();
        byte[] signature = new byte[signatureLength];
        said.get(signature);
        ChunkRange range = ChunkRange.of(chunk);
        // Others may have come since that leave no room for it.
        if (timeline.place(range, time, new When(now, ntpNow, true)) != Timeline.Place.FITS) {
            return Verdict.MISSING;
        }
        if (!signatures.verify(bytes.of(range, time, content), signature)) {
            return Verdict.BAD;
        }
        timeline.add(new SignedNode(range, time, signature));
        return Verdict.VERIFIED;
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
    public int proofHashes(long chunk, KnownChunks known) {
        return 0;
    }

    @Override
    public int proofMunros(long chunk, KnownChunks known) {
        return 0;
    }

    @Override
    public int proofSignatures(long chunk, KnownChunks known) {
        return 1;
    }

    @Override
    public long edge() {
        return timeline.edge();
    }

    @Override
    public boolean reachesBeyondEdge() {
        return true;
    }

    @Override
    public @Nullable SignedNode newestMunro() {
        return null;
    }

    @Override
    public long latestTime() {
        SignedNode newest = timeline.newest();
        return newest == null ? NtpTime.UNKNOWN : newest.ntpTime();
    }

    /** A signature is worth nothing without its chunk: peers find the live edge by what others announce. */
    @Override
    public void tellNewest(ProofSink out) {
        // Nothing to tell.
    }

    @Override
    public void forgetBelow(long chunk) {
        timeline.forgetBelow(chunk);
    }

    @Override
    public double chunksPerSecond() {
        return timeline.chunksPerSecond();
    }

    @Override
    public int size() {
        return timeline.size();
    }
}
