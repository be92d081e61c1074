package org.ppspp.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.chunk.ContentLayout;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.BinHasher;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.NodeHash;
import org.ppspp.integrity.NodeHasher;
import org.ppspp.integrity.UpperHashes;

/**
 * Finds the chunks of an incomplete file that are good.
 *
 * <p>After a clean stop the recorded chunks are believed as far as their hashes are still at hand. Any other chunk counts if
 * it hashes to a stored hash that verifies up to the root, recorded or not: so nothing is lost to a process that was
 * killed, and nothing is claimed that a power cut has torn.
 */
final class ResumeScan {
    /** Blocks of hashes handed over in memory; rarest first makes few bins partial, so more is not worth its memory. */
    static final int MAX_PARTIAL = 4096;

    private final ContentStore store;
    private final @Nullable HashFile hashes;
    private final SwarmMetadata metadata;
    private final ContentOptions options;
    private final int hashLength;
    private final List<BinHashes> partial = new ArrayList<>();
    private final ChunkMap have = new ChunkMap();
    private UpperHashes upper;

    ResumeScan(ContentStore store, @Nullable HashFile hashes, SwarmMetadata metadata, ContentOptions options) {
        this.store = store;
        this.hashes = hashes;
        this.metadata = metadata;
        this.options = options;
        this.hashLength = metadata.hashFunction().length();
        this.upper = new UpperHashes(hashLength);
    }

    /** The good chunks, where {@code claimed} were recorded and {@code clean} says whether after a clean stop. */
    ChunkMap run(ChunkMap claimed, boolean clean) throws IOException {
        Long length = metadata.contentLengthBytes();
        if (length == null) {
            if (clean) {
                upper = hashes == null ? upper : hashes.readUpper(ChunkRange.MAX_CHUNK);
                copy(claimed);
                collectPartial(Long.MAX_VALUE);
            }
            return have;
        }
        ContentLayout layout = new ContentLayout(metadata.chunkSizeBytes(), length);
        upper = hashes == null ? upper : hashes.readUpper(layout.chunkCount());
        TreeCheck check = new TreeCheck(
                new NodeHasher(metadata.hashFunction()), metadata.swarmId().toBytes(), layout.chunkCount(), upper);
        if (!check.complete() && claimed.containsAll(0, layout.chunkCount() - 1) && wholeFileMatches(layout)) {
            have.set(0, layout.chunkCount() - 1);
            return have;
        }
        upper = check.verified();
        if (hashes != null) {
            for (NodeHash node : check.repaired()) {
                hashes.writeNode(node);
            }
        }
        scan(bins(layout, claimed, clean, check), layout, claimed, check);
        collectPartial(layout.chunkCount());
        return have;
    }

    /** All hashes known at and above the request bins. */
    UpperHashes upper() {
        return upper;
    }

    /** The stored hashes of the request bins that are there in part. */
    List<BinHashes> partial() {
        return partial;
    }

    /** All chunks are recorded but the tree is lost: hash the whole, and write the tree again. */
    private boolean wholeFileMatches(ContentLayout layout) throws IOException {
        if (store.size() < layout.lengthBytes()) {
            return false;
        }
        FileHasher.Tree tree = new FileHasher(store, metadata.hashFunction(), layout)
                .hash(options.threads(), options.progress(), hashes);
        if (!Arrays.equals(tree.root(), metadata.swarmId().toBytes())) {
            return false;
        }
        upper = tree.upper();
        return true;
    }

    /** Believes what can be believed, and returns the request bins that must be hashed. */
    private List<Long> bins(ContentLayout layout, ChunkMap claimed, boolean clean, TreeCheck check) throws IOException {
        List<Long> toHash = new ArrayList<>();
        long bins = BinHashes.count(layout.chunkCount());
        long binBytes = (long) BinHashes.CHUNKS * layout.chunkSizeBytes();
        for (long index = 0; index < bins && index * binBytes < store.size(); index++) {
            if (check.top(index) == null) {
                continue;
            }
            long recorded = claimed.word(index) & layout.wordOf(index);
            boolean whole = recorded == layout.wordOf(index);
            if (clean && (recorded == 0 || whole || (recorded & ~verifiedLeaves(check, index)) == 0)) {
                have.setWord(index, recorded);
            } else {
                toHash.add(index);
            }
        }
        return toHash;
    }

    private long verifiedLeaves(TreeCheck check, long index) throws IOException {
        BinHashes block = hashes == null ? null : hashes.readBlock(index);
        return block == null ? 0 : check.verifiedLeaves(block);
    }

