package org.ppspp.engine;

import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.chunk.ContentLayout;
import org.ppspp.integrity.MerkleIntegrity;
import org.ppspp.wire.WireFormat;

/**
 * The content of one swarm as far as it is known: how long it is, once that is proven (RFC 7574 §5.6), how it is cut into
 * chunks, and how much of it is here.
 */
final class KnownContent {
    /** What a peer may claim to have while no size is proven. */
    private static final long CHUNKS_BELIEVED = 1L << 31;

    private final SwarmMetadata metadata;
    private final MerkleIntegrity integrity;
    private final ChunkMap have;
    private WireFormat format;
    private @Nullable ContentLayout layout;

    /** {@code have} are the chunks that are stored; it grows with them. */
    KnownContent(SwarmMetadata metadata, MerkleIntegrity integrity, ChunkMap have) {
        this.metadata = metadata;
        this.integrity = integrity;
        this.have = have;
        Long length = metadata.contentLengthBytes();
        this.layout = length == null ? null : new ContentLayout(metadata.chunkSizeBytes(), length);
        this.format = formatFor(length == null ? -1 : length);
    }

    private WireFormat formatFor(long length) {
        return new WireFormat(
                metadata.addressing(), metadata.hashFunction().length(), 0, metadata.chunkSizeBytes(), length);
    }

    /** How messages about it are written. */
    WireFormat format() {
        return format;
    }

    /** Takes over a size that was proven just now; false if none was. */
    boolean learnSize() {
        if (layout != null || !integrity.sizeProven()) {
            return false;
        }
        long length = integrity.contentLengthBytes();
        layout = new ContentLayout(metadata.chunkSizeBytes(), length);
        format = formatFor(length);
        return true;
    }

    /** Whether the size is proven. Only then is anything served or announced: proofs depend on it. */
    boolean sized() {
        return layout != null;
    }

    /** The proven length, or -1. */
    long lengthBytes() {
        ContentLayout known = layout;
        return known == null ? -1 : known.lengthBytes();
    }

    /** The proven number of chunks, or -1. */
    long chunkCount() {
        ContentLayout known = layout;
        return known == null ? -1 : known.chunkCount();
    }

    boolean complete() {
        return layout != null && have.cardinality() == chunkCount();
    }

    /** Whether every chunk of a request bin is stored or in {@code more}, which takes a proven size. */
    boolean whole(long bin, long more) {
        ContentLayout known = layout;
        return known != null && (have.word(bin) | more) == known.wordOf(bin);
    }

    /** Bytes of one chunk, the most it can have while the size is not proven. */
    int chunkLength(long chunk) {
        ContentLayout known = layout;
        return known == null ? metadata.chunkSizeBytes() : known.size(chunk);
    }

    /** Whether a chunk of this number may have so many bytes. */
    boolean admits(long chunk, int length) {
        ContentLayout known = layout;
        return known == null
                ? length <= metadata.chunkSizeBytes()
                : chunk < known.chunkCount() && length == known.size(chunk);
    }

    /** The part of a peer's range that lies in the content, or null. */
    @Nullable
    ChunkRange clip(ChunkRange range) {
        long end = sized() ? chunkCount() : CHUNKS_BELIEVED;
        return range.first() >= end ? null : new ChunkRange(range.first(), Math.min(range.last(), end - 1));
    }

    /** Bytes that are verified and stored. */
    long storedBytes() {
        long last = chunkCount() - 1;
        int missing = last >= 0 && have.get(last) ? metadata.chunkSizeBytes() - chunkLength(last) : 0;
        return have.cardinality() * metadata.chunkSizeBytes() - missing;
    }
}
