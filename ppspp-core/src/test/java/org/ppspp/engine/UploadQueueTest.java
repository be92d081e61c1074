package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkRange;

class UploadQueueTest {
    private static final int CHUNK_SIZE = 1_024;
    private static final long MAX_CHUNKS = Limits.UPLOAD_BYTES / CHUNK_SIZE;

    private final UploadQueue queue = new UploadQueue(CHUNK_SIZE);

    /** Serves everything, head by head, as {@link Serving} does. */
    private static List<Long> served(UploadQueue queue) {
        List<Long> chunks = new ArrayList<>();
        for (ChunkRange head = queue.head(); head != null; head = queue.head()) {
            long chunk = queue.next(head.first());
            assertThat(head.contains(chunk))
                    .as("head %s has something left", head)
                    .isTrue();
            assertThat(queue.wants(chunk)).isTrue();
            chunks.add(chunk);
            queue.remove(chunk);
        }
        assertThat(queue.isEmpty()).isTrue();
        return chunks;
    }

    @Test
    void servesInTheOrderOfTheRequests() {
        queue.add(new ChunkRange(70, 72), Limits.UPLOAD_RANGES);
        queue.add(new ChunkRange(3, 4), Limits.UPLOAD_RANGES);
        queue.add(new ChunkRange(71, 74), Limits.UPLOAD_RANGES);
        queue.addFirst(200);

        assertThat(served(queue)).containsExactly(200L, 70L, 71L, 72L, 3L, 4L, 73L, 74L);
    }

    @Test
    void dropsWhatIsCancelled() {
        queue.add(new ChunkRange(0, 9), Limits.UPLOAD_RANGES);
        queue.add(new ChunkRange(20, 29), Limits.UPLOAD_RANGES);
        queue.remove(0, 9);
        queue.remove(25, ChunkRange.MAX_CHUNK);
        queue.removeWord(0, 1L << 21);

        assertThat(served(queue)).containsExactly(20L, 22L, 23L, 24L);
    }

    @Test
    void takesARequestForEverythingInPagesAndOnlyUpToTheBound() {
        queue.add(new ChunkRange(0, 0xffffffffL), Limits.UPLOAD_RANGES);
        queue.add(new ChunkRange(0, 0xffffffffL), Limits.UPLOAD_RANGES);
        queue.add(new ChunkRange(1L << 31, 1L << 32), Limits.UPLOAD_RANGES);

        assertThat(queue.size()).isEqualTo(MAX_CHUNKS);
        assertThat(queue.ranges()).containsExactly(new ChunkRange(0, MAX_CHUNKS - 1));
    }

    /** As it does at 44 MB/s, with chunks of 8 KiB, a few at a time. */
    @Test
    void remembersWhatALibswiftWantsWithinASecond() {
        UploadQueue large = new UploadQueue(8_192);
        int chunks = 44_000_000 / 8_192;
        for (int first = 0; first < chunks; first += 4) {
            large.add(new ChunkRange(first, first + 3), Dialect.LIBSWIFT.uploadRanges());
        }
        assertThat(large.size()).isGreaterThanOrEqualTo(chunks);
    }

    @Test
    void remembersOnlySoManyRanges() {
        for (long i = 0; i < 10 * Limits.UPLOAD_RANGES; i++) {
            queue.add(ChunkRange.of(2 * i), Limits.UPLOAD_RANGES);
        }
        assertThat(queue.ranges()).hasSize(Limits.UPLOAD_RANGES);
        assertThat(queue.size()).isEqualTo(Limits.UPLOAD_RANGES);

        queue.remove(0);
        queue.add(ChunkRange.of(9_999), Limits.UPLOAD_RANGES);
        assertThat(queue.wants(9_999)).as("there is room again").isTrue();
    }

    @Test
    void keepsAtLeastOneChunkHoweverLargeTheChunksAre() {
        UploadQueue large = new UploadQueue((int) (2 * Limits.UPLOAD_BYTES));
        large.add(new ChunkRange(5, 9), Limits.UPLOAD_RANGES);

        assertThat(served(large)).containsExactly(5L);
    }

    @Test
    void doesNotQueueALostChunkTwice() {
        queue.add(new ChunkRange(0, 3), Limits.UPLOAD_RANGES);
        queue.addFirst(2);

        assertThat(queue.ranges()).hasSize(1);
        assertThat(queue.size()).isEqualTo(4);
    }

    @Test
    void cutsWordsToTheRange() {
        queue.add(new ChunkRange(0, 300), Limits.UPLOAD_RANGES);

        assertThat(queue.word(1, new ChunkRange(0, 300))).isEqualTo(-1L);
        assertThat(queue.word(1, new ChunkRange(64, 127))).isEqualTo(-1L);
        assertThat(queue.word(1, new ChunkRange(66, 300))).isEqualTo(-1L << 2);
        assertThat(queue.word(1, new ChunkRange(0, 66))).isEqualTo(0b111);
        assertThat(queue.word(1, new ChunkRange(127, 127))).isEqualTo(Long.MIN_VALUE);
        assertThat(queue.word(4, new ChunkRange(0, 300))).as("the end").isEqualTo((1L << 45) - 1);
    }

    @Test
    void wantsWhatASetWants() {
        for (long seed = 1; seed <= 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            UploadQueue tried = new UploadQueue(CHUNK_SIZE);
            TreeSet<Long> model = new TreeSet<>();
            for (int step = 0; step < 300; step++) {
                long first = random.nextLong(2_000);
                long last = first + random.nextLong(100);
                switch (random.nextInt(6)) {
                    case 0 -> {
                        tried.remove(first, last);
                        model.subSet(first, last + 1).clear();
                    }
                    case 1 -> {
                        tried.addFirst(first);
                        model.add(first);
                    }
                    case 2 -> {
                        ChunkRange head = tried.head();
                        if (head != null) {
                            tried.remove(head.first());
                            model.remove(head.first());
                        }
                    }
                    default -> {
                        long before = tried.size();
                        tried.add(new ChunkRange(first, last), Limits.UPLOAD_RANGES);
                        if (tried.size() > before) {
                            for (long chunk = first; chunk <= last; chunk++) {
                                model.add(chunk);
                            }
                        }
                    }
                }
                assertThat(tried.size()).as("seed %d step %d", seed, step).isEqualTo(model.size());
            }
            assertThat(served(tried)).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(model);
        }
    }
}
