package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.ppspp.media.FrameChunks;
import org.ppspp.media.FramePickle;
import org.ppspp.media.TalkingHead;

final class FrameViewerTest {
    private static final int CHUNK = FrameChunks.CHUNK_BYTES;
    private static final int FRAMES = 6;

    private int others;

    private FrameViewer viewing(boolean live, int bufferFrames) {
        return new FrameViewer(new FrameViewer.Manner(bufferFrames, live), () -> others++);
    }

    private static byte[] stream() {
        TalkingHead head = new TalkingHead(FramePickle.PROTOCOL_4);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int frame = 0; frame < FRAMES; frame++) {
            head.chunks(frame).forEach(bytes::writeBytes);
        }
        return bytes.toByteArray();
    }

    @Test
    void countsFramesThatComeInPieces() throws Exception {
        byte[] stream = stream();
        SplittableRandom random = new SplittableRandom(1);
        try (FrameViewer viewing = viewing(false, FRAMES)) {
            assertThat(viewing.figures()).isEmpty();
            for (int at = 0; at < stream.length; ) {
                byte[] piece = new byte[Math.min(stream.length - at, 1 + random.nextInt(3 * CHUNK))];
                System.arraycopy(stream, at, piece, 0, piece.length);
                viewing.take(at, piece);
                at += piece.length;
            }
            for (int i = 0; i < FRAMES + 1; i++) {
                viewing.tick();
            }
            assertThat(viewing.figures())
                    .containsEntry("frames_consumed", (long) FRAMES)
                    .containsEntry("frames_missed", 1L)
                    .containsEntry("chunks_skipped", 0L);
        }
        assertThat(others).isZero();
    }

    @Test
    @DisplayName("a stream begins with the first frame that comes whole, and goes on with another one after a gap")
    void beginsAndGoesOnWithWholeFrames() throws Exception {
        byte[] stream = stream();
        int second = new TalkingHead(FramePickle.PROTOCOL_4).chunks(0).size();
        byte[] most = new byte[stream.length - CHUNK];
        System.arraycopy(stream, CHUNK, most, 0, most.length);
        try (FrameViewer viewing = viewing(true, 1)) {
            viewing.take(1_000L * CHUNK + CHUNK, most);
            viewing.take((2_000L + second) * CHUNK, new byte[CHUNK / 2]);
            viewing.take(3_000L * CHUNK, stream);
            for (int i = 0; i < 2 * FRAMES; i++) {
                viewing.tick();
            }
            assertThat(viewing.figures())
                    .containsEntry("frames_consumed", 2L * FRAMES - 1)
                    .containsEntry("chunks_skipped", 2_000L - stream.length / CHUNK);
        }
    }

    @Test
    void letsOtherContentPass() throws Exception {
        byte[] film = new byte[5 * CHUNK];
        new SplittableRandom(2).nextBytes(film);
        film[0] = 0;
        try (FrameViewer viewing = viewing(false, 1)) {
            viewing.take(0, film);
            viewing.end();
            assertThat(viewing.figures()).isEmpty();
        }
        assertThat(others).isEqualTo(1);
    }

    @Test
    @DisplayName("PyPPSPP: the line about frames")
    void saysWhatPyppsppSays() {
        Map<String, Number> figures = Map.of(
                "frames_consumed",
                598L,
                "frames_missed",
                2L,
                "content_first_frame",
                104.25,
                "content_stop_time",
                164.5,
                "consume_runs",
                600L,
                "buffer_start",
                100.0);
        assertThat(FrameViewer.line(figures))
                .isEqualTo("Frames showed 598 (99.67%) / Frames missed 2 (0.33%); Runtime: 60; Consume runs: 600;"
                        + " First frame in: 4.25s");
        assertThat(FrameViewer.line(Map.of())).startsWith("Frames showed 0 (0.00%) / Frames missed 0 (100.00%)");
    }
}
