package org.ppspp.integrity;

import java.nio.ByteBuffer;

/** Computes all hashes of a request bin from its content. Has one digest, so it belongs to one thread. */
public final class BinHasher {
    private final NodeHasher hasher;
    private final int chunkSizeBytes;

    public BinHasher(HashFunction function, int chunkSizeBytes) {
        if (chunkSizeBytes <= 0) {
            throw new IllegalArgumentException("chunks of " + chunkSizeBytes + " bytes");
        }
        this.hasher = new NodeHasher(function);
        this.chunkSizeBytes = chunkSizeBytes;
    }

    /**
     * The hashes of request bin {@code index}, whose content is the remaining bytes of {@code content}: 64 chunks, or fewer
     * where the content ends. Nodes with no chunk below them stay absent. The position of {@code content} does not change.
     *
     * <p>In a content of 32 chunks or fewer the nodes above its root are computed too, as if the tree were higher.
     */
    public BinHashes hash(long index, ByteBuffer content) {
        int length = hasher.hashLength();
        byte[] block = new byte[BinHashes.NODES * length];
        leaves(content.duplicate(), block);
        for (int layer = 1; layer <= BinHashes.LAYER; layer++) {
            int toChild = 1 << (layer - 1);
            for (int node = (1 << layer) - 1; node < BinHashes.NODES; node += 2 << layer) {
                hasher.combine(
                        block, (node - toChild) * length, block, (node + toChild) * length, block, node * length);
            }
        }
        return new BinHashes(index, length, block);
    }

    private void leaves(ByteBuffer content, byte[] block) {
        int end = content.limit();
        if (content.remaining() == 0 || content.remaining() > (long) BinHashes.CHUNKS * chunkSizeBytes) {
            throw new IllegalArgumentException("a request bin does not have " + content.remaining() + " bytes");
        }
        for (int chunk = 0; content.position() < end; chunk++) {
            content.limit(content.position() + Math.min(chunkSizeBytes, end - content.position()));
            hasher.leaf(content, block, 2 * chunk * hasher.hashLength());
            content.limit(end);
        }
    }
}
