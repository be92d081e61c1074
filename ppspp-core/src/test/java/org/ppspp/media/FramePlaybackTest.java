package org.ppspp.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FramePlaybackTest {
    private final FramePlayback playback = new FramePlayback(3, 100.0);

    private static FramePlayback.Frame frame(long lastChunk) {
        return new FramePlayback.Frame(lastChunk / 10, 4_000, 1_000, lastChunk - 5, lastChunk);
    }

    @Test
    @DisplayName("PyPPSPP: the names of content_consumer, in their order")
    void hasThePlayersFigures() {
        assertThat(playback.figures(0).keySet())
                .containsExactly(
                        "frames_consumed",
                        "frames_missed",
                        "content_first_frame",
                        "content_start_time",
                        "content_stop_time",
                        "consume_runs",
                        "buffer_start",
                        "chunks_skipped",
                        "chunk_at_start");
    }

    @Test
    void waitsForItsBufferThenShowsAndMisses() {
        playback.tick(100.1);
        playback.offer(frame(10));
        playback.offer(frame(20));
        playback.tick(100.2);
        assertThat(playback.figures(0)).containsEntry("consume_runs", 0L).containsEntry("content_start_time", 0.0);
        playback.offer(frame(30));
        for (int i = 0; i < 5; i++) {
            playback.tick(101 + i);
        }
        assertThat(playback.lastShown()).isEqualTo(frame(30));
        playback.offer(frame(40));
        playback.tick(110);
        playback.stop(111);
        playback.tick(112);
        Map<String, Number> figures = playback.figures(7);
        assertThat(figures)
                .containsEntry("frames_consumed", 4L)
                .containsEntry("frames_missed", 2L)
                .containsEntry("content_first_frame", 101.0)
                .containsEntry("content_start_time", 101.0)
                .containsEntry("content_stop_time", 111.0)
                .containsEntry("consume_runs", 6L)
                .containsEntry("buffer_start", 100.0)
                .containsEntry("chunks_skipped", 7L)
                .containsEntry("chunk_at_start", 30L);
    }

    @Test
    void playsWhatIsThereWhenNoMoreComes() {
        playback.offer(frame(1));
        playback.end();
        playback.tick(101);
        assertThat(playback.stopped()).isFalse();
        playback.tick(102);
        assertThat(playback.stopped()).isTrue();
        assertThat(playback.figures(0))
                .containsEntry("frames_consumed", 1L)
                .containsEntry("frames_missed", 0L)
                .containsEntry("content_stop_time", 102.0);
    }
}
