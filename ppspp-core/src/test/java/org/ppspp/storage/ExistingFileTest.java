package org.ppspp.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What happens to whatever has the name of the content already. */
class ExistingFileTest {
    private static final byte[] USERS = "the only copy of something dear".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private Path target;
    private final Sample sample = Sample.of(150_000, 1);

    @BeforeEach
    void nameTheTarget() {
        target = folder.resolve("song.ogg");
    }

    @ParameterizedTest
    @EnumSource
    void downloadsWhereThereIsNothing(ExistingFile policy) throws IOException {
        download(policy);
        assertThat(target).hasBinaryContent(sample.bytes);
    }

    @ParameterizedTest
    @EnumSource
    void seedsWhatMatches(ExistingFile policy) throws IOException {
        sample.writeTo(target);
        FileTime before = Files.getLastModifiedTime(target);
        Opened opened = open(policy);
        assertThat(opened.complete()).isTrue();
        assertThat(opened.have().cardinality()).isEqualTo(sample.chunkCount());
        assertThat(opened.notices()).isEmpty();
        opened.content().close();
        assertThat(target).hasBinaryContent(sample.bytes);
        assertThat(Files.getLastModifiedTime(target)).isEqualTo(before);
        assertThat(files().hashes()).exists();
        assertThat(files().part()).doesNotExist();
    }

    @Test
    void movesWhatDiffersAside() throws IOException {
        Files.write(target, USERS);
        Files.writeString(folder.resolve("song.ogg.orig-1"), "moved earlier");
        download(ExistingFile.MOVE_ASIDE);
        assertThat(target).hasBinaryContent(sample.bytes);
        assertThat(folder.resolve("song.ogg.orig-1")).hasContent("moved earlier");
        assertThat(folder.resolve("song.ogg.orig-2")).hasBinaryContent(USERS);
    }

    @Test
    void movesAsideWhatHasTheRightSizeAndOtherBytes() throws IOException {
        byte[] bytes = sample.bytes.clone();
        bytes[77_000] ^= 1;
        Files.write(target, bytes);
        Opened opened = open(ExistingFile.MOVE_ASIDE);
        assertThat(opened.complete()).isFalse();
        assertThat(opened.notices()).singleElement().asString().contains("song.ogg.orig-1");
        opened.content().close();
        assertThat(folder.resolve("song.ogg.orig-1")).hasBinaryContent(bytes);
        assertThat(files().hashes()).doesNotExist();
    }

    @Test
    void keepsWhatDiffersAndFails() throws IOException {
        Files.write(target, USERS);
        assertRefused(ExistingFile.KEEP, "exists and is not the content of this swarm");
        assertThat(target).hasBinaryContent(USERS);
        assertThat(files().part()).doesNotExist();
    }

    @Test
    void overwritesOnlyWhenTheContentIsComplete() throws IOException {
        Files.write(target, USERS);
        Opened opened = open(ExistingFile.OVERWRITE);
        assertThat(target).hasBinaryContent(USERS);
        storeAll(opened.content());
        assertThat(target).hasBinaryContent(USERS);
        opened.content().publish();
        opened.content().close();
        assertThat(target).hasBinaryContent(sample.bytes);
    }

