package org.ppspp.integrity;

import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.wire.WireFormat;

/**
 * Protects a live stream by a unified Merkle tree (RFC 7574 §6.1.2): the source signs each munro, the top of so many chunks,
 * and the hashes below it prove the chunks.
 *
 * <p>How many chunks a signature covers is learned from the first one that verifies, since the width of the munro is part of
 * what is signed. The number of verifications is bounded, for the stream and for each channel; a munro is verified once.
 *
 * <p>Not for several threads. Leaf hashes are computed elsewhere.
 */
public final class LiveMerkleIntegrity implements LiveIntegrity {
    /** So many times the rate at which the stream itself is signed may be verified in any case, to catch up. */
    private static final int CATCH_UP = 8;

    /** After the stream began anew, peers may still say what was true of the former one. Nanoseconds. */
    private static final long LENIENCE = 10_000_000_000L;

    private static final long MUNRO_OF = Bin.NONE - 1;

    private final NodeHasher hasher;
    private final HashPath path;
    private final SignedBytes bytes;
    private final boolean placesSigned;
    private final SignatureCheck signatures;
    private final VerificationBudget budget = new VerificationBudget(CATCH_UP);
    private final Timeline timeline;
    private final Map<Long, Munro> munros = new HashMap<>();
    private final long[] uncles = new long[HashPath.MAX_HEIGHT];
    /** Chunks of one munro; 0 while that is not known. */
    private long width;

    private long lenientUntil = Long.MIN_VALUE;
    /** A node below a munro; {@link #MUNRO_OF} less the number of a chunk whose munro is not known; or {@link Bin#NONE}. */
    private long missing = Bin.NONE;

    /**
     * @param format how chunks are named
     * @param notBefore the latest time that was known of this stream in an earlier run, or {@code NtpTime.UNKNOWN}
     */
    public LiveMerkleIntegrity(HashFunction function, WireFormat format, SignatureCheck signatures, long notBefore) {
        this.hasher = new NodeHasher(function);
        this.path = new HashPath(hasher);
        this.bytes = new SignedBytes(format);
        this.placesSigned = format.liveForm().coversPlace();
        this.signatures = signatures;
        this.timeline = new Timeline(notBefore, format.liveForm());
    }

    @Override
    public PendingHashes newPending(int maxEntries) {
        return new PendingHashes(hasher.hashLength(), maxEntries);
    }

    @Override
    public Offer offer(PendingHashes from, long bin, byte[] hash, long now) {
        if (bin < 0 || Bin.layer(bin) > HashPath.MAX_HEIGHT || Bin.lastChunk(bin) > ChunkRange.MAX_CHUNK) {
            return Offer.CONFLICT;
        }
        if (hasher.isZero(hash)) {
            return Offer.CONFLICT;
        }
        Munro munro = munroOf(Bin.firstChunk(bin));
        if (munro != null && Bin.contains(munro.node(), bin) && munro.has(bin)) {
            if (munro.matches(bin, hash)) {
                return Offer.IGNORED;
            }
            if (bin != munro.node()) {
                return forgiving(munro, now) ? Offer.IGNORED : Offer.CONFLICT;
            }
            // Another munro in the same place: its signature tells whose fault that is.
        }
        from.put(bin, hash, now);
        return Offer.TAKEN;
    }

    @Override
    public Outcome signed(PendingHashes from, SignedNode said, When when) {
        from.expire(when.now());
        ChunkRange chunks = said.chunks();
        long node = Bin.ofRange(chunks.first(), chunks.last());
        if (node == Bin.NONE || !Munro.isMunro(node) || timeline.bygone(said.ntpTime())) {
            return Outcome.UNUSABLE;
        }
        Munro there = munroOf(chunks.first());
        Munro known = there != null && there.node() == node ? there : null;
        byte[] hash = from.get(node);
        if (known != null && (hash == null || known.matches(node, hash))) {
            return Outcome.KNOWN;
        }
        Timeline.Place place = timeline.place(chunks, said.ntpTime(), when);
        boolean restarts = place == Timeline.Place.RESTARTS;
        boolean useful = known == null
                ? place == Timeline.Place.FITS && (width == 0 || width == chunks.size())
                : placesSigned && !known.disputed();
        if (hash == null || !(useful || restarts) || !mayVerify(from, when)) {
            return Outcome.UNUSABLE;
        }
        from.remove(node);
        if (!signatures.verify(bytes.of(chunks, said.ntpTime(), hash), said.signature())) {
            return Outcome.FORGED;
        }
        if (known != null && !restarts) {
            known.dispute();
            return Outcome.EQUIVOCAL;
        }
        if (restarts) {
            restart(when.now());
        }
        Munro munro = new Munro(node, hasher);
        munro.put(node, hash, 0);
        add(munro, said);
        return restarts ? Outcome.RESTARTED : Outcome.TAKEN;
    }

    private boolean mayVerify(PendingHashes from, When when) {
        return budget.take(from, when.now(), width == 0 ? 0 : timeline.chunksPerSecond() / width);
    }

