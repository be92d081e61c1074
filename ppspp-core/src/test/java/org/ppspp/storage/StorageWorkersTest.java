package org.ppspp.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.chunk.Bin;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageResult;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.NodeHasher;

class StorageWorkersTest {
    private final Queue<StorageResult> results = new ConcurrentLinkedQueue<>();
    private final Set<String> threads = ConcurrentHashMap.newKeySet();
    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    private final StorageWorkers workers = new StorageWorkers(3, allocator, result -> {
        threads.add(Thread.currentThread().getName());
        results.add(result);
    });

    @TempDir
    private Path folder;

    @AfterEach
    void endTheThreads() {
        workers.close();
    }

    @Test
    void hashesChunksInTheirOrder() throws Exception {
        Sample sample = Sample.of(50_000, 1);
        try (LocalContent content = open(sample, false)) {
            StorageJob.Hash job = sample.hash(48, 3, 7);
            byte[][] leaves = ((StorageResult.Hashed) answer(job)).leaves();
            NodeHasher hasher = new NodeHasher(sample.metadata.hashFunction());
            assertThat(leaves).isDeepEqualTo(new byte[][] {
                hasher.leaf(sample.chunk(48)), hasher.leaf(sample.chunk(3)), hasher.leaf(sample.chunk(7))
            });
            assertThat(job.chunks().get(0).content().refCnt()).isEqualTo(1);
            assertThat(job.chunks().get(0).content().readerIndex()).isZero();
            assertThat(content.storedBytes()).isZero();
        }
    }

    @Test
    void storesAndReadsBackAnyChunksInAnyOrder() throws Exception {
        long seed = 11;
        Random random = new Random(seed);
        Sample sample = Sample.of(64 * 1024 * 4 + 777, 2);
        try (LocalContent content = open(sample, false)) {
            List<Long> order = new ArrayList<>();
            for (long chunk = 0; chunk < sample.chunkCount(); chunk++) {
                order.add(chunk);
            }
            Collections.shuffle(order, random);
            for (int at = 0; at < order.size(); at += 20) {
                List<Long> some = order.subList(at, Math.min(at + 20, order.size()));
                workers.submit(sample.write(
                        some.stream().mapToLong(Long::longValue).sorted().toArray()));
            }
            workers.awaitIdle(sample.metadata.swarmId());
            assertThat(results).hasSize((order.size() + 19) / 20).allMatch(StorageResult.Stored.class::isInstance);
            results.clear();
            assertThat(content.complete()).isTrue();
            for (int round = 0; round < 100; round++) {
                int bin = random.nextInt(sample.binCount());
                long wanted = random.nextLong() & sample.allOf(bin);
                StorageResult.Content read = (StorageResult.Content) answer(sample.read(bin, wanted));
                assertThat(read.damaged()).isZero();
                assertContent(sample, read, wanted);
                // Nothing was saved: the hashes come from the content.
                assertThat(Objects.requireNonNull(read.hashes()).block())
                        .isEqualTo(sample.block(bin).block());
                read.content().release();
            }
        }
    }

    @Test
    void handsOutStoredHashesOfIncompleteBins() throws Exception {
        Sample sample = Sample.of(64 * 1024 * 2, 3);
        try (LocalContent content = open(sample, false)) {
            answer(sample.write(64, 70));
            StorageResult.Content without = (StorageResult.Content) answer(sample.read(1, 0b1000001));
            assertThat(without.hashes()).isNull();
            assertContent(sample, without, 0b1000001);
            without.content().release();
            assertThat(answer(sample.save(1))).isInstanceOf(StorageResult.Saved.class);
            StorageResult.Content with = (StorageResult.Content) answer(sample.read(1, 1));
            assertThat(Objects.requireNonNull(with.hashes()).block())
                    .isEqualTo(sample.block(1).block());
            assertThat(with.content().readableBytes()).isEqualTo(1024);
            with.content().release();
            assertThat(content.storedBytes()).isEqualTo(2048);
        }
    }

    @Test
    void computesHashesAgainThatWereNotSavedWhole() throws Exception {
        Sample sample = Sample.of(64 * 1024 * 2, 3);
        try (LocalContent content = open(sample, false)) {
            answer(sample.write(sample.chunksOf(1)));
            BinHashes torn = sample.block(1);
            torn.remove(Bin.leaf(127));
            answer(new StorageJob.Save(sample.metadata.swarmId(), List.of(torn), List.of()));
            StorageResult.Content stored = (StorageResult.Content) answer(sample.read(1, 1));
            assertThat(Objects.requireNonNull(stored.hashes()).has(Bin.leaf(127)))
                    .isFalse();
            stored.content().release();
            StorageResult.Content computed =
                    (StorageResult.Content) answer(new StorageJob.Read(sample.metadata.swarmId(), 1, 1, true));
            assertThat(Objects.requireNonNull(computed.hashes()).block())
                    .isEqualTo(sample.block(1).block());
            computed.content().release();
            assertThat(content.complete()).isFalse();
        }
    }

