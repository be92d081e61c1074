package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeparturesTest {
    private final Departures departures = new Departures();

    @Test
    void tellsWhatLeftNeverOnceAndMoreOften() {
        departures.left(64);
        departures.left(65);
        departures.left(65);
        departures.left(65);
        assertThat(departures.word(0, 1)).isEqualTo(~0b11L);
        assertThat(departures.word(1, 1)).isEqualTo(0b01);
        assertThat(departures.word(2, 1)).isEqualTo(0b10);
    }

    @Test
    void whatGotLostHasNotLeft() {
        departures.left(0);
        departures.lost(0);
        assertThat(departures.word(0, 0)).isEqualTo(-1);
        departures.left(1);
        departures.left(1);
        departures.lost(1);
        assertThat(departures.word(1, 0)).isEqualTo(0b10);
    }

    @Test
    void forgetsWhatIsGone() {
        departures.left(0);
        departures.left(64);
        departures.forgetBelow(64);
        assertThat(departures.word(0, 0)).isEqualTo(-1);
        assertThat(departures.word(1, 1)).isEqualTo(1);
    }
}
