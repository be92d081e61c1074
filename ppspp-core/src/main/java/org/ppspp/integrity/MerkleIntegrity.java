package org.ppspp.integrity;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.chunk.ContentLayout;

/**
 * Protects static content by the root hash of its Merkle tree (RFC 7574 §5): verifies what comes in, and finds the hashes
 * that have to go out before a chunk.
 *
 * <p>If the content length is not known beforehand, the peaks that peers send are claims: RFC 7574 §5.6 holds that they
 * authenticate the size, but the root hash alone passes as the peak of any power of two, and the two hashes below the root
 * pass as the content of a file of one chunk. So the <i>height</i> of the tree counts as proven once a chunk of full size has
 * verified under a claim, and the <i>size</i> once the last chunk has. Before the height is proven no other chunk is
 * accepted, except the only one of a content that is shorter than one chunk and not as long as two hashes. Nothing is
 * allocated in proportion to a claim.
 *
 * <p>Not for several threads. Leaf hashes are computed elsewhere.
 */
public final class MerkleIntegrity implements Integrity {
    private final NodeHasher hasher;
    private final int chunkSizeBytes;
    private final MerkleTree tree;
    private final HashPath path;
    private final UncleChain uncles;
    private final StoredHashCheck stored;
    private final SizeClaims claims = new SizeClaims();
    private @Nullable ContentLayout layout;
    /** While the size is not proven: the last chunk that is verified. They all have full size then. */
    private long highestChunk = -1;

    /**
     * @param rootHash {@code function.length()} bytes, the swarm ID
     * @param chunkSizeBytes not twice the length of a hash, as inner nodes would then pass as chunks
     * @param contentLengthBytes positive, or -1 if it is not known
     */
    public MerkleIntegrity(HashFunction function, byte[] rootHash, int chunkSizeBytes, long contentLengthBytes) {
        if (rootHash.length != function.length()) {
            throw new IllegalArgumentException("a root hash of " + rootHash.length + " bytes with " + function);
        }
        if (chunkSizeBytes <= 0 || chunkSizeBytes == 2 * function.length()) {
            throw new IllegalArgumentException("chunks of " + chunkSizeBytes + " bytes with " + function);
        }
        this.hasher = new NodeHasher(function);
        this.chunkSizeBytes = chunkSizeBytes;
        this.tree = new MerkleTree(hasher, rootHash);
        this.path = new HashPath(hasher);
        this.uncles = new UncleChain(tree, function.length());
        this.stored = new StoredHashCheck(hasher, tree);
        if (contentLengthBytes != -1) {
            ContentLayout known = new ContentLayout(chunkSizeBytes, contentLengthBytes);
            if (known.chunkCount() > ChunkRange.MAX_CHUNK + 1) {
                throw new IllegalArgumentException("too many chunks: " + known);
            }
            tree.anchor(Bin.height(known.chunkCount()));
            prove(known);
        }
    }

    @Override
    public PendingHashes newPending(int maxEntries) {
        return new PendingHashes(hasher.hashLength(), maxEntries);
    }

    /** {@inheritDoc} Peaks have to come in their order, left to right, to count as such. */
    @Override
    public Offer offer(PendingHashes from, long bin, byte[] hash, long now) {
        requireHash(hash);
        from.expire(now);
        if (isRefuted(from.claim())) {
            return Offer.CONFLICT;
        }
        Offer node = judge(bin, hash);
        if (node == Offer.CONFLICT || hasher.isZero(hash)) {
            from.peaks().clear();
        } else if (mayBeLastPeak(from, bin, hash)) {
            Offer claim = claim(from, now);
            if (claim != Offer.TAKEN) {
                return claim;
            }
        }
        if (node == Offer.TAKEN) {
            from.put(bin, hash, now);
        }
        return node;
    }

    @Override
    public Verdict verify(PendingHashes from, long chunk, byte[] leaf, ByteBuf content, long now) {
        return verify(from, chunk, leaf, content.readableBytes(), now);
    }

