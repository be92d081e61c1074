package org.ppspp.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageResult;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.SwarmId;

final class RingStoreTest {
    private static final int SIZE = 10;

    private static SwarmMetadata metadata(long window) {
        return new SwarmMetadata(
                SwarmId.of(new byte[] {1}),
                IntegrityMethod.NONE,
                HashFunction.SHA256,
                SIZE,
                ChunkAddressing.CHUNK_RANGES_32,
                null,
                window);
    }

    private static byte[] chunk(long number) {
        byte[] bytes = new byte[SIZE];
        new SplittableRandom(number).nextBytes(bytes);
        return bytes;
    }

    private static void put(RingStore ring, long number) {
        ring.put(number, ByteBuffer.wrap(chunk(number)));
    }

    @Test
    void hasRoomForTheDiscardWindowAndNoMoreThanItWasGranted() {
        assertThat(new RingStore(metadata(1_000), 1 << 20).capacityChunks()).isBetween(1_064, 2_000);
        assertThat(new RingStore(metadata(1L << 31), 1 << 20).capacityChunks() * SIZE)
                .isLessThanOrEqualTo(1 << 20);
    }

    @Test
    void claimsNoLargerWindowThanItHasRoomFor() {
        assertThat(new RingStore(metadata(1_000), 1 << 20).windowChunks()).isEqualTo(1_000);
        RingStore all = new RingStore(metadata(Long.MAX_VALUE), 1 << 20);
        assertThat(all.windowChunks()).isBetween(100_000L, (long) all.capacityChunks() - 64);
        assertThat(new RingStore(metadata(Long.MAX_VALUE), 1).windowChunks()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void keepsWhatWasStoredLastInEachPlace(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RingStore ring = new RingStore(metadata(1), 1);
        int capacity = ring.capacityChunks();
        TreeMap<Long, Long> model = new TreeMap<>();
        long edge = 0;
        for (int step = 0; step < 5_000; step++) {
            long number = Math.max(0, edge + random.nextLong(-2L * capacity, 50));
            edge = Math.max(edge, number);
            put(ring, number);
            model.merge(number % capacity, number, Math::max);

            long asked = Math.max(0, edge - random.nextLong(2L * capacity));
            long end = asked;
            while (model.containsValue(end) && end < asked + 3) {
                end++;
            }
            int offset = random.nextInt(SIZE);
            byte[] read = ring.read(asked * SIZE + offset, 3 * SIZE - offset);
            assertThat(read).hasSize((int) Math.max(0, (end - asked) * SIZE - offset));
            for (int i = 0; i < read.length; i++) {
                long at = asked * SIZE + offset + i;
                assertThat(read[i]).isEqualTo(chunk(at / SIZE)[(int) (at % SIZE)]);
            }
        }
    }

    @Test
    void doesJobsAndCallsDamagedWhatItDoesNotHave() {
        RingStore ring = new RingStore(metadata(64), 1 << 20);
        AtomicInteger told = new AtomicInteger();
        ring.onStored(told::incrementAndGet);
        JobRunner runner = new JobRunner(UnpooledByteBufAllocator.DEFAULT);
        RingJobs jobs = new RingJobs(ring);
        List<StorageJob.ReceivedChunk> chunks = new ArrayList<>();
        for (long number : new long[] {64, 66, 127}) {
            chunks.add(new StorageJob.ReceivedChunk(number, Unpooled.wrappedBuffer(chunk(number))));
        }
        SwarmId swarm = ring.metadata().swarmId();

        assertThat(runner.run(new StorageJob.Write(swarm, chunks, true), jobs))
                .isInstanceOf(StorageResult.Stored.class);
        assertThat(told).hasValue(1);
        StorageResult.Content content = (StorageResult.Content) runner.run(new StorageJob.Read(swarm, 1, 0b111), jobs);
        assertThat(content.damaged()).isEqualTo(0b010);
        ByteBuf buffer = content.content();
        assertThat(bytes(buffer, 0)).isEqualTo(chunk(64));
        assertThat(bytes(buffer, 1)).containsOnly(0);
        assertThat(bytes(buffer, 2)).isEqualTo(chunk(66));
        buffer.release();

        ring.startOver(1);
        assertThat(ring.nextStored(0)).isEqualTo(-1);
        ring.store(3, ByteBuffer.wrap(chunk(3)), 1);
        assertThat(ring.nextStored(0)).isEqualTo(3);
        assertThat(ring.read(3 * SIZE, 100)).isEqualTo(chunk(3));
    }

    /** Writes and the news that the stream has begun anew come from different threads. */
    @Test
    void whatComesLateOfAStreamThatHasBegunAnewIsLeftOut() {
        RingStore ring = new RingStore(metadata(64), 1 << 20);
        put(ring, 1_000);
        ring.store(3, ByteBuffer.wrap(chunk(3)), 1);
        assertThat(ring.nextStored(4)).isEqualTo(-1);
        ring.startOver(1);
        assertThat(ring.nextStored(0)).isEqualTo(3);
        long sameSlot = 3 + 5L * ring.capacityChunks();
        ring.store(sameSlot, ByteBuffer.wrap(chunk(sameSlot)), 0);
        assertThat(ring.nextStored(4)).isEqualTo(-1);
        ring.store(4, ByteBuffer.wrap(chunk(4)), 1);
        assertThat(ring.read(3 * SIZE, 2 * SIZE)).hasSize(2 * SIZE);
    }

    private static byte[] bytes(ByteBuf buffer, int index) {
        byte[] bytes = new byte[SIZE];
        buffer.getBytes(buffer.readerIndex() + index * SIZE, bytes);
        return bytes;
    }
}
