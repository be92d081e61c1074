package org.ppspp.wire;

import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkRange;

/** The five chunk addressing methods (RFC 7574 §4, §7.8), each with its size on the wire. */
public enum ChunkAddressing {
    BINS_32(0, 4),
    BYTE_RANGES_64(1, 16),
    CHUNK_RANGES_32(2, 8),
    BINS_64(3, 8),
    CHUNK_RANGES_64(4, 16);

    private final int code;
    private final int specBytes;

    ChunkAddressing(int code, int specBytes) {
        this.code = code;
        this.specBytes = specBytes;
    }

    /** The value of the Chunk Addressing Method option. */
    public int code() {
        return code;
    }

    /** Length of a chunk specification on the wire. */
    public int specBytes() {
        return specBytes;
    }

    /** How many chunks can be named: half as many as there are 32-bit bins, since every other bin is a chunk. */
    public long maxChunks() {
        return switch (this) {
            case BINS_32 -> 1L << 31;
            case CHUNK_RANGES_32 -> 1L << 32;
            case BYTE_RANGES_64, BINS_64, CHUNK_RANGES_64 -> ChunkRange.MAX_CHUNK + 1;
        };
    }

    /** Length of the value of a Live Discard Window option: one bin, or one end of a range (RFC 7574 §7.9). */
    public int windowBytes() {
        return this == BINS_32 || this == CHUNK_RANGES_32 ? 4 : 8;
    }

    /** The method with this option value, or null for a value that RFC 7574 does not assign. */
    public static @Nullable ChunkAddressing byCode(int code) {
        return code >= 0 && code < values().length ? values()[code] : null;
    }
}