    /**
     * Verifies a chunk with the hashes of the tree and of the channel that it came from, and keeps them if it passes.
     *
     * @param leaf the hash of the chunk's content
     * @param lengthBytes the size of the chunk
     */
    public Verdict verify(PendingHashes from, long chunk, byte[] leaf, int lengthBytes, long now) {
        requireHash(leaf);
        from.expire(now);
        if (chunk < 0 || lengthBytes <= 0 || lengthBytes > chunkSizeBytes || hasher.isZero(leaf)) {
            return Verdict.BAD;
        }
        return tree.anchored()
                ? verifyInTree(from, chunk, leaf, lengthBytes)
                : verifyUnderClaim(from, chunk, leaf, lengthBytes);
    }

    /** A node of the tree. */
    @Override
    public long missing() {
        return path.missing();
    }

    @Override
    public boolean heard(PendingHashes from, long bin) {
        return tree.has(bin) || from.has(bin);
    }

    /** Whether the number of layers of the tree is certain. */
    public boolean heightProven() {
        return tree.anchored();
    }

    /** Whether the content length is certain. */
    public boolean sizeProven() {
        return layout != null;
    }

    /** The proven number of chunks, or -1. */
    public long chunkCount() {
        return layout == null ? -1 : layout.chunkCount();
    }

    /** The proven content length, or -1. */
    public long contentLengthBytes() {
        return layout == null ? -1 : layout.lengthBytes();
    }

    /** The proven number of chunks; else what the peaks of this channel claim, which may be a lie; else -1. */
    public long claimedChunkCount(PendingHashes from) {
        SizeClaim claim = from.claim();
        if (layout != null) {
            return layout.chunkCount();
        }
        if (claim == null || claim.dropped() || isRefuted(claim)) {
            return -1;
        }
        return tree.anchored() ? Math.min(claim.chunkCount(), tree.end()) : claim.chunkCount();
    }

    /**
     * Whether only the content length can help: the only size claimed is one chunk, and the chunk has the right hash but is
     * as long as two hashes, so that it may as well be the two below the root of a larger content.
     */
    public boolean unprovable() {
        return !tree.anchored() && claims.unprovable();
    }

    /** Peaks go to those who know no hash yet; see {@link #proof}. */
    @Override
    public boolean prove(long chunk, KnownChunks known, @Nullable BinHashes lower, ProofSink out) {
        return proof(chunk, known, isNew(known), lower, out);
    }

    @Override
    public int proofHashes(long chunk, KnownChunks known) {
        return proofLength(chunk, known, isNew(known));
    }

    private static boolean isNew(KnownChunks known) {
        return !known.intersects(0, ChunkRange.MAX_CHUNK);
    }

    /**
     * Emits the hashes that a peer needs to verify {@code chunk}, in the order of the wire: with {@code withPeaks} first all
     * peaks from left to right, then the uncles from the top down that {@code known} does not show the peer to have, those
     * below the peak if peaks went ahead (RFC 7574 §5.4, §5.6.2). Where the size or a peak is not certain, the peaks are
     * left out and the uncles reach up to the root.
     *
     * @param lower the verified hashes of the chunk's request bin, or null to use the resident ones
     * @return false, with nothing emitted, if one of the hashes is not there
     */
    public boolean proof(long chunk, KnownChunks known, boolean withPeaks, @Nullable BinHashes lower, HashVisitor out) {
        if (chunk < 0 || chunk >= tree.end()) {
            return false;
        }
        uncles.plan(chunk, known, withPeaks);
        return uncles.emit(lower, out);
    }

    /** The number of hashes that {@link #proof} would emit if it has all of them. */
    public int proofLength(long chunk, KnownChunks known, boolean withPeaks) {
        return chunk < 0 || chunk >= tree.end() ? 0 : uncles.plan(chunk, known, withPeaks);
    }