    @Test
    void findsChunksThatNoLongerMatchTheirHashes() throws Exception {
        Sample sample = Sample.of(64 * 1024 + 100, 4);
        Path path = sample.writeTo(folder.resolve("file"));
        try (LocalContent content = open(sample, true)) {
            byte[] bytes = sample.bytes.clone();
            bytes[5 * 1024 + 1] ^= 4;
            bytes[64 * 1024 + 99] ^= 4;
            Files.write(path, bytes);
            StorageResult.Content read = (StorageResult.Content) answer(sample.read(0, -1));
            assertThat(read.damaged()).isEqualTo(1 << 5);
            assertContent(sample, read, ~(1L << 5));
            read.content().release();
            read = (StorageResult.Content) answer(sample.read(1, 1));
            assertThat(read.damaged()).isEqualTo(1);
            read.content().release();
            assertThat(content.storedBytes()).isEqualTo(63 * 1024);
        }
    }

    @Test
    void findsChunksThatAreCutOff() throws Exception {
        Sample sample = Sample.of(64 * 1024, 4);
        Path path = sample.writeTo(folder.resolve("file"));
        try (LocalContent content = open(sample, false)) {
            Files.write(path, Arrays.copyOf(sample.bytes, 10 * 1024 + 5));
            StorageResult.Content read = (StorageResult.Content) answer(sample.read(0, 0b111 << 9));
            assertThat(read.damaged()).isEqualTo(0b110 << 9);
            assertContent(sample, read, 1 << 9);
            read.content().release();
            assertThat(content.storedBytes()).isEqualTo(62 * 1024);
        }
    }

    @Test
    void doesNotWriteToCompleteContent() throws Exception {
        Sample sample = Sample.of(64 * 1024, 4);
        Path path = sample.writeTo(folder.resolve("file"));
        try (LocalContent content = open(sample, false)) {
            assertThat(answer(sample.write(0))).isInstanceOf(StorageResult.Failed.class);
            assertThat(content.complete()).isTrue();
        }
        assertThat(path).hasBinaryContent(sample.bytes);
    }

    @Test
    void answersJobsOfAnUnknownSwarm() throws Exception {
        assertThat(answer(Sample.of(10, 1).write(0))).isInstanceOfSatisfying(StorageResult.Failed.class, failed -> {
            assertThat(failed.cause()).isEqualTo(StorageResult.Cause.IO);
            assertThat(failed.message()).contains("closed");
        });
    }

    @Test
    void answersAJobThatCannotBe() throws Exception {
        Sample sample = Sample.of(5000, 1);
        Sample other = Sample.of(5000, 1, sample.metadata.hashFunction(), 2048);
        try (LocalContent content = open(sample, false)) {
            StorageJob.Write tooLarge = new StorageJob.Write(
                    sample.metadata.swarmId(), other.write(0).chunks(), true);
            assertThat(answer(tooLarge))
                    .isInstanceOfSatisfying(
                            StorageResult.Failed.class,
                            failed -> assertThat(failed.message()).contains("internal error"));
            assertThat(content.storedBytes()).isZero();
        }
    }

    @Test
    void servesManySwarmsOnItsOwnThreads() throws Exception {
        List<LocalContent> contents = new ArrayList<>();
        List<Sample> samples = new ArrayList<>();
        for (int n = 0; n < 5; n++) {
            Sample sample = Sample.of(64 * 1024 * 3, n);
            samples.add(sample);
            contents.add(open(sample, "swarm-" + n, false));
        }
        for (int bin = 0; bin < 3; bin++) {
            for (Sample sample : samples) {
                workers.submit(sample.write(sample.chunksOf(bin)));
                workers.submit(sample.save(bin));
            }
        }
        for (Sample sample : samples) {
            workers.awaitIdle(sample.metadata.swarmId());
        }
        assertThat(results).hasSize(30).noneMatch(StorageResult.Failed.class::isInstance);
        assertThat(threads).allMatch(name -> name.matches("ppspp-work-[123]"));
        for (int n = 0; n < 5; n++) {
            workers.unregister(samples.get(n).metadata.swarmId());
            contents.get(n).publish();
            contents.get(n).close();
            assertThat(folder.resolve("swarm-" + n)).hasBinaryContent(samples.get(n).bytes);
        }
    }

