package org.ppspp.client.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** PyPPSPP's frames, live and from a file, with the programs as processes. */
@Timeout(240)
final class FramesTest {
    @TempDir
    Path folder;

    private final Programs programs = new Programs();

    @AfterEach
    void endPrograms() {
        programs.close();
    }

    private JsonNode consumer(String results) throws IOException {
        return new ObjectMapper().readTree(folder.resolve(results).toFile()).get("content_consumer");
    }

    @Test
    @DisplayName("the generator's frames are shown by viewers of a stream that has any ID and no protection")
    void framesOfTheGeneratorAreShown() throws IOException {
        Running tracker = programs.tracker();
        String address = "127.0.0.1:" + tracker.port();
        String[] stream = {"--live", "--dialect", "pyppspp", "--swarmid", "0badcafe", "--tracker", address};
        Running source = client(stream, "--livesrc", "--input", "generator:");
        source.awaitEvent(event -> event.path("stream_bytes_per_second").asLong() > 0);
        Running viewer = client(
                stream,
                "--buffsz",
                "5",
                "--live-delay",
                "1s",
                "--results-file",
                folder.resolve("results").toString());
        viewer.awaitEvent(
                event -> event.path("content_consumer").path("frames_consumed").asInt() >= 30);
        assertThat(viewer.terminate()).as(viewer.err()).isZero();
        assertThat(viewer.err()).containsOnlyOnce("nothing protects this stream");

        JsonNode figures = consumer("results");
        assertThat(figures.get("frames_consumed").asInt()).isGreaterThanOrEqualTo(30);
        assertThat(figures.get("consume_runs").asInt())
                .isEqualTo(figures.get("frames_consumed").asInt()
                        + figures.get("frames_missed").asInt());
        assertThat(figures.get("chunks_skipped").asInt()).isZero();
        assertThat(figures.get("content_first_frame").asDouble())
                .isGreaterThan(figures.get("buffer_start").asDouble());
        assertThat(source.terminate()).as(source.err()).isZero();
    }

    private Running client(String[] common, String... more) throws IOException {
        String[] all = new String[common.length + more.length];
        System.arraycopy(common, 0, all, 0, common.length);
        System.arraycopy(more, 0, all, common.length, more.length);
        return programs.client(all);
    }

    @Test
    @DisplayName("the frames of a video file are shown, all of them before the client ends")
    void framesOfAFileAreShown() throws IOException {
        Path file = folder.resolve("vod.dat");
        Running fileutil = programs.fileutil("--filename", file.toString(), "--create-vod", "2", "--link");
        assertThat(fileutil.exit()).isZero();
        String link = fileutil.out().get(fileutil.out().size() - 1);
        Running seeder = programs.client("--filename", file.toString(), link);
        Running viewer = programs.client(
                "--vod",
                "--peer",
                "127.0.0.1:" + seeder.port(),
                "--filename",
                folder.resolve("copy").toString(),
                "--buffsz",
                "5",
                "--exit-when-complete",
                "--results-file",
                folder.resolve("results").toString(),
                link);
        assertThat(viewer.exit()).as(viewer.err()).isZero();
        assertThat(folder.resolve("copy")).hasSameBinaryContentAs(file);
        JsonNode figures = consumer("results");
        assertThat(figures.get("frames_consumed").asInt()).isEqualTo(20);
        assertThat(figures.get("content_stop_time").asDouble()).isGreaterThan(0);
    }
}
