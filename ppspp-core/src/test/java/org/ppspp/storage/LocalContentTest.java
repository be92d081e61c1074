package org.ppspp.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;

class LocalContentTest {
    private static final int BIN_BYTES = 64 * 1024;

    @TempDir
    private Path folder;

    private Path target;
    private final ByteBuffer gather = ByteBuffer.allocate(BIN_BYTES);

    @BeforeEach
    void nameTheTarget() {
        target = folder.resolve("film.mp4");
    }

    @Test
    void beginsWithNothing() throws IOException {
        Sample sample = Sample.of(3 * BIN_BYTES, 1);
        Opened opened = open(sample.metadata);
        assertThat(opened.complete()).isFalse();
        assertThat(opened.have().isEmpty()).isTrue();
        assertThat(opened.content().storedBytes()).isZero();
        opened.content().close();
        assertThat(target).doesNotExist();
    }

    @Test
    void leavesNoContentBehindWhenNothingWasStored() throws IOException {
        open(Sample.of(BIN_BYTES, 1).metadata).content().close();
        assertThat(names()).isEmpty();
    }

    @Test
    void publishesWhatIsComplete() throws IOException {
        for (int length : new int[] {1, 1023, 1024, 1025, 40_000, BIN_BYTES, BIN_BYTES + 1, 5 * BIN_BYTES - 77}) {
            Sample sample = Sample.of(length, length);
            target = folder.resolve("content-" + length);
            Opened opened = open(sample.metadata);
            LocalContent content = opened.content();
            storeAll(content, sample);
            assertThat(content.storedBytes()).isEqualTo(length);
            assertThat(content.complete()).isTrue();
            content.publish();
            assertThat(target).hasBinaryContent(sample.bytes);
            assertThat(names()).contains("content-" + length, "content-" + length + ".hashes");
            assertThat(files().part()).doesNotExist();
            assertThat(files().state()).doesNotExist();
            ByteBuffer read = ByteBuffer.allocate(1);
            assertThat(content.read(read, length - 1)).isEqualTo(1);
            content.publish();
            content.close();
            seedsWithoutHashing(sample);
        }
    }

