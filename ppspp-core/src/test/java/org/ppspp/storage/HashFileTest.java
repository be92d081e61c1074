package org.ppspp.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.NodeHash;
import org.ppspp.integrity.UpperHashes;

class HashFileTest {
    @TempDir
    private Path folder;

    @Test
    void readsBackItsHeader() throws IOException {
        for (HashFunction function : HashFunction.values()) {
            Sample sample = Sample.of(5000, 1, function, 1000);
            HashFile.Header header = new HashFile.Header(function, 1000, sample.metadata.swarmId(), 5000, 12345);
            try (ContentStore store = store(function.name())) {
                assertThat(HashFile.readHeader(store)).isNull();
                new HashFile(store, function.length()).writeHeader(header);
                assertThat(HashFile.readHeader(store)).isEqualTo(header);
                assertThat(header.describes(sample.metadata)).isTrue();
                assertThat(HashFile.isOurs(store)).isTrue();
            }
        }
    }

    @Test
    void doesNotBelieveAHeaderWithAnyBitFlipped() throws IOException {
        Sample sample = Sample.of(5000, 1);
        Path path = folder.resolve("h");
        try (ContentStore store = store("h")) {
            new HashFile(store, 20).writeHeader(HashFile.Header.incomplete(sample.metadata));
        }
        byte[] good = Files.readAllBytes(path);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(path, bad);
            try (ContentStore store = store("h")) {
                assertThat(HashFile.readHeader(store)).as("bit %d", bit).isNull();
            }
        }
    }

    @Test
    void keepsBlocksAndTheNodesBetweenThem() throws IOException {
        for (int bins = 1; bins <= 20; bins++) {
            Sample sample = Sample.of(64 * 16 * bins - 3, 2, HashFunction.SHA1, 16);
            try (ContentStore store = store("h" + bins)) {
                HashFile hashes = new HashFile(store, 20);
                for (int index = bins - 1; index >= 0; index--) {
                    hashes.writeBlock(sample.block(index));
                }
                for (NodeHash node : sample.upper()) {
                    hashes.writeNode(node);
                }
                for (int index = 0; index < bins; index++) {
                    BinHashes block = Objects.requireNonNull(hashes.readBlock(index));
                    assertThat(block.block()).isEqualTo(sample.block(index).block());
                }
                UpperHashes upper = hashes.readUpper(sample.chunkCount());
                for (NodeHash node : sample.upper()) {
                    assertThat(upper.get(node.bin()))
                            .as("bin %d of %d bins", node.bin(), bins)
                            .isEqualTo(node.hash());
                }
            }
        }
    }

    @Test
    void readsOnlyAsMuchAsTheFileHoldsHoweverManyChunksAreClaimed() throws IOException {
        Sample sample = Sample.of(64 * 1024 * 2, 3);
        try (ContentStore store = store("h")) {
            HashFile hashes = new HashFile(store, 20);
            hashes.writeBlock(sample.block(0));
            UpperHashes upper = hashes.readUpper(1L << 40);
            assertThat(upper.get(63)).isEqualTo(sample.block(0).get(63));
            assertThat(upper.get(127)).isNull();
        }
    }

    @Test
    void ignoresAHashThatTheEndOfTheFileCutsOff() throws IOException {
        Sample sample = Sample.of(64 * 1024, 4);
        try (ContentStore store = store("h")) {
            HashFile hashes = new HashFile(store, 20);
            hashes.writeBlock(sample.block(0));
            store.truncate(HashFile.HEADER_BYTES + 20 * 10 + 7);
            BinHashes block = Objects.requireNonNull(hashes.readBlock(0));
            assertThat(block.has(9)).isTrue();
            assertThat(block.has(10)).isFalse();
        }
    }

    @Test
    void doesNotTakeAnotherFileForItsOwn() throws IOException {
        Files.writeString(folder.resolve("h"), "notes of the user");
        try (ContentStore store = store("h")) {
            assertThat(HashFile.isOurs(store)).isFalse();
        }
    }

    private ContentStore store(String name) throws IOException {
        return FileStore.open(
                folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
}
