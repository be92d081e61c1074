package org.ppspp.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.engine.StorageResult;
import org.ppspp.integrity.HashFunction;

/** Whatever the disk does, what is claimed to be stored can be read back. */
class DiskFaultTest {
    private final Sample sample = Sample.of(64 * 256 * 5 - 100, 1, HashFunction.SHA1, 256);

    @TempDir
    private Path folder;

    @Test
    void claimsOnlyWhatCanBeReadBackWhicheverOperationFails() throws IOException {
        FaultyDisk counting = new FaultyDisk("");
        download(folder.resolve("counting"), counting);
        long operations = counting.operations();
        assertThat(operations).isGreaterThan(30);
        for (long n = 0; n < operations; n++) {
            Path target = folder.resolve("once-" + n);
            download(target, new FaultyDisk("Input/output error").failing(n, n + 1));
            assertUsable(target, "operation " + n);
            target = folder.resolve("ever-" + n);
            download(target, new FaultyDisk("No space left on device").failing(n, Long.MAX_VALUE));
            assertUsable(target, "operations from " + n);
        }
    }

    @Test
    void doesNotMindShortReadsAndWrites() throws IOException {
        Path target = folder.resolve("short");
        assertThat(download(target, new FaultyDisk("").moving(7))).isTrue();
        assertThat(target).hasBinaryContent(sample.bytes);
    }

    @Test
    void publishesOnceTheDiskWorksAgain() throws IOException {
        FaultyDisk disk = new FaultyDisk("No space left on device");
        Path target = folder.resolve("full");
        Opened opened = open(target, disk);
        JobRunner runner = new JobRunner(UnpooledByteBufAllocator.DEFAULT);
        disk.affecting(operation -> operation == FaultyDisk.Operation.WRITE).failing(0, Long.MAX_VALUE);
        StorageResult failed = runner.run(sample.write(sample.chunksOf(0)), new FileJobs(opened.content()));
        assertThat(failed).isInstanceOfSatisfying(StorageResult.Failed.class, result -> {
            assertThat(result.cause()).isEqualTo(StorageResult.Cause.NO_SPACE);
            assertThat(result.message()).contains("full.part").contains("No space left");
        });
        assertThat(opened.content().storedBytes()).isZero();
        assertThat(runner.run(sample.save(0), new FileJobs(opened.content()))).isInstanceOf(StorageResult.Failed.class);
        disk.failing(Long.MAX_VALUE, Long.MAX_VALUE);
        for (int bin = 0; bin < sample.binCount(); bin++) {
            assertThat(runner.run(sample.write(sample.chunksOf(bin)), new FileJobs(opened.content())))
                    .isInstanceOf(StorageResult.Stored.class);
        }
        opened.content().publish();
        opened.content().close();
        assertThat(target).hasBinaryContent(sample.bytes);
    }

    @Test
    void triesAFailedCheckpointAgain() throws IOException {
        FaultyDisk disk = new FaultyDisk("Input/output error");
        LocalContent content = open(folder.resolve("file"), disk).content();
        content.write(sample.write(0, 1).chunks(), true, ByteBuffer.allocate(4096));
        disk.failing(0, Long.MAX_VALUE);
        assertThatThrownBy(content::checkpoint).isInstanceOf(IOException.class);
        assertThat(content.checkpointDue(System.nanoTime() + 2 * LocalContent.CHECKPOINT_NANOS))
                .isTrue();
        disk.failing(Long.MAX_VALUE, Long.MAX_VALUE);
        content.checkpoint();
        assertThat(content.checkpointDue(System.nanoTime() + 2 * LocalContent.CHECKPOINT_NANOS))
                .isFalse();
        content.close();
    }

