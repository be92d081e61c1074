package org.ppspp.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ContentLayoutTest {
    @Test
    void cutsTheSevenChunksOfTheSpecification() {
        ContentLayout layout = new ContentLayout(1024, 7162);
        assertThat(layout.chunkCount()).isEqualTo(7);
        assertThat(layout.offset(6)).isEqualTo(6144);
        assertThat(layout.size(0)).isEqualTo(1024);
        assertThat(layout.size(6)).isEqualTo(1018);
    }

    @Test
    void endsWithAWholeChunkWhereTheLengthIsAMultiple() {
        ContentLayout layout = new ContentLayout(1024, 4096);
        assertThat(layout.chunkCount()).isEqualTo(4);
        assertThat(layout.size(3)).isEqualTo(1024);
    }

    @Test
    void reachesFarBeyondThirtyTwoBits() {
        ContentLayout layout = new ContentLayout(1024, (1L << 50) + 1);
        assertThat(layout.chunkCount()).isEqualTo((1L << 40) + 1);
        assertThat(layout.size(1L << 40)).isEqualTo(1);
    }

    @Test
    void knowsWhichChunksThereAre() {
        ContentLayout layout = new ContentLayout(1024, 129 * 1024);
        assertThat(layout.wordOf(0)).isEqualTo(-1);
        assertThat(layout.wordOf(1)).isEqualTo(-1);
        assertThat(layout.wordOf(2)).isEqualTo(1);
        assertThat(layout.wordOf(3)).isZero();
        assertThat(new ContentLayout(1024, 64 * 1024).wordOf(0)).isEqualTo(-1);
        assertThat(new ContentLayout(1024, 64 * 1024).wordOf(1)).isZero();
    }

    @Test
    void refusesEmptyContent() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ContentLayout(1024, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new ContentLayout(0, 1));
    }
}