    /** The verified hashes of a request bin that are in memory, or null. The block is the tree's own. */
    public @Nullable BinHashes resident(long index) {
        return tree.resident(index);
    }

    /**
     * Forgets the hashes below request bin {@code index}, which can be saved before. To go on with an incomplete request bin
     * later, {@link #restore} it first.
     */
    public void evict(long index) {
        tree.evict(index);
    }

    /** The hashes of request bins and above that were verified since the last call. */
    public List<NodeHash> drainUpper() {
        return tree.drainUpper();
    }

    /**
     * Checks a block from disk against the tree and removes from it what cannot be verified. Does not make it resident. To
     * be able to send peaks, pass the last request bin once after {@link #load}.
     *
     * @return false if nothing of it can be verified, as the hash of its top is not known
     */
    public boolean accept(BinHashes block) {
        boolean anchored = stored.check(block);
        proveIfLast(chunkSizeBytes);
        return anchored;
    }

    /** As {@link #accept}, and adds what is verified to the resident hashes: for going on with a request bin. */
    public boolean restore(BinHashes block) {
        if (!accept(block)) {
            return false;
        }
        long first = block.index() * (BinHashes.NODES + 1);
        for (long bin = first; bin < first + BinHashes.NODES; bin++) {
            if (block.has(bin)) {
                tree.put(bin, block.block(), block.position(bin));
            }
        }
        return true;
    }

    /** Takes those of the stored hashes that can be verified from the root down. The size must be known. */
    public void load(UpperHashes upper) {
        if (layout == null) {
            throw new IllegalStateException("stored hashes are of no use before the size is known");
        }
        stored.load(upper);
        tree.drainUpper();
    }

    /** Whether the hash of request bin {@code index} is verified, or the root is inside it. */
    public boolean anchored(long index) {
        return tree.anchors(index);
    }

    private Verdict verifyInTree(PendingHashes from, long chunk, byte[] leaf, int lengthBytes) {
        if (chunk >= tree.end() || (layout != null && lengthBytes != layout.size(chunk))) {
            return Verdict.BAD;
        }
        HashPath.End end = path.climb(tree, from, chunk, leaf);
        if (end == HashPath.End.MISSING) {
            return Verdict.MISSING;
        }
        boolean last = path.end() == chunk + 1;
        if (end == HashPath.End.MISMATCH || (lengthBytes < chunkSizeBytes && !last)) {
            path.forget(from);
            return Verdict.BAD;
        }
        commit(from, chunk, lengthBytes);
        return Verdict.VERIFIED;
    }

    private Verdict verifyUnderClaim(PendingHashes from, long chunk, byte[] leaf, int lengthBytes) {
        SizeClaim claim = from.claim();
        if (claim == null || claim.dropped()) {
            return Verdict.MISSING;
        }
        boolean only = claim.chunkCount() == 1;
        if (chunk >= claim.chunkCount()) {
            return Verdict.BAD;
        }
        if (lengthBytes < chunkSizeBytes && !only) {
            return Verdict.MISSING;
        }
        HashPath.End end = path.climb(claim, from, chunk, leaf);
        if (end == HashPath.End.MISSING) {
            return Verdict.MISSING;
        }
        if (end == HashPath.End.MISMATCH) {
            path.forget(from);
            return Verdict.BAD;
        }
        if (lengthBytes == 2 * hasher.hashLength()) {
            claim.looksLikeTwoHashes();
            return Verdict.MISSING;
        }
        tree.anchor(claim.height());
        adopt(claim);
        commit(from, chunk, lengthBytes);
        for (SizeClaim rival : claims.close()) {
            if (rival.height() == claim.height() && fits(rival)) {
                adopt(rival);
            }
        }
        return Verdict.VERIFIED;
    }

    private void commit(PendingHashes from, long chunk, int lengthBytes) {
        path.commit(tree, from);
        highestChunk = Math.max(highestChunk, chunk);
        proveIfLast(lengthBytes);
    }