    @ParameterizedTest
    @EnumSource
    void takesAnEmptyFileForADifferentOne(ExistingFile policy) throws IOException {
        Files.createFile(target);
        if (policy == ExistingFile.KEEP) {
            assertRefused(policy, "exists");
        } else {
            download(policy);
            assertThat(target).hasBinaryContent(sample.bytes);
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesAFolder(ExistingFile policy) throws IOException {
        Files.createDirectory(target);
        assertRefused(policy, "is a folder");
    }

    @ParameterizedTest
    @EnumSource
    void refusesAPipeWithoutWaitingForIt(ExistingFile policy) throws Exception {
        makePipe(target);
        assertRefused(policy, "not a regular file");
        Files.delete(target);
        makePipe(files().part());
        assertRefused(policy, "not a regular file");
    }

    @ParameterizedTest
    @EnumSource
    void seedsThroughALink(ExistingFile policy) throws IOException {
        Path real = sample.writeTo(folder.resolve("real"));
        Files.createSymbolicLink(target, real);
        Opened opened = open(policy);
        assertThat(opened.complete()).isTrue();
        opened.content().close();
        assertThat(real).hasBinaryContent(sample.bytes);
    }

    @ParameterizedTest
    @EnumSource
    void neverWritesThroughALink(ExistingFile policy) throws IOException {
        Path real = Files.write(folder.resolve("real"), USERS);
        Files.createSymbolicLink(target, real);
        if (policy == ExistingFile.KEEP) {
            assertRefused(policy, "exists");
        } else {
            download(policy);
            assertThat(Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)).isTrue();
            assertThat(target).hasBinaryContent(sample.bytes);
        }
        assertThat(real).hasBinaryContent(USERS);
    }

    @Test
    void movesALinkToNowhereAside() throws IOException {
        Files.createSymbolicLink(target, folder.resolve("nowhere"));
        download(ExistingFile.MOVE_ASIDE);
        assertThat(target).hasBinaryContent(sample.bytes);
        assertThat(Files.isSymbolicLink(folder.resolve("song.ogg.orig-1"))).isTrue();
        assertThat(folder.resolve("nowhere")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void doesNotWriteIntoAPartFileThatIsALink(ExistingFile policy) throws IOException {
        Path real = Files.write(folder.resolve("real"), USERS);
        Files.createSymbolicLink(files().part(), real);
        assertRefused(policy, "not a regular file");
        assertThat(real).hasBinaryContent(USERS);
    }

    @ParameterizedTest
    @EnumSource
    void saysThatTheFolderIsMissing(ExistingFile policy) {
        target = folder.resolve("missing").resolve("song.ogg");
        assertRefused(policy, "does not exist: create it first");
    }

    @ParameterizedTest
    @EnumSource
    void saysThatItMayNotWriteThere(ExistingFile policy) {
        // Not even root can make files here.
        Path unwritable = Path.of("/proc");
        assumeTrue(Files.isDirectory(unwritable));
        target = unwritable.resolve("song.ogg");
        assertRefused(policy, "cannot write /proc/song.ogg.part");
    }

    @Test
    void seedsWithoutAHashFileWhereNoneCanBeWritten() throws IOException {
        sample.writeTo(target);
        Files.createDirectory(files().hashes());
        for (int run = 0; run < 2; run++) {
            Opened opened = open(ExistingFile.MOVE_ASIDE);
            assertThat(opened.complete()).isTrue();
            assertThat(opened.notices()).singleElement().asString().contains("hashes again");
            opened.content().close();
        }
    }

    @Test
    void hashesAgainWhenTheFileHasChangedSince() throws IOException {
        sample.writeTo(target);
        open(ExistingFile.KEEP).content().close();
        assertThat(hashedOnOpening()).isFalse();
        Files.setLastModifiedTime(target, FileTime.from(1_000_000, TimeUnit.SECONDS));
        assertThat(hashedOnOpening()).isTrue();
        assertThat(hashedOnOpening()).isFalse();
        byte[] hashes = Files.readAllBytes(files().hashes());
        hashes[HashFile.HEADER_BYTES + 63 * 20] ^= 1;
        Files.write(files().hashes(), hashes);
        assertThat(hashedOnOpening()).isTrue();
        Files.write(target, USERS);
        assertRefused(ExistingFile.KEEP, "exists");
    }

    @Test
    void doesNotReplaceAFileThatAppearsDuringTheDownload() throws IOException {
        for (ExistingFile policy : List.of(ExistingFile.MOVE_ASIDE, ExistingFile.KEEP)) {
            target = folder.resolve("late-" + policy);
            Opened opened = open(policy);
            storeAll(opened.content());
            Files.write(target, USERS);
            if (policy == ExistingFile.KEEP) {
                assertThatThrownBy(opened.content()::publish)
                        .isInstanceOf(LocalContentException.class)
                        .hasMessageContaining("appeared meanwhile");
                assertThat(target).hasBinaryContent(USERS);
                Files.delete(target);
                opened.content().publish();
            } else {
                opened.content().publish();
                assertThat(folder.resolve(target.getFileName() + ".orig-1")).hasBinaryContent(USERS);
            }
            opened.content().close();
            assertThat(target).hasBinaryContent(sample.bytes);
        }
    }

    @Test
    void finishesAPublicationThatWasCutShort() throws IOException {
        sample.writeTo(target);
        Files.createLink(files().part(), target);
        Files.writeString(files().state(), "left over");
        Opened opened = open(ExistingFile.MOVE_ASIDE);
        assertThat(opened.complete()).isTrue();
        opened.content().close();
        assertThat(files().part()).doesNotExist();
        assertThat(files().state()).doesNotExist();
        assertThat(target).hasBinaryContent(sample.bytes);
    }

    private boolean hashedOnOpening() throws IOException {
        List<Long> hashed = new ArrayList<>();
        ContentOptions options = new ContentOptions(ExistingFile.KEEP, false, 1, (done, total) -> hashed.add(done));
        Opened opened = LocalContent.open(target, sample.metadata, options);
        assertThat(opened.complete()).isTrue();
        opened.content().close();
        return !hashed.isEmpty();
    }

    private void assertRefused(ExistingFile policy, String message) {
        assertThatThrownBy(() -> open(policy))
                .isInstanceOf(LocalContentException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("/")
                .hasMessageNotContaining("\n");
    }

    private void download(ExistingFile policy) throws IOException {
        try (LocalContent content = open(policy).content()) {
            storeAll(content);
            content.publish();
        }
    }

    private void storeAll(LocalContent content) throws IOException {
        for (int bin = 0; bin < sample.binCount(); bin++) {
            content.write(sample.write(sample.chunksOf(bin)).chunks(), true, ByteBuffer.allocate(4096));
            content.save(sample.save(bin));
        }
    }

    private Opened open(ExistingFile policy) throws IOException {
        return LocalContent.open(target, sample.metadata, new ContentOptions(policy, false, 2, Progress.NONE));
    }

    private ContentFiles files() {
        return new ContentFiles(target);
    }

    private static void makePipe(Path path) throws Exception {
        Process process;
        try {
            process = new ProcessBuilder("mkfifo", path.toString()).start();
        } catch (IOException e) {
            assumeTrue(false, "no mkfifo here");
            return;
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
}