    private void scan(List<Long> bins, ContentLayout layout, ChunkMap claimed, TreeCheck check) throws IOException {
        long binBytes = (long) BinHashes.CHUNKS * layout.chunkSizeBytes();
        ProgressMeter meter =
                new ProgressMeter(options.progress(), Math.min(bins.size() * binBytes, layout.lengthBytes()));
        ParallelPieces.run(bins.size(), options.threads(), () -> {
            BinScan scan = new BinScan(layout, check);
            return piece -> {
                long index = bins.get((int) piece);
                long good = scan.run(index, claimed.word(index));
                synchronized (have) {
                    if (good != 0) {
                        have.setWord(index, good);
                    }
                }
                meter.add(Math.min(binBytes, layout.lengthBytes() - index * binBytes));
            };
        });
    }

    /** One thread's means to check request bins. */
    private final class BinScan {
        private final ContentLayout layout;
        private final NodeHasher nodes = new NodeHasher(metadata.hashFunction());
        private final BinHasher hasher = new BinHasher(metadata.hashFunction(), metadata.chunkSizeBytes());
        private final ByteBuffer buffer;
        private final TreeCheck check;

        BinScan(ContentLayout layout, TreeCheck check) {
            this.layout = layout;
            this.buffer = ByteBuffer.allocateDirect(
                    (int) Math.min((long) BinHashes.CHUNKS * layout.chunkSizeBytes(), layout.lengthBytes()));
            this.check = check.with(nodes);
        }

        /** The good chunks of request bin {@code index}. */
        long run(long index, long recorded) throws IOException {
            BinHashes block = hashes == null ? null : hashes.readBlock(index);
            long verified = block == null ? 0 : check.verifiedLeaves(block);
            long all = layout.wordOf(index);
            if (verified == 0 && (recorded & all) != all) {
                return 0;
            }
            long start = layout.offset(index * BinHashes.CHUNKS);
            buffer.clear().limit((int) Math.min(buffer.capacity(), layout.lengthBytes() - start));
            int wanted = buffer.limit();
            boolean cutOff = store.readFully(buffer, start) < wanted;
            buffer.flip();
            if (verified != 0 && block != null) {
                return matching(index, block, verified);
            }
            return cutOff ? 0 : restored(index, all);
        }

        /** The chunks whose content has the hashes of {@code block}. */
        private long matching(long index, BinHashes block, long verified) {
            long good = 0;
            for (long left = verified; left != 0; left &= left - 1) {
                int i = Long.numberOfTrailingZeros(left);
                long chunk = index * BinHashes.CHUNKS + i;
                int from = i * layout.chunkSizeBytes();
                int to = from + layout.size(chunk);
                if (to <= buffer.limit()
                        && Arrays.equals(
                                nodes.leaf(buffer.duplicate().position(from).limit(to)), block.get(Bin.leaf(chunk)))) {
                    good |= 1L << i;
                }
            }
            return good;
        }

        /** All chunks, if together they have the verified hash of the bin; their hashes are saved again then. */
        private long restored(long index, long all) throws IOException {
            BinHashes computed = hasher.hash(index, buffer);
            if (!check.matches(computed)) {
                return 0;
            }
            if (hashes != null) {
                hashes.writeBlock(computed);
            }
            return all;
        }
    }

    private void copy(ChunkMap claimed) {
        claimed.forEachRange(Integer.MAX_VALUE, have::set);
    }

    /** Reads the hashes of the request bins that are there in part, and forgets the chunks of those beyond a bound. */
    private void collectPartial(long chunkCount) throws IOException {
        for (long chunk = nextPartial(0, chunkCount); chunk >= 0; ) {
            long index = chunk / BinHashes.CHUNKS;
            BinHashes block = hashes == null || partial.size() == MAX_PARTIAL ? null : hashes.readBlock(index);
            if (block == null) {
                have.clear(index * BinHashes.CHUNKS, index * BinHashes.CHUNKS + BinHashes.CHUNKS - 1);
            } else {
                partial.add(block);
            }
            chunk = nextPartial((index + 1) * BinHashes.CHUNKS, chunkCount);
        }
    }

    /** A set chunk at or behind {@code from} in a request bin that is not all set, or -1. */
    private long nextPartial(long from, long chunkCount) {
        long chunk = have.nextSet(from);
        while (chunk >= 0) {
            long first = chunk / BinHashes.CHUNKS * BinHashes.CHUNKS;
            if (!have.containsAll(first, Math.min(first + BinHashes.CHUNKS, chunkCount) - 1)) {
                return chunk;
            }
            long end = have.nextClear(chunk);
            chunk = end >= chunkCount ? -1 : have.nextSet(end / BinHashes.CHUNKS * BinHashes.CHUNKS);
        }
        return -1;
    }
}
