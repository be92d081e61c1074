package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.storage.LocalContentException;

class ContentHasherTest {
    /** SHA-1 roots over 1,024-byte chunks of the bytes (i·31+7) mod 251, as the original PyPPSPP computes them. */
    private static final Map<Integer, String> ORIGINAL_ROOTS = Map.of(
            1025, "d6cafd0d06596ecfea16522fb8f316304ce8ac01",
            2048, "4640c190adc861a49ad392ff695ecbec93f567f3",
            3000, "d928ac2f381edcb8ca12bed8514092c2ba84987d",
            7468, "d094024bfed046a9be25a762870ce67089f31f81",
            17409, "1cdf3cb13ca19715c1dcab4369356ceed70a20e4",
            100000, "b62b1fc60817b9d64bf6ac5d2b3378a75941811e",
            1047552, "253dab3369ee917c6c3f3a1aa964671435eba659",
            1048576, "44ce1f97a1c02eb2f6a0838cd1f54f0503406016",
            1048577, "66bd48bfe46790c3374a9ac77973e74425e3e624");

    @TempDir
    private Path folder;

    @Test
    void findsTheRootsThatTheOriginalFinds() throws IOException {
        for (Map.Entry<Integer, String> known : ORIGINAL_ROOTS.entrySet()) {
            byte[] bytes = new byte[known.getKey()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) ((i * 31 + 7) % 251);
            }
            Path file = Files.write(folder.resolve("file"), bytes);
            for (int threads = 1; threads <= 3; threads++) {
                SwarmMetadata metadata = ContentHasher.of(HashFunction.SHA1, 1024)
                        .withThreads(threads)
                        .hash(file);
                assertThat(metadata.swarmId()).as("%d bytes", bytes.length).hasToString(known.getValue());
                assertThat(metadata.contentLengthBytes()).isEqualTo((long) bytes.length);
            }
        }
    }

    @Test
    void findsTheRootsOfTheContentInOurVectors() throws IOException {
        byte[] bytes = new byte[7162];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i % 251);
        }
        Path file = Files.write(folder.resolve("file"), bytes);
        assertThat(ContentHasher.of(HashFunction.SHA256, 1024).hash(file).swarmId())
                .hasToString("1140e810b61f13f887a6626b32b07d4cd44731481b8ac911dd1ba12f75bd9d2d");
    }

    @Test
    void hashesASingleByteIntoItsDigest() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[] {'a'});
        assertThat(ContentHasher.of(HashFunction.SHA1, 1024).hash(file).swarmId())
                .hasToString("86f7e437faa5a7fce15d1ddcb9eaeaea377667b8");
    }

    @Test
    void doesNotDependOnThreadsOrTheHashFile() throws IOException {
        byte[] bytes = new byte[3_300_001];
        new Random(4).nextBytes(bytes);
        Path file = Files.write(folder.resolve("file"), bytes);
        for (HashFunction function : HashFunction.values()) {
            for (int chunkSize : new int[] {1000, 8192, 62_000}) {
                ContentHasher hasher = ContentHasher.of(function, chunkSize);
                assertThat(hasher.withThreads(5).hashAndSave(file))
                        .isEqualTo(hasher.withThreads(1).hash(file));
            }
        }
        assertThat(ContentHasher.hashFileOf(file)).exists();
        assertThat(folder).isDirectoryNotContaining(path -> path.toString().contains(".tmp-"));
    }

    @Test
    void tellsHowFarItIs() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[5_000_000]);
        List<Long> done = new ArrayList<>();
        ContentHasher.of(HashFunction.SHA1, 1024)
                .withThreads(2)
                .withProgress((bytes, total) -> {
                    assertThat(total).isEqualTo(5_000_000);
                    done.add(bytes);
                })
                .hash(file);
        assertThat(done).isSorted().hasSizeGreaterThan(2).endsWith(5_000_000L);
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        ContentHasher hasher = ContentHasher.of(HashFunction.SHA1, 1024);
        Path empty = Files.createFile(folder.resolve("empty"));
        for (Map.Entry<Path, String> wrong : Map.of(
                        folder, "is a folder", empty, "is empty", folder.resolve("missing"), "does not exist")
                .entrySet()) {
            assertThatThrownBy(() -> hasher.hash(wrong.getKey()))
                    .isInstanceOf(LocalContentException.class)
                    .hasMessageContaining(wrong.getKey().toString())
                    .hasMessageContaining(wrong.getValue());
        }
    }

    @Test
    void doesNotReplaceAFileThatOnlyHasTheNameOfAHashFile() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[100]);
        Path poem = Files.writeString(folder.resolve("file.hashes"), "roses are red");
        assertThatThrownBy(() -> ContentHasher.of(HashFunction.SHA1, 1024).hashAndSave(file))
                .isInstanceOf(LocalContentException.class)
                .hasMessageContaining("not a hash file");
        assertThat(poem).hasContent("roses are red");
    }
}