    /** The size is proven if nothing follows the last verified chunk, which has that many bytes. */
    private void proveIfLast(int lengthBytes) {
        if (layout == null && tree.anchored() && tree.end() == highestChunk + 1) {
            prove(new ContentLayout(chunkSizeBytes, highestChunk * chunkSizeBytes + lengthBytes));
        }
    }

    private void prove(ContentLayout proven) {
        layout = proven;
        tree.prove(proven.chunkCount());
    }

    /** Whether the hash may be that of the node, whatever the channel claims. */
    private Offer judge(long bin, byte[] hash) {
        if (bin < 0 || Bin.layer(bin) > HashPath.MAX_HEIGHT || Bin.lastChunk(bin) > ChunkRange.MAX_CHUNK) {
            return Offer.CONFLICT;
        }
        boolean zero = hasher.isZero(hash);
        if (zero && Bin.firstChunk(bin) < tree.reached()) {
            return Offer.CONFLICT;
        }
        if (!tree.anchored()) {
            return zero && Bin.firstChunk(bin) == 0 ? Offer.CONFLICT : Offer.TAKEN;
        }
        if (!Bin.contains(tree.root(), bin)) {
            return Offer.CONFLICT;
        }
        if (Bin.firstChunk(bin) >= tree.end()) {
            return zero ? Offer.IGNORED : Offer.CONFLICT;
        }
        if (tree.has(bin)) {
            return tree.matches(bin, hash) ? Offer.IGNORED : Offer.CONFLICT;
        }
        return tree.isRootHash(hash) ? Offer.CONFLICT : Offer.TAKEN;
    }

    /** Whether the peaks of the channel, this one being the last of them, lead to the root hash. */
    private boolean mayBeLastPeak(PendingHashes from, long bin, byte[] hash) {
        PeakList peaks = from.peaks();
        if (!peaks.extend(bin, hash)) {
            return false;
        }
        SizeClaim claim = from.claim();
        boolean repeated = claim != null && !claim.dropped() && peaks.begins(claim.peaks());
        boolean evicted = tree.anchored() && !tree.has(bin);
        return (!repeated || evicted)
                && from.spend(peaks.cost())
                && tree.isRootHash(peaks.rootHash(hasher, (node, source, offset) -> {}));
    }

    /** The channel's peaks lead to the root hash. */
    private Offer claim(PendingHashes from, long now) {
        if (!tree.anchored()) {
            SizeClaim claim = claims.stake(from.peaks(), now);
            if (claim == null) {
                return Offer.IGNORED;
            }
            from.claim(claim);
            return Offer.TAKEN;
        }
        SizeClaim claim = new SizeClaim(from.peaks(), now);
        if (isRefuted(claim) || !fits(claim)) {
            return Offer.CONFLICT;
        }
        from.claim(claim);
        adopt(claim);
        return Offer.TAKEN;
    }

    /** Of another height than the proven one, or of another size. */
    private boolean isRefuted(@Nullable SizeClaim claim) {
        if (claim == null || !tree.anchored()) {
            return false;
        }
        return claim.height() != Bin.layer(tree.root())
                || (layout != null && claim.chunkCount() != layout.chunkCount());
    }

    /** Whether a claim of the proven height is compatible with what is verified; it is unless the root hash is a trap. */
    private boolean fits(SizeClaim claim) {
        return claim.chunkCount() >= tree.reached() && claim.reached() <= tree.end();
    }

    /** At the proven height, peaks that lead to the root are true hashes, and nothing comes behind them. */
    private void adopt(SizeClaim claim) {
        claim.peaks().rootHash(hasher, tree::put);
        tree.narrow(claim.chunkCount());
        proveIfLast(chunkSizeBytes);
    }

    private void requireHash(byte[] hash) {
        if (hash.length != hasher.hashLength()) {
            throw new IllegalArgumentException("a hash of " + hash.length + " bytes");
        }
    }
}
