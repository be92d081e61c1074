package org.ppspp.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ChunkRangeTest {
    @Test
    void includesBothEnds() {
        ChunkRange range = new ChunkRange(4, 7);
        assertThat(range.size()).isEqualTo(4);
        assertThat(range.contains(4)).isTrue();
        assertThat(range.contains(7)).isTrue();
        assertThat(range.contains(3)).isFalse();
        assertThat(range.contains(8)).isFalse();
    }

    @Test
    void printsAsPeopleWriteRanges() {
        assertThat(new ChunkRange(4, 7)).hasToString("4..7");
        assertThat(ChunkRange.of(6)).hasToString("6");
    }

    @Test
    void refusesAnEndBeforeItsStart() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ChunkRange(5, 4));
        assertThatIllegalArgumentException().isThrownBy(() -> new ChunkRange(-1, 4));
    }
}