    private void restart(long now) {
        timeline.restart();
        munros.clear();
        width = 0;
        lenientUntil = now + LENIENCE;
    }

    private void add(Munro munro, SignedNode signed) {
        munro.signed(signed);
        timeline.add(signed);
        width = signed.chunks().size();
        munros.put(munro.firstChunk(), munro);
    }

    @Override
    public void append(SignedSegment segment) {
        SignedNode signed = segment.signed().get(0);
        long node = Bin.ofRange(signed.chunks().first(), signed.chunks().last());
        SignedNode newest = timeline.newest();
        if (node == Bin.NONE
                || (newest != null && signed.chunks().first() <= newest.chunks().last())) {
            throw new IllegalArgumentException("chunks " + signed.chunks() + " do not follow " + timeline.edge());
        }
        add(new Munro(node, hasher, segment.hashes()), signed);
    }

    @Override
    public Verdict verify(PendingHashes from, long chunk, byte[] leaf, ByteBuf content, long now) {
        from.expire(now);
        Munro munro = munroOf(chunk);
        if (munro == null) {
            missing = MUNRO_OF - chunk;
            return Verdict.MISSING;
        }
        HashPath.End end = path.climb(munro, from, chunk, leaf);
        missing = end == HashPath.End.MISSING ? path.missing() : Bin.NONE;
        if (end == HashPath.End.MATCH) {
            path.commit(munro, from);
            return Verdict.VERIFIED;
        }
        if (end == HashPath.End.MISMATCH) {
            path.forget(from);
            return forgiving(munro, now) ? Verdict.MISSING : Verdict.BAD;
        }
        return Verdict.MISSING;
    }

    @Override
    public long missing() {
        return missing;
    }

    @Override
    public boolean heard(PendingHashes from, long lacked) {
        if (lacked < 0) {
            return lacked != Bin.NONE && munroOf(MUNRO_OF - lacked) != null;
        }
        Munro munro = munroOf(Bin.firstChunk(lacked));
        return munro != null && (munro.has(lacked) || from.has(lacked));
    }

    private boolean forgiving(Munro munro, long now) {
        return munro.disputed() || now < lenientUntil;
    }

    @Override
    public boolean prove(long chunk, KnownChunks known, @Nullable BinHashes lower, ProofSink out) {
        Munro munro = munroOf(chunk);
        SignedNode signed = munro == null ? null : munro.signed();
        if (munro == null || signed == null) {
            return false;
        }
        int count = plan(munro, chunk, known);
        for (int i = 0; i < count; i++) {
            if (!munro.has(uncles[i])) {
                return false;
            }
        }
        if (!knowsMunro(munro, known)) {
            out.munro(munro.node(), munro.hash(), 0, signed);
        }
        for (int i = count - 1; i >= 0; i--) {
            out.hash(uncles[i], munro.block(), munro.position(uncles[i]));
        }
        return true;
    }

    @Override
    public int proofHashes(long chunk, KnownChunks known) {
        Munro munro = munroOf(chunk);
        return munro == null ? 0 : plan(munro, chunk, known);
    }

    @Override
    public int proofMunros(long chunk, KnownChunks known) {
        Munro munro = munroOf(chunk);
        return munro == null || knowsMunro(munro, known) ? 0 : 1;
    }

    /** What is only on its way does not count here: without its munro a chunk is worth nothing. */
    private static boolean knowsMunro(Munro munro, KnownChunks known) {
        return known.shows(munro.firstChunk(), munro.lastChunk());
    }

    /** The uncles that the peer lacks, lowest first; how many. */
    private int plan(Munro munro, long chunk, KnownChunks known) {
        int count = 0;
        for (long node = Bin.leaf(chunk); node != munro.node(); node = Bin.parent(node)) {
            long parent = Bin.parent(node);
            if (known.intersects(Bin.firstChunk(parent), Bin.lastChunk(parent))) {
                break;
            }
            uncles[count++] = Bin.sibling(node);
        }
        return count;
    }

    @Override
    public Timeline timeline() {
        return timeline;
    }

    /** A libswift tells its newest munro to newcomers alone, the later ones with their chunks. */
    @Override
    public boolean reachesBeyondEdge() {
        return !placesSigned;
    }

    @Override
    public @Nullable SignedNode news() {
        return timeline.newest();
    }

    @Override
    public void tellNews(ProofSink out) {
        SignedNode newest = timeline.newest();
        Munro munro = newest == null ? null : munroOf(newest.chunks().first());
        if (munro != null && newest != null) {
            out.munro(munro.node(), munro.hash(), 0, newest);
        }
    }

    @Override
    public void forgetBelow(long chunk) {
        timeline.forgetBelow(chunk);
        if (munros.size() > timeline.size()) {
            munros.values().removeIf(munro -> munro.lastChunk() < chunk);
        }
    }

    private @Nullable Munro munroOf(long chunk) {
        return width == 0 || chunk < 0 ? null : munros.get(chunk & -width);
    }
}