    @Test
    void losesOnlyTheChunksThatCannotBeRead() throws IOException {
        FaultyDisk disk = new FaultyDisk("Input/output error");
        LocalContent content = open(folder.resolve("file"), disk).content();
        content.write(sample.write(sample.chunksOf(0)).chunks(), true, ByteBuffer.allocate(4096));
        content.save(sample.save(0));
        // The block of hashes, the run of chunks, and then chunk by chunk: the third of them fails.
        disk.affecting(operation -> operation == FaultyDisk.Operation.READ);
        List<StorageResult> results = new ArrayList<>();
        JobRunner runner = new JobRunner(UnpooledByteBufAllocator.DEFAULT);
        disk.failing(1, 2);
        results.add(runner.run(sample.read(0, 0xF), new FileJobs(content)));
        disk.failing(1, 4);
        results.add(runner.run(sample.read(0, 0xF), new FileJobs(content)));
        List<Long> damaged = new ArrayList<>();
        for (StorageResult result : results) {
            StorageResult.Content read = (StorageResult.Content) result;
            damaged.add(read.damaged());
            read.content().release();
        }
        assertThat(damaged).containsExactly(0L, 0b11L);
        assertThat(content.storedBytes()).isEqualTo(62 * 256);
        disk.failing(Long.MAX_VALUE, Long.MAX_VALUE);
        content.close();
    }

    @Test
    void seedsWithoutItsHashFileWhenTheDiskIsFull() throws IOException {
        Path target = sample.writeTo(folder.resolve("seed"));
        FaultyDisk disk = new FaultyDisk("No space left on device")
                .affecting(operation -> operation == FaultyDisk.Operation.WRITE)
                .failing(0, Long.MAX_VALUE);
        Opened opened = open(target, disk);
        assertThat(opened.complete()).isTrue();
        assertThat(opened.notices()).singleElement().asString().contains("No space left");
        opened.content().close();
        assertThat(folder).isDirectoryNotContaining(path -> path.toString().contains("hashes"));
    }

    /** Downloads, going on after every failure as an engine would; true if it was published. */
    private boolean download(Path target, FaultyDisk disk) throws IOException {
        LocalContent content;
        try {
            content = open(target, disk).content();
        } catch (LocalContentException e) {
            return false;
        }
        JobRunner runner = new JobRunner(UnpooledByteBufAllocator.DEFAULT);
        for (int bin = 0; bin < sample.binCount(); bin++) {
            boolean stored = runner.run(sample.write(sample.chunksOf(bin)), new FileJobs(content))
                    instanceof StorageResult.Stored;
            assertThat(content.binStored(bin)).isEqualTo(stored);
            runner.run(sample.save(bin), new FileJobs(content));
            if (bin % 2 == 0) {
                tolerate(content::checkpoint);
            }
        }
        boolean published = content.complete() && tolerate(content::publish);
        tolerate(content::close);
        return published;
    }

    private void assertUsable(Path target, String name) throws IOException {
        Opened opened = open(target, new FaultyDisk(""));
        byte[] stored = Files.readAllBytes(opened.content().path());
        for (long chunk = opened.have().nextSet(0);
                chunk >= 0;
                chunk = opened.have().nextSet(chunk + 1)) {
            int from = (int) sample.layout.offset(chunk);
            assertThat(Arrays.copyOfRange(stored, from, from + sample.layout.size(chunk)))
                    .as("%s, chunk %d", name, chunk)
                    .isEqualTo(sample.chunk(chunk));
        }
        assertThat(opened.complete()).as(name).isEqualTo(Files.exists(target));
        JobRunner runner = new JobRunner(UnpooledByteBufAllocator.DEFAULT);
        if (!opened.complete()) {
            for (int bin = 0; bin < sample.binCount(); bin++) {
                runner.run(sample.write(sample.chunksOf(bin)), new FileJobs(opened.content()));
                runner.run(sample.save(bin), new FileJobs(opened.content()));
            }
            opened.content().publish();
        }
        opened.content().close();
        assertThat(target).as(name).hasBinaryContent(sample.bytes);
        assertThat(folder).isDirectoryNotContaining(path -> path.toString().contains(".tmp-"));
    }

    private Opened open(Path target, FaultyDisk disk) throws IOException {
        ContentOptions options = new ContentOptions(ExistingFile.KEEP, false, 1, Progress.NONE);
        return LocalContent.open(target, sample.metadata, options, disk);
    }

    private interface Action {
        void run() throws IOException;
    }

    /** Whether it worked. */
    private static boolean tolerate(Action action) {
        try {
            action.run();
            return true;
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("(?s).*(Input/output error|No space left on device).*");
            return false;
        }
    }
}
