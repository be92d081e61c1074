package org.ppspp.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.NodeHash;
import org.ppspp.integrity.UpperHashes;
import org.ppspp.wire.SwarmId;

/**
 * A hash tree on disk: the hash of bin <i>b</i> stands at {@code HEADER_BYTES + b * hashLength}, absent ones are zero.
 *
 * <p>Numbering the nodes in order makes every subtree contiguous: the 127 nodes of a request bin are one read, next to one
 * read of its chunks. Nothing in the file is believed because it stands there: hashes are checked up to the root hash.
 */
final class HashFile implements Closeable {
    /** Room for the header, whatever the hash function. */
    static final int HEADER_BYTES = 128;

    private static final long MAGIC = 0x5050_5350_5048_4153L;
    private static final int VERSION = 1;
    private static final int CRC_AT = HEADER_BYTES - Integer.BYTES;

    /** Nodes from one request bin to the next: its own and one above it. */
    private static final int STRIDE_NODES = BinHashes.NODES + 1;

    /**
     * What the file is about.
     *
     * @param contentLengthBytes of the content, or -1 while unknown
     * @param modifiedNanos when the complete content was last changed, or -1 while it is incomplete
     */
    record Header(
            HashFunction function, int chunkSizeBytes, SwarmId root, long contentLengthBytes, long modifiedNanos) {
        static Header incomplete(SwarmMetadata metadata) {
            Long length = metadata.contentLengthBytes();
            return new Header(
                    metadata.hashFunction(),
                    metadata.chunkSizeBytes(),
                    metadata.swarmId(),
                    length == null ? -1 : length,
                    -1);
        }

        boolean describes(SwarmMetadata metadata) {
            return function == metadata.hashFunction()
                    && chunkSizeBytes == metadata.chunkSizeBytes()
                    && root.equals(metadata.swarmId());
        }
    }

    private final ContentStore store;
    private final int hashLength;

    HashFile(ContentStore store, int hashLength) {
        this.store = store;
        this.hashLength = hashLength;
    }

    /** The header, or null where there is none that is whole and of this version. */
    static @Nullable Header readHeader(ContentStore store) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES);
        if (store.readFully(bytes, 0) < HEADER_BYTES || bytes.getInt(CRC_AT) != crc(bytes)) {
            return null;
        }
        bytes.flip();
        if (bytes.getLong() != MAGIC || bytes.getInt() != VERSION) {
            return null;
        }
        HashFunction function = HashFunction.byCode(bytes.getInt());
        int chunkSize = bytes.getInt();
        long length = bytes.getLong();
        long modified = bytes.getLong();
        if (function == null) {
            return null;
        }
        byte[] root = new byte[function.length()];
        bytes.get(root);
        return new Header(function, chunkSize, SwarmId.of(root), length, modified);
    }

    /** Whether {@code store} is empty or was written as a hash file, so that it is ours to replace. */
    static boolean isOurs(ContentStore store) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
        return store.size() == 0 || (store.readFully(bytes, 0) == Long.BYTES && bytes.getLong(0) == MAGIC);
    }

    void writeHeader(Header header) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES)
                .putLong(MAGIC)
                .putInt(VERSION)
                .putInt(header.function().code())
                .putInt(header.chunkSizeBytes())
                .putLong(header.contentLengthBytes())
                .putLong(header.modifiedNanos())
                .put(header.root().toBytes());
        bytes.putInt(CRC_AT, crc(bytes));
        store.writeFully(bytes.clear(), 0);
    }

    private static int crc(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate().clear().limit(CRC_AT));
        return (int) crc.getValue();
    }

    /** The hashes of request bin {@code index}, or null where none are stored. */
    @Nullable
    BinHashes readBlock(long index) throws IOException {
        byte[] block = new byte[BinHashes.NODES * hashLength];
        int read = store.readFully(ByteBuffer.wrap(block), offset(index * STRIDE_NODES));
        // A node cut off by the end of the file is no hash.
        Arrays.fill(block, read / hashLength * hashLength, block.length, (byte) 0);
        return isZero(block, 0, block.length) ? null : new BinHashes(index, hashLength, block);
    }

    void writeBlock(BinHashes block) throws IOException {
        store.writeFully(ByteBuffer.wrap(block.block()), offset(block.index() * STRIDE_NODES));
    }

    /** Writes neighbouring blocks at once; the nodes between them, which lie above, become absent. */
    void writeBlocks(BinHashes[] blocks) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((blocks.length * STRIDE_NODES - 1) * hashLength);
        for (int i = 0; i < blocks.length; i++) {
            bytes.put(i * STRIDE_NODES * hashLength, blocks[i].block());
        }
        store.writeFully(bytes, offset(blocks[0].index() * STRIDE_NODES));
    }

    void writeNode(NodeHash node) throws IOException {
        store.writeFully(ByteBuffer.wrap(node.hash()), offset(node.bin()));
    }

    /** All stored hashes at and above the request bins of {@code chunkCount} chunks. */
    UpperHashes readUpper(long chunkCount) throws IOException {
        UpperHashes upper = new UpperHashes(hashLength);
        long bins = Math.min(BinHashes.count(chunkCount), storedBins());
        byte[] run = new byte[(BinHashes.CHUNKS + 1) * hashLength];
        for (long index = 0; index < bins; index++) {
            long top = Bin.of(BinHashes.LAYER, index);
            int read = store.readFully(ByteBuffer.wrap(run), offset(top));
            take(upper, top, run, 0, read);
            take(upper, top + BinHashes.CHUNKS, run, BinHashes.CHUNKS * hashLength, read);
        }
        // Nodes over the end of the content lie behind its last request bin, one in each layer.
        byte[] hash = new byte[hashLength];
        for (int layer = BinHashes.LAYER + 1; layer <= Bin.height(chunkCount); layer++) {
            long bin = Bin.of(layer, (chunkCount - 1) >>> layer);
            take(upper, bin, hash, 0, store.readFully(ByteBuffer.wrap(hash), offset(bin)));
        }
        return upper;
    }

    /** Writes every node of {@code upper} above the request bins of {@code chunkCount} chunks. */
    void writeUpper(UpperHashes upper, long chunkCount) throws IOException {
        for (long bin = STRIDE_NODES - 1, end = Bin.root(chunkCount) * 2; bin <= end; bin += STRIDE_NODES) {
            byte[] hash = upper.get(bin);
            if (hash != null) {
                writeNode(new NodeHash(bin, hash));
            }
        }
    }

    /** Whether there is no hash in it. */
    boolean isEmpty() throws IOException {
        return store.size() <= HEADER_BYTES;
    }

    void force() throws IOException {
        store.force();
    }

    @Override
    public void close() throws IOException {
        store.close();
    }

    /** Request bins of which the file can hold anything. */
    private long storedBins() throws IOException {
        long nodes = Math.max(0, store.size() - HEADER_BYTES) / hashLength;
        return (nodes + STRIDE_NODES - 1) / STRIDE_NODES;
    }

    private void take(UpperHashes upper, long bin, byte[] run, int at, int read) {
        if (at + hashLength <= read && !isZero(run, at, hashLength)) {
            upper.set(bin, Arrays.copyOfRange(run, at, at + hashLength));
        }
    }

    private long offset(long bin) {
        return HEADER_BYTES + bin * hashLength;
    }

    private static boolean isZero(byte[] bytes, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
