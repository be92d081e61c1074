package org.ppspp.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ChunkCellsTest {
    @Test
    void fewChunksAreACellEach() {
        ChunkMap map = new ChunkMap();
        map.set(1);
        assertThat(ChunkCells.of(map, 0, 3, 2_000)).containsExactly(0, 255, 0);
        assertThat(ChunkCells.of(map, 0, 0, 2_000)).isEmpty();
    }

    @Test
    void onlyWhatIsWholeLooksWholeAndOnlyWhatIsEmptyLooksEmpty() {
        ChunkMap map = new ChunkMap();
        map.set(0, 998);
        map.set(1_000, 1_999);
        map.set(2_500);
        assertThat(ChunkCells.of(map, 0, 4_000, 4)).containsExactly(254, 255, 1, 0);
    }

    @Test
    void countsAsANaiveModelDoes() {
        for (int seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int chunks = random.nextInt(1, 20_000);
            int cells = random.nextInt(1, 300);
            ChunkMap map = new ChunkMap();
            boolean[] model = new boolean[chunks];
            for (int i = random.nextInt(50); i >= 0; i--) {
                int first = random.nextInt(chunks);
                int last = Math.min(chunks - 1, first + random.nextInt(chunks));
                boolean add = random.nextInt(3) > 0;
                for (int each = first; each <= last; each++) {
                    model[each] = add;
                }
                if (add) {
                    map.set(first, last);
                } else {
                    map.clear(first, last);
                }
            }
            int from = random.nextInt(chunks);
            int shown = random.nextInt(1, chunks - from + 1);
            byte[] found = ChunkCells.of(map, from, shown, cells);
            int count = Math.min(shown, cells);
            assertThat(found).as("seed %d", seed).hasSize(count);
            for (int i = 0; i < count; i++) {
                int first = from + (int) ((long) shown * i / count);
                int end = from + (int) ((long) shown * (i + 1) / count);
                int set = 0;
                for (int each = first; each < end; each++) {
                    set += model[each] ? 1 : 0;
                }
                int exact = 255 * set / (end - first);
                assertThat(Byte.toUnsignedInt(found[i]))
                        .as("seed %d, cell %d", seed, i)
                        .isEqualTo(set == end - first ? 255 : set == 0 ? 0 : Math.max(1, Math.min(254, exact)));
            }
        }
    }

    @Test
    void theLargestContentIsNoTrouble() {
        ChunkMap map = new ChunkMap();
        map.set(1L << 39, (1L << 40) - 1);
        assertThat(ChunkCells.of(map, 0, 1L << 40, 4)).containsExactly(0, 0, 255, 255);
    }
}
