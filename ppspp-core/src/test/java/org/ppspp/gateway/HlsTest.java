package org.ppspp.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.ppspp.media.TsMaker;

@Timeout(120)
final class HlsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String KEY = "09f0 6764001f 68ee 65b8";
    private static final String OTHER = "09f0 419a";

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private RawHttp serve(GrowingContent content) throws IOException {
        return serve(Gateways.open(), content);
    }

    private RawHttp serve(GatewayConfig config, GrowingContent content) throws IOException {
        Gateway gateway = Gateways.of(config, content);
        open.add(gateway);
        RawHttp http = new RawHttp(gateway.address());
        open.add(http);
        return http;
    }

    private static RawHttp.Answer get(RawHttp http, String path) throws IOException {
        return Objects.requireNonNull(http.get(path).answer());
    }

    private static List<String> pieces(String playlist) {
        return playlist.lines().filter(line -> !line.startsWith("#")).toList();
    }

    private static byte[] joined(RawHttp http, List<String> paths) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String path : paths) {
            RawHttp.Answer piece = get(http, path);
            assertThat(piece.status()).isEqualTo(200);
            assertThat(piece.header("content-type")).isEqualTo("video/mp2t");
            all.writeBytes(piece.body());
        }
        return all.toByteArray();
    }

    /** 25 pictures a second with a key frame each second. */
    private static byte[] seconds(TsMaker maker, int from, int count) {
        int before = maker.size();
        for (int i = 25 * from; i < 25 * (from + count); i++) {
            boolean key = i % 25 == 0;
            (key ? maker.tables(TsMaker.H264) : maker).picture(i * 3_600L, key ? KEY : OTHER, key ? 3_000 : 700);
        }
        return Arrays.copyOfRange(maker.bytes(), before, maker.size());
    }

    private static byte[] file(int seconds) {
        TsMaker maker = new TsMaker();
        for (int i = 0; i < seconds * 10; i++) {
            maker.clock(i * 2_700_000L);
            for (int j = 0; j < 20; j++) {
                maker.sound(i * 9_000L);
            }
        }
        return maker.bytes();
    }

    @Test
    void aFileIsListedAsPiecesThatAreAllOfIt() throws IOException {
        byte[] content = file(60);
        RawHttp http = serve(GrowingContent.whole("a film.ts", content));
        RawHttp.Answer answer = get(http, "/hls/index.m3u8");
        assertThat(answer.header("content-type")).isEqualTo("application/vnd.apple.mpegurl");
        String playlist = answer.text();
        assertThat(playlist)
                .startsWith("#EXTM3U\n")
                .contains("#EXT-X-PLAYLIST-TYPE:VOD")
                .endsWith("#EXT-X-ENDLIST\n");
        assertThat(pieces(playlist)).hasSize(30).first().isEqualTo("/hls/a%20film.ts/0.ts");
        double seconds = playlist.lines()
                .filter(line -> line.startsWith("#EXTINF:"))
                .mapToDouble(line -> Double.parseDouble(line.substring("#EXTINF:".length(), line.length() - 1)))
                .sum();
        assertThat(seconds).isBetween(59.9, 60.1);
        byte[] joined = joined(http, pieces(playlist));
        assertThat(joined).isEqualTo(content);
        assertThat(get(http, "/hls/a%20film.ts/30.ts").status()).isEqualTo(404);
        assertThat(get(http, "/hls/a%20film.ts/index.m3u8").text()).isEqualTo(playlist);
    }

    @Test
    void theListIsThereBeforeWhatLiesBetweenTheEnds() throws IOException {
        byte[] content = file(20);
        GrowingContent film = GrowingContent.file("film.ts");
        film.lengthKnown(content.length);
        RawHttp http = serve(film);
        film.append(content);
        assertThat(pieces(get(http, "/hls/index.m3u8").text())).hasSize(10);
        assertThat(film.readers()).isZero();
        assertThat(film.bytesRead()).isLessThan(100_000);
    }

    @Test
    void theListIsThereAlsoWhereTheClockIsFarFromTheEnd() throws IOException {
        TsMaker maker = new TsMaker();
        for (int i = 0; i < 200; i++) {
            maker.clock(i * 2_700_000L);
            // The beginning shows nothing of how long the rest plays.
            for (int j = 0; j < (i < 100 ? 1 : 40); j++) {
                maker.sound(i * 9_000L);
            }
        }
        for (int i = 0; i < 300; i++) {
            maker.sound(2_000_000);
        }
        GrowingContent film = GrowingContent.whole("film.ts", maker.bytes());
        // 20 s, and 112,800 of 1,691,000 bytes behind them.
        assertThat(pieces(get(serve(film), "/hls/index.m3u8").text())).hasSize(10);
    }

    @Test
    void otherFilesHaveNoList() throws IOException {
        assertThat(get(serve(GrowingContent.whole("film.mp4", new byte[5_000])), "/hls/index.m3u8")
                        .status())
                .isEqualTo(404);
        assertThat(get(serve(GrowingContent.whole("film.ts", new byte[5_000])), "/hls/index.m3u8")
                        .status())
                .isEqualTo(404);
        assertThat(get(serve(GrowingContent.whole(null, new byte[5_000])), "/hls/index.m3u8")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aStreamIsListedAsItsNewestPieces() throws IOException {
        GrowingContent content = GrowingContent.stream("live.ts");
        RawHttp http = serve(content).get("/hls/index.m3u8");
        await().atMost(PATIENCE).until(() -> content.readers() == 1);
        TsMaker maker = new TsMaker();
        byte[] first = seconds(maker, 0, 5);
        content.append(first);
        String playlist = Objects.requireNonNull(http.answer()).text();
        assertThat(playlist)
                .contains("#EXT-X-MEDIA-SEQUENCE:0\n", "#EXTINF:2.000,\n/hls/live.ts/0.ts\n")
                .doesNotContain("#EXT-X-ENDLIST", "#EXT-X-DISCONTINUITY\n");
        assertThat(pieces(playlist)).hasSize(2);
        byte[] joined = joined(http, pieces(playlist));
        assertThat(first).startsWith(joined);

        content.append(seconds(maker, 5, 26));
        await().atMost(PATIENCE).until(() -> get(http, "/hls/index.m3u8").text().contains("#EXT-X-MEDIA-SEQUENCE:9\n"));
        List<String> later = pieces(get(http, "/hls/index.m3u8").text());
        assertThat(later).hasSize(6).last().isEqualTo("/hls/live.ts/14.ts");
        assertThat(get(http, "/hls/live.ts/6.ts").status())
                .as("just fallen off the list")
                .isEqualTo(200);
        assertThat(get(http, "/hls/live.ts/5.ts").status()).isEqualTo(404);
        assertThat(get(http, "/hls/live.ts/15.ts").status()).isEqualTo(404);
    }

    @Test
    void aStreamThatIsNoTransportStreamHasNoList() throws IOException {
        GrowingContent content = GrowingContent.stream("live.ts");
        RawHttp http = serve(Gateways.hasty(), content).get("/hls/index.m3u8");
        content.append(new byte[100_000]);
        assertThat(Objects.requireNonNull(http.answer()).status()).isEqualTo(404);
    }

    @Test
    void whoWaitsForTheListOfAStreamThatEndsIsTold() throws IOException {
        GrowingContent content = GrowingContent.stream("live.ts");
        GatewayConfig patient = Gateways.open().withPatience(Duration.ofHours(1), Duration.ofHours(1));
        RawHttp http = serve(patient, content).get("/hls/index.m3u8");
        await().atMost(PATIENCE).until(() -> content.readers() == 1);
        content.end();
        assertThat(Objects.requireNonNull(http.answer()).status()).isEqualTo(404);
    }
}
