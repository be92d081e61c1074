package org.ppspp.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.integrity.HashFunction;

class StateFileTest {
    @TempDir
    private Path folder;

    @Test
    void readsBackWhatItWrote() throws IOException {
        long seed = 5;
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            ChunkMap have = new ChunkMap();
            int size = random.nextInt(round % 2 == 0 ? 200 : 2_000_000) + 1;
            for (int i = 0; i < 50; i++) {
                long first = random.nextInt(size);
                have.set(first, first + random.nextInt(100));
            }
            StateFile state = state(
                    have,
                    round % 3 == 0 ? -1 : round,
                    List.of(HashFunction.values()).get(round % 5));
            StateFile read = Objects.requireNonNull(read(write(state)));
            assertThat(read.header()).as("seed %d round %d", seed, round).isEqualTo(state.header());
            assertThat(read.partLengthBytes()).isEqualTo(state.partLengthBytes());
            assertThat(read.clean()).isEqualTo(round % 3 != 0);
            assertThat(read.have().cardinality()).isEqualTo(have.cardinality());
            for (long index = 0; index <= have.end() / 64; index++) {
                assertThat(read.have().word(index)).isEqualTo(have.word(index));
            }
        }
    }

    @Test
    void knowsItsLength() throws IOException {
        StateFile state = state(ChunkMap.full(1000), 7, HashFunction.SHA256);
        assertThat(Files.size(write(state))).isEqualTo(state.encodedBytes());
    }

    @Test
    void isDamagedByAnyFlippedBitAndAnyOtherLength() throws IOException {
        Path path = write(state(ChunkMap.full(300), 7, HashFunction.SHA1));
        byte[] good = Files.readAllBytes(path);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(path, bad);
            assertThat(read(path)).as("bit %d", bit).isNull();
        }
        for (int length = 0; length < good.length + 9; length++) {
            Files.write(path, Arrays.copyOf(good, length));
            assertThat(read(path) == null).as("length %d", length).isEqualTo(length != good.length);
        }
    }

    private StateFile state(ChunkMap have, long partLength, HashFunction function) {
        Sample sample = Sample.of(3000, 1, function, 512);
        HashFile.Header header = new HashFile.Header(function, 512, sample.metadata.swarmId(), 3000, partLength * 11);
        return new StateFile(header, partLength, have);
    }

    private Path write(StateFile state) throws IOException {
        Path path = folder.resolve("state");
        Files.deleteIfExists(path);
        try (ContentStore store = FileStore.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            state.writeTo(store);
        }
        return path;
    }

    private static @Nullable StateFile read(Path path) throws IOException {
        try (ContentStore store = FileStore.open(path, StandardOpenOption.READ)) {
            return StateFile.readFrom(store);
        }
    }
}