    @Test
    void doesNotPublishWhatIsIncomplete() throws IOException {
        Sample sample = Sample.of(3 * BIN_BYTES, 1);
        try (LocalContent content = open(sample.metadata).content()) {
            store(content, sample, 0);
            assertThatThrownBy(content::publish).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void resumesWithoutHashingAfterACleanStop() throws IOException {
        Sample sample = Sample.of(8 * BIN_BYTES + 3000, 2);
        try (LocalContent content = open(sample.metadata).content()) {
            store(content, sample, 1, 5, 8);
            content.write(sample.write(0, 1, 63).chunks(), true, gather);
            content.save(sample.save(0));
        }
        List<Long> hashed = new ArrayList<>();
        Opened again = open(sample.metadata, (done, total) -> hashed.add(done));
        assertThat(hashed).isEmpty();
        assertThat(again.have().cardinality()).isEqualTo(64 + 64 + 3 + 3);
        assertThat(again.have().get(63)).isTrue();
        // the second for the peaks in it
        assertThat(again.partial()).hasSize(2);
        assertThat(again.partial().get(0).block()).isEqualTo(sample.block(0).block());
        assertThat(again.partial().get(1).block()).isEqualTo(sample.block(8).block());
        assertThat(again.upper().get(63)).isEqualTo(sample.block(0).get(63));
        again.content().close();
    }

    @Test
    void publishesARestOfContentThatWasCompleteAtAStop() throws IOException {
        Sample sample = Sample.of(2 * BIN_BYTES + 5, 2);
        try (LocalContent content = open(sample.metadata).content()) {
            storeAll(content, sample);
        }
        Opened again = open(sample.metadata);
        assertThat(again.complete()).isTrue();
        assertThat(again.content().published()).isTrue();
        assertThat(again.partial()).hasSize(1);
        assertThat(again.partial().get(0).block()).isEqualTo(sample.block(2).block());
        assertThat(target).hasBinaryContent(sample.bytes);
        again.content().close();
    }

    @Test
    void losesNothingWithSavedHashesToAKill() throws IOException {
        Sample sample = Sample.of(9 * BIN_BYTES, 3);
        Path copy = Files.createDirectory(folder.resolve("copy"));
        try (LocalContent content = open(sample.metadata).content()) {
            store(content, sample, 2);
            content.checkpoint();
            store(content, sample, 4, 7);
            content.write(sample.write(sample.chunksOf(8)).chunks(), true, gather);
            copyFiles(copy);
        }
        target = copy.resolve("film.mp4");
        List<Long> hashed = new ArrayList<>();
        Opened again = open(sample.metadata, (done, total) -> hashed.add(total));
        // Bin 8 was written, but nothing on disk proves it.
        assertThat(again.have().cardinality()).isEqualTo(3 * 64);
        assertThat(again.have().containsAll(4 * 64, 4 * 64 + 63)).isTrue();
        assertThat(hashed).isNotEmpty();
        again.content().close();
    }

    @Test
    void restoresLostHashesOfAWholeBinFromItsContent() throws IOException {
        Sample sample = Sample.of(4 * BIN_BYTES, 4);
        Path copy = Files.createDirectory(folder.resolve("copy"));
        try (LocalContent content = open(sample.metadata).content()) {
            content.write(sample.write(sample.chunksOf(1)).chunks(), true, gather);
            content.save(new StorageJob.Save(sample.metadata.swarmId(), List.of(sample.block(0)), sample.upper()));
            content.checkpoint();
            copyFiles(copy);
        }
        target = copy.resolve("film.mp4");
        Opened again = open(sample.metadata);
        assertThat(again.have().cardinality()).isEqualTo(64);
        assertThat(again.content().readBlock(1)).isNotNull();
        again.content().close();
    }

    @Test
    void findsOutThatACompleteDownloadIsGoodThoughItsHashesAreLost() throws IOException {
        Sample sample = Sample.of(4 * BIN_BYTES + 1, 4);
        try (LocalContent content = open(sample.metadata).content()) {
            storeAll(content, sample);
        }
        Files.delete(files().hashes());
        Opened again = open(sample.metadata);
        assertThat(again.complete()).isTrue();
        again.content().close();
        seedsWithoutHashing(sample);
    }

    @Test
    void hashesAgainWhatSomeoneTouchedAfterACleanStop() throws IOException {
        Sample sample = Sample.of(6 * BIN_BYTES, 5);
        try (LocalContent content = open(sample.metadata).content()) {
            store(content, sample, 0, 3, 5);
        }
        byte[] part = Files.readAllBytes(files().part());
        part[3 * BIN_BYTES + 2048] ^= 1;
        Files.write(files().part(), part);
        Files.setLastModifiedTime(files().part(), FileTime.fromMillis(1_000_000));
        Opened again = open(sample.metadata);
        assertThat(again.have().cardinality()).isEqualTo(3 * 64 - 1);
        assertThat(again.have().get(3 * 64 + 2)).isFalse();
        assertThat(again.partial()).hasSize(1);
        again.content().close();
    }

    @Test
    void neverClaimsAChunkThatIsNotThereWhateverBitsFlip() throws IOException {
        Sample sample = Sample.of(3 * BIN_BYTES, 6);
        try (LocalContent content = open(sample.metadata).content()) {
            store(content, sample, 0, 2);
        }
        Path pristine = Files.createDirectory(folder.resolve("pristine"));
        copyFiles(pristine);
        long seed = 60;
        Random random = new Random(seed);
        for (int round = 0; round < 150; round++) {
            Path run = Files.createDirectory(folder.resolve("run-" + round));
            target = pristine.resolve("film.mp4");
            copyFiles(run);
            target = run.resolve("film.mp4");
            Path victim =
                    List.of(files().part(), files().state(), files().hashes()).get(round % 3);
            byte[] bytes = Files.readAllBytes(victim);
            FileTime modified = Files.getLastModifiedTime(files().part());
            // The magic number stays: without it the hash file is not ours to use.
            bytes[8 + random.nextInt(bytes.length - 8)] ^= (byte) (1 << random.nextInt(8));
            Files.write(victim, bytes);
            if (!victim.equals(files().part())) {
                Files.setLastModifiedTime(files().part(), modified);
            } else {
                Files.setLastModifiedTime(files().part(), FileTime.fromMillis(round));
            }
            Opened again = open(sample.metadata);
            byte[] part = Files.readAllBytes(files().part());
            assertClaimsAreTrue(sample, again.have(), part, "seed " + seed + " round " + round);
            // One bit costs one chunk, or in the hashes the tree below it, or nothing.
            assertThat(again.have().cardinality())
                    .as("seed %d round %d", seed, round)
                    .isGreaterThanOrEqualTo(64);
            again.content().close();
        }
    }

    @Test
    void movesADownloadOfAnotherSwarmAside() throws IOException {
        Sample one = Sample.of(3 * BIN_BYTES, 7);
        try (LocalContent content = open(one.metadata).content()) {
            store(content, one, 1);
        }
        byte[] before = Files.readAllBytes(files().part());
        Sample two = Sample.of(3 * BIN_BYTES, 8);
        Opened opened = open(two.metadata);
        assertThat(opened.have().isEmpty()).isTrue();
        assertThat(opened.notices()).singleElement().asString().contains("film.mp4.part.orig-1");
        assertThat(folder.resolve("film.mp4.part.orig-1")).hasBinaryContent(before);
        opened.content().close();

        // With its companions it can be taken up again.
        for (String companion : List.of("", ".state", ".hashes")) {
            String name = companion.equals(".hashes") ? "film.mp4.hashes" : "film.mp4.part" + companion;
            Files.move(
                    folder.resolve("film.mp4.part.orig-1" + companion),
                    folder.resolve(name),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        Opened again = open(one.metadata);
        assertThat(again.have().cardinality()).isEqualTo(64);
        again.content().close();
    }

    @Test
    void movesAsideAPartFileThatNothingExplains() throws IOException {
        Files.writeString(folder.resolve("film.mp4.part"), "of some other program");
        Opened opened = open(Sample.of(BIN_BYTES, 1).metadata);
        assertThat(folder.resolve("film.mp4.part.orig-1")).hasContent("of some other program");
        opened.content().close();
    }

    @Test
    void refusesASecondUserOfTheSameFile() throws IOException {
        Sample sample = Sample.of(BIN_BYTES, 1);
        try (LocalContent content = open(sample.metadata).content()) {
            assertThatThrownBy(() -> open(sample.metadata))
                    .isInstanceOf(LocalContentException.class)
                    .hasMessageContaining("used by another process")
                    .hasMessageContaining("film.mp4.part");
            store(content, sample, 0);
            content.publish();
        }
    }

    @Test
    void remembersALengthThatWasFoundOut() throws IOException {
        Sample sample = Sample.of(2 * BIN_BYTES + 10, 1);
        SwarmMetadata unsized = SwarmMetadata.ofRootHash(sample.metadata.swarmId(), 1024, null);
        try (LocalContent content = open(unsized).content()) {
            assertThat(content.complete()).isFalse();
            assertThat(content.lengthBytes()).isEqualTo(-1);
            store(content, sample, 2);
            content.lengthKnown(sample.bytes.length);
            assertThat(content.storedBytes()).isEqualTo(10);
        }
        Opened again = open(unsized);
        assertThat(again.metadata().contentLengthBytes()).isEqualTo((long) sample.bytes.length);
        assertThat(again.have().cardinality()).isEqualTo(1);
        again.content().close();
    }

    @Test
    void keepsChunksOfContentWhoseLengthIsNotKnownYet() throws IOException {
        Sample sample = Sample.of(2 * BIN_BYTES + 10, 1);
        SwarmMetadata unsized = SwarmMetadata.ofRootHash(sample.metadata.swarmId(), 1024, null);
        try (LocalContent content = open(unsized).content()) {
            store(content, sample, 1);
        }
        Opened again = open(unsized);
        assertThat(again.have().cardinality()).isEqualTo(64);
        assertThat(again.metadata().contentLengthBytes()).isNull();
        again.content().close();
    }

    @Test
    void savesALengthThatWasFoundOutAtOnce() throws IOException {
        Sample sample = Sample.of(2 * BIN_BYTES + 10, 1);
        SwarmMetadata unsized = SwarmMetadata.ofRootHash(sample.metadata.swarmId(), 1024, null);
        try (LocalContent content = open(unsized).content()) {
            store(content, sample, 0);
            content.lengthKnown(sample.bytes.length);
            assertThat(content.checkpointDue(System.nanoTime())).isTrue();
            content.checkpoint();
            store(content, sample, 1);
            content.lengthKnown(sample.bytes.length);
            assertThat(content.checkpointDue(System.nanoTime())).isFalse();
        }
    }

    @Test
    void makesACheckpointAfterEnoughBytesOrTime() throws IOException {
        Sample sample = Sample.of(2 * BIN_BYTES, 1);
        try (LocalContent content = open(sample.metadata).content()) {
            long now = System.nanoTime();
            assertThat(content.checkpointDue(now + LocalContent.CHECKPOINT_NANOS))
                    .isFalse();
            store(content, sample, 0);
            assertThat(content.checkpointDue(now)).isFalse();
            assertThat(content.checkpointDue(now + LocalContent.CHECKPOINT_NANOS))
                    .isTrue();
            content.checkpoint();
            assertThat(content.checkpointDue(now + 2 * LocalContent.CHECKPOINT_NANOS))
                    .isFalse();
            for (int n = 0; n < LocalContent.CHECKPOINT_BYTES / BIN_BYTES; n++) {
                store(content, sample, 1);
            }
            assertThat(content.checkpointDue(System.nanoTime())).isTrue();
            content.checkpoint();
        }
    }

    @Test
    void goesWithoutAHashFileWhereTheNameIsTaken() throws IOException {
        Files.writeString(folder.resolve("film.mp4.hashes"), "a poem about hash browns");
        Sample sample = Sample.of(2 * BIN_BYTES, 1);
        Opened opened = open(sample.metadata);
        assertThat(opened.notices()).singleElement().asString().contains("film.mp4.hashes");
        storeAll(opened.content(), sample);
        opened.content().publish();
        opened.content().close();
        assertThat(target).hasBinaryContent(sample.bytes);
        assertThat(folder.resolve("film.mp4.hashes")).hasContent("a poem about hash browns");
    }

    @Test
    void usesTheHashFileOfContentThatIsGone() throws IOException {
        Sample sample = Sample.of(3 * BIN_BYTES, 1);
        sample.writeTo(target);
        open(sample.metadata).content().close();
        Files.delete(target);
        Opened opened = open(sample.metadata);
        assertThat(opened.have().isEmpty()).isTrue();
        assertThat(opened.upper().get(63)).isEqualTo(sample.block(0).get(63));
        opened.content().close();
    }

    @Test
    void boundsTheHashesItHandsOverInMemory() throws IOException {
        int bins = ResumeScan.MAX_PARTIAL + 10;
        Sample sample = Sample.of(bins * 64 * 8, 1, HashFunction.SHA1, 8);
        try (LocalContent content = open(sample.metadata).content()) {
            for (int index = 0; index < bins; index++) {
                content.write(sample.write(index * 64L + 5).chunks(), true, gather);
                content.save(new StorageJob.Save(sample.metadata.swarmId(), List.of(sample.block(index)), List.of()));
            }
            content.save(sample.save(0));
        }
        Opened again = open(sample.metadata);
        assertThat(again.partial()).hasSize(ResumeScan.MAX_PARTIAL);
        assertThat(again.have().cardinality()).isEqualTo(ResumeScan.MAX_PARTIAL);
        again.content().close();
    }

    private void seedsWithoutHashing(Sample sample) throws IOException {
        List<Long> hashed = new ArrayList<>();
        Opened seed = open(sample.metadata, (done, total) -> hashed.add(done));
        assertThat(hashed).isEmpty();
        assertThat(seed.complete()).isTrue();
        assertThat(seed.have().cardinality()).isEqualTo(sample.chunkCount());
        assertThat(seed.content().published()).isTrue();
        seed.content().close();
    }

    private static void assertClaimsAreTrue(Sample sample, ChunkMap have, byte[] part, String name) {
        for (long chunk = have.nextSet(0); chunk >= 0; chunk = have.nextSet(chunk + 1)) {
            int from = (int) sample.layout.offset(chunk);
            assertThat(Arrays.copyOfRange(part, from, from + sample.layout.size(chunk)))
                    .as("%s chunk %d", name, chunk)
                    .isEqualTo(sample.chunk(chunk));
        }
    }

    private void store(LocalContent content, Sample sample, long... bins) throws IOException {
        for (long bin : bins) {
            content.write(sample.write(sample.chunksOf(bin)).chunks(), true, gather);
            content.save(sample.save(bin));
        }
    }

    private void storeAll(LocalContent content, Sample sample) throws IOException {
        for (int bin = sample.binCount() - 1; bin >= 0; bin--) {
            store(content, sample, bin);
        }
    }

    private void copyFiles(Path to) throws IOException {
        for (Path path : List.of(files().part(), files().state(), files().hashes())) {
            Files.copy(path, to.resolve(path.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private ContentFiles files() {
        return new ContentFiles(target);
    }

    private Opened open(SwarmMetadata metadata) throws IOException {
        return open(metadata, Progress.NONE);
    }

    private Opened open(SwarmMetadata metadata, Progress progress) throws IOException {
        return LocalContent.open(target, metadata, new ContentOptions(ExistingFile.MOVE_ASIDE, false, 2, progress));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
