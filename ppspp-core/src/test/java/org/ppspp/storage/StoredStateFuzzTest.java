package org.ppspp.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.SwarmId;

/** Whatever a state or hash file holds, even under a right checksum, reading it ends in an answer. */
class StoredStateFuzzTest {
    private static final int CRC_BYTES = Integer.BYTES;
    private static final long CHUNKS_CLAIMED = 1L << 30;

    /** A file in memory. */
    private static final class MemoryStore implements ContentStore {
        private byte[] bytes;

        MemoryStore(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read(ByteBuffer target, long position) {
            if (position >= bytes.length) {
                return -1;
            }
            int length = (int) Math.min(target.remaining(), bytes.length - position);
            target.put(bytes, (int) position, length);
            return length;
        }

        @Override
        public int write(ByteBuffer source, long position) {
            int length = source.remaining();
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length, (int) position + length));
            source.get(bytes, (int) position, length);
            return length;
        }

        @Override
        public void force() {
            // Memory forgets when it must.
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public void truncate(long size) {
            bytes = Arrays.copyOf(bytes, (int) size);
        }

        @Override
        public boolean lock() {
            return true;
        }

        @Override
        public void unlock() {
            // Nobody else is here.
        }

        @Override
        public void close() {
            // Nothing to give back.
        }
    }

    @FuzzTest(maxDuration = "60s")
    void readsStateFiles(FuzzedDataProvider data) throws IOException {
        MemoryStore store = new MemoryStore(new byte[0]);
        HashFunction function = data.consumeBoolean() ? HashFunction.SHA1 : HashFunction.SHA256;
        new StateFile(header(function), data.consumeLong(), map(data)).writeTo(store);
        damage(store, data, store.bytes.length - CRC_BYTES);
        StateFile state = StateFile.readFrom(store);
        if (state != null) {
            MemoryStore copy = new MemoryStore(new byte[0]);
            state.writeTo(copy);
            assertThat(copy.size()).isEqualTo(state.encodedBytes());
            assertThat(StateFile.readFrom(copy)).isNotNull();
        }
    }

    @FuzzTest(maxDuration = "60s")
    void readsHashFiles(FuzzedDataProvider data) throws IOException {
        MemoryStore store = new MemoryStore(new byte[0]);
        HashFunction function = data.consumeBoolean() ? HashFunction.SHA1 : HashFunction.SHA256;
        new HashFile(store, function.length()).writeHeader(header(function));
        damage(store, data, HashFile.HEADER_BYTES - CRC_BYTES);
        byte[] hashes = data.consumeRemainingAsBytes();
        store.write(ByteBuffer.wrap(hashes), HashFile.HEADER_BYTES);
        HashFile.Header header = HashFile.readHeader(store);
        if (header != null) {
            assertThat(header.root().length()).isEqualTo(header.function().length());
            try (HashFile file = new HashFile(store, header.function().length())) {
                file.readBlock(0);
                file.readBlock(1L << 33);
                file.readUpper(CHUNKS_CLAIMED);
            }
        }
    }

    private static HashFile.Header header(HashFunction function) {
        return new HashFile.Header(function, 1_024, SwarmId.of(new byte[function.length()]), 1 << 20, -1);
    }

    private static ChunkMap map(FuzzedDataProvider data) {
        ChunkMap map = new ChunkMap();
        for (int runs = data.consumeInt(0, 4); runs > 0; runs--) {
            int first = data.consumeInt(0, 10_000);
            map.set(first, first + data.consumeInt(0, 1_000));
        }
        return map;
    }

    /** Changes bytes in front of the checksum, and mostly makes it fit. */
    private static void damage(MemoryStore store, FuzzedDataProvider data, int checksumAt) {
        for (int changes = data.consumeInt(0, 8); changes > 0; changes--) {
            store.bytes[data.consumeInt(0, checksumAt - 1)] = data.consumeByte();
        }
        if (data.consumeInt(0, 7) > 0) {
            CRC32C crc = new CRC32C();
            crc.update(store.bytes, 0, checksumAt);
            ByteBuffer.wrap(store.bytes).putInt(checksumAt, (int) crc.getValue());
        }
        if (data.consumeInt(0, 7) == 0) {
            store.truncate(data.consumeInt(0, store.bytes.length));
        }
    }
}
