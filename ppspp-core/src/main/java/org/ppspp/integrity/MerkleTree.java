package org.ppspp.integrity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;

/**
 * The verified hashes of one content, and nothing else (RFC 7574 §5.1). Those of the request bins and above stay in memory;
 * those below only for request bins that are resident, and for the peaks.
 *
 * <p>Nothing can be added before the tree is anchored: before its height is known, and with it which node has the root hash.
 * A verified node comes with its parent and its sibling, so that each path ends in the root. Empty nodes are not stored: they
 * lower {@link #end}.
 */
final class MerkleTree implements VerifiedHashes {
    private final NodeHasher hasher;
    private final byte[] rootHash;
    private final UpperHashes upper;
    private final Map<Long, BinHashes> residents = new HashMap<>();
    private final byte[] compared;
    private List<NodeHash> freshUpper = new ArrayList<>();
    private @Nullable BinHashes latest;
    private long root = Bin.NONE;
    private long reached;
    private long end;
    /** The number of chunks once that is proven, else 0. */
    private long chunkCount;
    /** Copies of those peaks that are below the request bins. */
    private @Nullable BinHashes lowPeaks;

    private boolean peaksKnown;

    MerkleTree(NodeHasher hasher, byte[] rootHash) {
        this.hasher = hasher;
        this.rootHash = rootHash.clone();
        this.upper = new UpperHashes(hasher.hashLength());
        this.compared = new byte[hasher.hashLength()];
    }

    /** Fixes the height: the node at this layer with chunk 0 has the root hash. */
    void anchor(int height) {
        root = Bin.of(height, 0);
        end = 1L << height;
        if (height >= BinHashes.LAYER) {
            put(root, rootHash, 0);
        } else {
            reached = 1;
        }
    }

    /** Fixes the number of chunks of the anchored tree. */
    void prove(long count) {
        narrow(count);
        reached = count;
        chunkCount = count;
        if (count % BinHashes.CHUNKS != 0) {
            BinHashes copies = new BinHashes(BinHashes.indexOf(count - 1), hasher.hashLength());
            byte[] hash = new byte[hasher.hashLength()];
            for (long peak : Bin.peaks(count)) {
                if (Bin.layer(peak) < BinHashes.LAYER && read(peak, hash, 0)) {
                    copies.set(peak, hash);
                }
            }
            lowPeaks = copies;
        }
    }

    boolean anchored() {
        return root != Bin.NONE;
    }

    /** The root, or {@link Bin#NONE}. */
    long root() {
        return root;
    }

    /** The number of chunks if that is proven, else 0. */
    long chunkCount() {
        return chunkCount;
    }

    @Override
    public long reached() {
        return reached;
    }

    /** There are at most that many chunks. */
    @Override
    public long end() {
        return end;
    }

    /** Notes that there are no more than {@code count} chunks, which must not contradict what is verified already. */
    void narrow(long count) {
        if (count < reached) {
            throw new IllegalStateException(count + " chunks, but " + reached + " are there");
        }
        end = Math.min(end, count);
    }

    boolean isRootHash(byte[] hash) {
        return Arrays.equals(hash, rootHash);
    }

    /** Whether the hash of {@code bin} is known. */
    boolean has(long bin) {
        return read(bin, compared, 0);
    }

    /** Whether {@code hash} is the verified hash of {@code bin}. */
    boolean matches(long bin, byte[] hash) {
        return read(bin, compared, 0) && Arrays.equals(compared, hash);
    }

    @Override
    public boolean read(long bin, byte[] into, int at) {
        if (bin == root) {
            System.arraycopy(rootHash, 0, into, at, rootHash.length);
            return true;
        }
        if (Bin.layer(bin) >= BinHashes.LAYER) {
            return upper.read(bin, into, at);
        }
        BinHashes block = resident(index(bin));
        if (block != null && block.read(bin, into, at)) {
            return true;
        }
        return lowPeaks != null && lowPeaks.index() == index(bin) && lowPeaks.read(bin, into, at);
    }

