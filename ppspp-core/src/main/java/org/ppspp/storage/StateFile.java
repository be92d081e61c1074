package org.ppspp.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.SwarmId;

/**
 * What is known of a download across restarts: which chunks were verified and written, and whether it was stopped cleanly.
 *
 * @param header what the download is about; its modification time is that of the {@code .part} file at a clean stop
 * @param partLengthBytes length of the {@code .part} file at a clean stop, or -1 as long as it is written to
 * @param have the chunks
 */
record StateFile(HashFile.Header header, long partLengthBytes, ChunkMap have) {
    private static final long MAGIC = 0x5050_5350_5053_5441L;
    private static final int VERSION = 1;
    private static final int BUFFER_BYTES = 1 << 16;

    /** Fields in front of the bitmap: the root hash padded to the longest. */
    private static final int HEADER_BYTES = 8 + 4 + 4 + 4 + 8 + 8 + 8 + 64 + 8;

    /** Bitmap words a state may have: a chunk number has at most 40 bits. */
    private static final long MAX_WORDS = (1L << 40) / Long.SIZE;

    boolean clean() {
        return partLengthBytes >= 0;
    }

    boolean describes(SwarmMetadata metadata) {
        return header.describes(metadata);
    }

    /** Length of the file in bytes. */
    long encodedBytes() {
        return HEADER_BYTES + words(have) * Long.BYTES + Integer.BYTES;
    }

    /** Writes all of it to an empty store. */
    void writeTo(ContentStore store) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        CRC32C crc = new CRC32C();
        long words = words(have);
        buffer.putLong(MAGIC)
                .putInt(VERSION)
                .putInt(header.function().code())
                .putInt(header.chunkSizeBytes())
                .putLong(header.contentLengthBytes())
                .putLong(header.modifiedNanos())
                .putLong(partLengthBytes)
                .put(header.root().toBytes())
                .position(HEADER_BYTES - Long.BYTES)
                .putLong(words);
        long at = 0;
        for (long index = 0; index < words; index++) {
            if (buffer.remaining() < Long.BYTES) {
                at += flush(store, buffer, crc, at);
            }
            buffer.putLong(have.word(index));
        }
        at += flush(store, buffer, crc, at);
        buffer.putInt((int) crc.getValue()).flip();
        store.writeFully(buffer, at);
    }

    /** Reads a state, or returns null where any bit of it is damaged. */
    static @Nullable StateFile readFrom(ContentStore store) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        CRC32C crc = new CRC32C();
        buffer.limit(HEADER_BYTES);
        if (!fill(store, buffer, crc, 0) || buffer.getLong() != MAGIC || buffer.getInt() != VERSION) {
            return null;
        }
        HashFunction function = HashFunction.byCode(buffer.getInt());
        int chunkSize = buffer.getInt();
        long contentLength = buffer.getLong();
        long modified = buffer.getLong();
        long partLength = buffer.getLong();
        if (function == null) {
            return null;
        }
        byte[] root = new byte[function.length()];
        buffer.get(root).position(HEADER_BYTES - Long.BYTES);
        long words = buffer.getLong();
        if (words < 0 || words > MAX_WORDS || store.size() != HEADER_BYTES + words * Long.BYTES + Integer.BYTES) {
            return null;
        }
        ChunkMap have = readBitmap(store, buffer, crc, words);
        if (have == null) {
            return null;
        }
        HashFile.Header header = new HashFile.Header(function, chunkSize, SwarmId.of(root), contentLength, modified);
        return new StateFile(header, partLength, have);
    }

    private static @Nullable ChunkMap readBitmap(ContentStore store, ByteBuffer buffer, CRC32C crc, long words)
            throws IOException {
        ChunkMap have = new ChunkMap();
        long index = 0;
        while (index < words) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, (words - index) * Long.BYTES));
            if (!fill(store, buffer, crc, HEADER_BYTES + index * Long.BYTES)) {
                return null;
            }
            while (buffer.hasRemaining()) {
                long bits = buffer.getLong();
                if (bits != 0) {
                    have.setWord(index, bits);
                }
                index++;
            }
        }
        ByteBuffer stored = ByteBuffer.allocate(Integer.BYTES);
        boolean whole = store.readFully(stored, HEADER_BYTES + words * Long.BYTES) == Integer.BYTES
                && stored.getInt(0) == (int) crc.getValue();
        return whole ? have : null;
    }

    private static boolean fill(ContentStore store, ByteBuffer buffer, CRC32C crc, long at) throws IOException {
        if (store.readFully(buffer, at) < buffer.limit()) {
            return false;
        }
        buffer.flip();
        crc.update(buffer.duplicate());
        return true;
    }

    private static int flush(ContentStore store, ByteBuffer buffer, CRC32C crc, long at) throws IOException {
        buffer.flip();
        int length = buffer.limit();
        crc.update(buffer.duplicate());
        store.writeFully(buffer, at);
        buffer.clear();
        return length;
    }

    private static long words(ChunkMap have) {
        return (have.end() + Long.SIZE - 1) / Long.SIZE;
    }
}