    @Test
    void makesACheckpointWhileOthersWrite() throws Exception {
        Sample sample = Sample.of(24 << 20, 5);
        LocalContent content = open(sample, false);
        for (int bin = 0; bin < sample.binCount(); bin++) {
            workers.submit(sample.write(sample.chunksOf(bin)));
        }
        workers.awaitIdle(sample.metadata.swarmId());
        workers.close();
        try (ContentStore store = FileStore.open(folder.resolve("file.part.state"), StandardOpenOption.READ)) {
            StateFile state = Objects.requireNonNull(StateFile.readFrom(store));
            assertThat(state.have().cardinality() * 1024).isGreaterThanOrEqualTo(LocalContent.CHECKPOINT_BYTES);
            assertThat(state.clean()).isFalse();
        }
        content.close();
    }

    @Test
    void answersEverythingBeforeItCloses() throws Exception {
        Sample sample = Sample.of(64 * 1024 * 8, 6);
        LocalContent content = open(sample, false);
        for (int bin = 0; bin < sample.binCount(); bin++) {
            workers.submit(sample.write(sample.chunksOf(bin)));
        }
        workers.close();
        assertThat(results).hasSize(8);
        assertThatThrownBy(() -> workers.submit(sample.write(0))).isInstanceOf(IllegalStateException.class);
        content.close();
    }

    private StorageResult answer(StorageJob job) throws InterruptedException {
        workers.submit(job);
        workers.awaitIdle(job.swarm());
        StorageResult result = Objects.requireNonNull(results.poll());
        assertThat(result.job()).isSameAs(job);
        assertThat(results).isEmpty();
        return result;
    }

    private static void assertContent(Sample sample, StorageResult.Content read, long wanted) {
        ByteBuf content = read.content();
        for (long left = wanted; left != 0; left &= left - 1) {
            int i = Long.numberOfTrailingZeros(left);
            byte[] expected = sample.chunk(read.job().bin() * BinHashes.CHUNKS + i);
            byte[] found = new byte[expected.length];
            content.getBytes(content.readerIndex() + i * sample.layout.chunkSizeBytes(), found);
            assertThat(found).as("chunk %d of bin %d", i, read.job().bin()).isEqualTo(expected);
        }
        if (read.hashes() != null) {
            assertThat(read.hashes().get(Bin.of(6, read.job().bin()))).isNotNull();
        }
    }

    private LocalContent open(Sample sample, boolean verifyOnRead) throws IOException {
        return open(sample, "file", verifyOnRead);
    }

    private LocalContent open(Sample sample, String name, boolean verifyOnRead) throws IOException {
        ContentOptions options = new ContentOptions(ExistingFile.MOVE_ASIDE, verifyOnRead, 1, Progress.NONE);
        LocalContent content = LocalContent.open(folder.resolve(name), sample.metadata, options)
                .content();
        workers.register(sample.metadata.swarmId(), content);
        return content;
    }

    @Test
    void readsForPlayersWhatIsVerifiedAndNothingElse() throws Exception {
        Sample sample = Sample.of(64 * 1024 * 2 + 777, 2);
        try (LocalContent content = open(sample, false)) {
            int[] told = {0};
            content.onStored(() -> told[0]++);
            answer(sample.write(2, 3, 4, 6));
            assertThat(told[0]).isEqualTo(1);
            StorageJob.Write held = sample.write(5);
            answer(new StorageJob.Write(held.swarm(), held.chunks(), false));
            assertThat(told[0]).isEqualTo(1);
            assertThat(read(sample, 0)).isEmpty();
            assertThat(read(sample, 2 * 1024 + 100))
                    .isEqualTo(Arrays.copyOfRange(sample.bytes, 2 * 1024 + 100, 5 * 1024));
            assertThat(read(sample, 5 * 1024)).isEmpty();
            content.lost(0, 1 << 3);
            assertThat(read(sample, 2 * 1024)).isEqualTo(Arrays.copyOfRange(sample.bytes, 2 * 1024, 3 * 1024));
            assertThat(read(sample, sample.bytes.length)).isEmpty();
        }
        workers.unregister(sample.metadata.swarmId());
        assertThat(workers.read(sample.metadata.swarmId(), 0, 1)).failsWithin(Duration.ofSeconds(30));
    }

    private byte[] read(Sample sample, long position) {
        return workers.read(sample.metadata.swarmId(), position, 1 << 20).join();
    }
}