    /** Adds a verified hash; one that is all zero says that the content ends before this node. */
    @Override
    public void put(long bin, byte[] source, int at) {
        if (hasher.isZero(source, at)) {
            narrow(Bin.firstChunk(bin));
            return;
        }
        reached = Math.max(reached, Bin.firstChunk(bin) + 1);
        if (Bin.layer(bin) < BinHashes.LAYER) {
            putLow(bin, source, at);
        } else {
            putUpper(bin, source, at);
        }
    }

    @Nullable
    BinHashes resident(long index) {
        BinHashes block = latest;
        if (block == null || block.index() != index) {
            block = residents.get(index);
            latest = block == null ? latest : block;
        }
        return block;
    }

    void evict(long index) {
        residents.remove(index);
        latest = null;
    }

    /** The highest node of the tree in request bin {@code index}, or {@link Bin#NONE} if there is none. */
    long top(long index) {
        if (!anchored() || index << BinHashes.LAYER >= end) {
            return Bin.NONE;
        }
        return Bin.layer(root) < BinHashes.LAYER ? root : Bin.of(BinHashes.LAYER, index);
    }

    /** Whether the hash of the highest node in request bin {@code index} is known. */
    boolean anchors(long index) {
        long top = index < 0 ? Bin.NONE : top(index);
        return top != Bin.NONE && has(top);
    }

    /** The hashes added to the request bins and above since the last call. */
    List<NodeHash> drainUpper() {
        List<NodeHash> drained = freshUpper;
        freshUpper = new ArrayList<>();
        return drained;
    }

    /** Whether the number of chunks and the hashes of all peaks are known. */
    boolean peaksKnown() {
        if (!peaksKnown && chunkCount > 0) {
            byte[] hash = new byte[hasher.hashLength()];
            boolean all = true;
            for (long peak : Bin.peaks(chunkCount)) {
                all &= read(peak, hash, 0);
            }
            peaksKnown = all;
        }
        return peaksKnown;
    }

    /** Copies the peaks in a block of verified hashes, which need not stay resident. */
    void keepPeaks(BinHashes block) {
        if (lowPeaks != null && lowPeaks.index() == block.index()) {
            for (long peak : Bin.peaks(chunkCount)) {
                if (Bin.layer(peak) < BinHashes.LAYER && block.has(peak)) {
                    lowPeaks.set(peak, block.block(), block.position(peak));
                }
            }
        }
    }

    private void putLow(long bin, byte[] source, int at) {
        BinHashes block = resident(index(bin));
        if (block == null) {
            block = newResident(index(bin));
        }
        block.set(bin, source, at);
        if (lowPeaks != null && lowPeaks.index() == block.index() && isPeak(bin)) {
            lowPeaks.set(bin, source, at);
        }
    }

    private void putUpper(long bin, byte[] source, int at) {
        byte[] hash = new byte[hasher.hashLength()];
        if (upper.read(bin, hash, 0)) {
            return;
        }
        System.arraycopy(source, at, hash, 0, hash.length);
        upper.set(bin, hash);
        freshUpper.add(new NodeHash(bin, hash));
        if (Bin.layer(bin) == BinHashes.LAYER) {
            BinHashes block = resident(index(bin));
            if (block != null) {
                block.set(bin, hash);
            }
        }
    }

    private BinHashes newResident(long index) {
        BinHashes block = new BinHashes(index, hasher.hashLength());
        long top = top(index);
        byte[] hash = new byte[hasher.hashLength()];
        if (top != Bin.NONE && read(top, hash, 0)) {
            block.set(top, hash);
        }
        residents.put(index, block);
        latest = block;
        return block;
    }

    private boolean isPeak(long bin) {
        int layer = Bin.layer(bin);
        return (chunkCount >>> layer & 1) == 1
                && Bin.lastChunk(bin) >>> (layer + 1) == chunkCount >>> (layer + 1)
                && Bin.isLeft(bin);
    }

    private static long index(long bin) {
        return BinHashes.indexOf(Bin.firstChunk(bin));
    }
}
