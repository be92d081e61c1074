package org.ppspp.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ContentLayout;
import org.ppspp.integrity.BinHasher;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.TreeBuilder;
import org.ppspp.integrity.UpperHashes;

/** Hashes all of a file, on as many threads as it is given. */
final class FileHasher {
    /** Large enough that the cost of a read vanishes, small enough to stay in a processor's cache. */
    private static final int PIECE_BYTES = 1 << 20;

    private final ContentStore store;
    private final HashFunction function;
    private final ContentLayout layout;

    /**
     * What came out.
     *
     * @param root the root hash
     * @param upper all hashes at and above the request bins
     * @param targetFailure why the tree could not be written, or null
     */
    record Tree(byte[] root, UpperHashes upper, @Nullable IOException targetFailure) {}

    FileHasher(ContentStore store, HashFunction function, ContentLayout layout) {
        this.store = store;
        this.function = function;
        this.layout = layout;
    }

    /**
     * Hashes the file, and writes its tree to {@code target} (all but the header) where there is one. A target that cannot be
     * written is given up; hashing goes on.
     */
    Tree hash(int threads, Progress progress, @Nullable HashFile target) throws IOException {
        long bins = BinHashes.count(layout.chunkCount());
        long binBytes = (long) BinHashes.CHUNKS * layout.chunkSizeBytes();
        int binsPerPiece = (int) Math.max(1, PIECE_BYTES / binBytes);
        long pieces = (bins - 1) / binsPerPiece + 1;
        TreeBuilder builder = new TreeBuilder(function);
        ProgressMeter meter = new ProgressMeter(progress, layout.lengthBytes());
        TreeTarget writer = new TreeTarget(target);
        int bufferBytes = (int) Math.min(binsPerPiece * binBytes, layout.lengthBytes());
        ParallelPieces.run(pieces, threads, () -> {
            BinHasher hasher = new BinHasher(function, layout.chunkSizeBytes());
            ByteBuffer buffer = ByteBuffer.allocateDirect(bufferBytes);
            return piece -> {
                long first = piece * binsPerPiece;
                BinHashes[] blocks = new BinHashes[(int) Math.min(binsPerPiece, bins - first)];
                read(buffer.clear(), first * binBytes);
                for (int i = 0; i < blocks.length; i++) {
                    int from = (int) (i * binBytes);
                    int to = (int) Math.min(from + binBytes, buffer.limit());
                    blocks[i] = hasher.hash(
                            first + i, buffer.duplicate().position(from).limit(to));
                }
                writer.write(hashes -> hashes.writeBlocks(blocks));
                synchronized (builder) {
                    for (BinHashes block : blocks) {
                        builder.set(block);
                    }
                }
                meter.add(buffer.limit());
            };
        });
        builder.finish(layout.chunkCount());
        UpperHashes upper = builder.upper();
        writer.write(hashes -> hashes.writeUpper(upper, layout.chunkCount()));
        return new Tree(builder.rootHash(), upper, writer.failure);
    }

    private void read(ByteBuffer buffer, long position) throws IOException {
        buffer.limit((int) Math.min(buffer.capacity(), layout.lengthBytes() - position));
        if (store.readFully(buffer, position) < buffer.limit()) {
            throw new IOException("the file became shorter while it was hashed");
        }
        buffer.flip();
    }

    private interface TreeWrite {
        void to(HashFile hashes) throws IOException;
    }

    /** The hash file until the first write to it that fails. */
    private static final class TreeTarget {
        private final @Nullable HashFile file;
        private volatile @Nullable IOException failure;

        TreeTarget(@Nullable HashFile file) {
            this.file = file;
        }

        void write(TreeWrite write) {
            if (file == null || failure != null) {
                return;
            }
            try {
                write.to(file);
            } catch (IOException e) {
                failure = e;
            }
        }
    }
}
