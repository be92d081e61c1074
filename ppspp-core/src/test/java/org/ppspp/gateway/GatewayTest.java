package org.ppspp.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.util.NetUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.ppspp.ContentReader;
import org.ppspp.Playable;

@Timeout(120)
final class GatewayTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private Gateway serve(GatewayConfig config, Playable content) throws IOException {
        Gateway gateway = Gateways.of(config, content);
        open.add(gateway);
        return gateway;
    }

    private RawHttp connect(Gateway gateway) throws IOException {
        RawHttp http = new RawHttp(gateway.address());
        open.add(http);
        return http;
    }

    private static RawHttp.Answer must(RawHttp.@Nullable Answer answer) {
        return Objects.requireNonNull(answer, "the connection ended");
    }

    // --- files

    @Test
    void servesAFileWithWhatAPlayerNeedsToKnow() throws IOException {
        byte[] content = Gateways.content(3_000_000);
        RawHttp http = connect(serve(Gateways.open(), GrowingContent.whole("a film.mp4", content)));

        RawHttp.Answer all = must(http.get("/content/a%20film.mp4").answer());
        assertThat(all.status()).isEqualTo(200);
        assertThat(all.body()).isEqualTo(content);
        assertThat(all.header("content-type")).isEqualTo("video/mp4");
        assertThat(all.header("accept-ranges")).isEqualTo("bytes");
        assertThat(all.header("etag")).isEqualTo('"' + Gateways.SWARM + '"');
        assertThat(all.header("content-disposition")).isEqualTo("inline; filename*=UTF-8''a%20film.mp4");
        assertThat(all.header("content-security-policy")).contains("default-src 'none'");

        RawHttp.Answer head = must(http.ask("HEAD", "/content/a%20film.mp4").answer(false));
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-length")).isEqualTo("3000000");

        RawHttp.Answer part =
                must(http.get("/content/a%20film.mp4", "Range: bytes=2999990-").answer());
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.header("content-range")).isEqualTo("bytes 2999990-2999999/3000000");
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(content, 2_999_990, 3_000_000));

        RawHttp.Answer none =
                must(http.get("/content/a%20film.mp4", "Range: bytes=3000000-").answer());
        assertThat(none.status()).isEqualTo(416);
        assertThat(none.header("content-range")).isEqualTo("bytes */3000000");
    }

    @Test
    void servesAnyRangeOnOneConnection() throws IOException {
        int size = 100_000;
        byte[] content = Gateways.content(size);
        RawHttp http = connect(serve(Gateways.open(), GrowingContent.whole("film.mp4", content)));
        for (int seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int first = random.nextInt(size);
            int last = random.nextInt(first, size);
            RawHttp.Answer answer = must(http.get("/content/film.mp4", "Range: bytes=" + first + '-' + last)
                    .answer());
            assertThat(answer.status()).isEqualTo(206);
            assertThat(answer.body()).as("seed %d", seed).isEqualTo(Arrays.copyOfRange(content, first, last + 1));
        }
    }

    @Test
    void waitsForTheLengthAndForBytesThatAreNotThereYet() throws IOException {
        GrowingContent content = GrowingContent.file("film.mp4");
        RawHttp http = connect(serve(Gateways.open(), content)).get("/content/film.mp4");
        content.lengthKnown(6);
        RawHttp.Answer head = must(http.head());
        assertThat(head.header("content-length")).isEqualTo("6");
        content.append(new byte[] {1, 2, 3});
        assertThat(http.exactly(3)).containsExactly(1, 2, 3);
        content.append(new byte[] {4, 5, 6});
        assertThat(http.exactly(3)).containsExactly(4, 5, 6);
        await().atMost(PATIENCE).until(() -> content.readers() == 0);
    }

    @Test
    void saysWhenTheLengthStaysUnknown() throws IOException {
        RawHttp http = connect(serve(Gateways.hasty(), GrowingContent.file("film.mp4")));
        RawHttp.Answer answer = must(http.get("/content/film.mp4").answer());
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("retry-after")).isNotEmpty();
    }

    @Test
    void recognisesMediaWithoutAName() throws IOException {
        byte[] content = "OggS and more".getBytes(StandardCharsets.US_ASCII);
        RawHttp http = connect(serve(Gateways.open(), GrowingContent.whole(null, content)));
        RawHttp.Answer answer = must(http.get("/content/" + Gateways.SWARM).answer());
        assertThat(answer.header("content-type")).isEqualTo("audio/ogg");
        assertThat(answer.body()).isEqualTo(content);
    }

    @Test
    void whatIsNoMediaIsSavedAndNeverRun() throws IOException {
        byte[] content = "<script>alert(1)</script>".getBytes(StandardCharsets.US_ASCII);
        RawHttp http = connect(serve(Gateways.open(), GrowingContent.whole("page.html", content)));
        RawHttp.Answer answer = must(http.get("/content/page.html").answer());
        assertThat(answer.header("content-type")).isEqualTo("application/octet-stream");
        assertThat(answer.header("content-disposition")).startsWith("attachment");
        assertThat(answer.header("content-security-policy")).contains("sandbox");
        assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
    }

    @Test
    void contentThatEndsTooEarlyEndsTheConnection() throws IOException {
        GrowingContent content = GrowingContent.file("film.mp4");
        content.append(new byte[10]);
        content.end();
        content.lengthKnown(20);
        RawHttp http = connect(serve(Gateways.open(), content)).get("/content/film.mp4");
        must(http.head());
        assertThatThrownBy(() -> http.exactly(20)).hasMessageContaining("10 of 20");
    }

    @Test
    void readsNoFurtherAheadThanAMebibyte() throws IOException {
        GrowingContent content = GrowingContent.whole("film.mp4", new byte[8 << 20]);
        Gateway gateway = serve(Gateways.open(), content);
        RawHttp http = connect(gateway).get("/content/film.mp4");
        must(http.head());
        http.exactly(1_000);
        // What stays in sockets is the system's; what the gateway has read is not far beyond.
        await().during(Duration.ofMillis(300))
                .atMost(PATIENCE)
                .until(() -> content.furthestRead() < (1 << 20) + (5 << 20));
        http.exactly((8 << 20) - 1_000);
    }

    @Test
    void answersPipelinedRequestsInOrder() throws IOException {
        RawHttp http = connect(serve(Gateways.open(), GrowingContent.whole("a.mp4", new byte[] {7})));
        http.get("/content/a.mp4").get("/nothing").get("/content/a.mp4");
        assertThat(must(http.answer()).status()).isEqualTo(200);
        assertThat(must(http.answer()).status()).isEqualTo(404);
        assertThat(must(http.answer()).body()).containsExactly(7);
    }

    @Test
    void endsAConnectionThatAsksWithoutListening() throws IOException {
        GrowingContent content = GrowingContent.file("film.mp4");
        content.lengthKnown(10);
        RawHttp http = connect(serve(Gateways.open(), content));
        for (int i = 0; i < GatewayConfig.MAX_PIPELINED + 2; i++) {
            http.get("/content/film.mp4");
        }
        assertThat(http.ends()).isTrue();
        await().atMost(PATIENCE).until(() -> content.readers() == 0);
    }

    // --- viewers

    @Test
    void aViewerThatLeavesEndsItsReader() throws IOException {
        GrowingContent content = GrowingContent.stream("live.ts");
        Gateway gateway = serve(Gateways.open(), content);
        RawHttp http = connect(gateway).get("/live.ts");
        must(http.head());
        await().atMost(PATIENCE).until(() -> content.readers() == 1);
        http.close();
        await().atMost(PATIENCE).until(() -> content.readers() == 0);
    }

    @Test
    void aViewerThatTakesNothingIsLeftBehindAndOneThatWaitsIsNot() throws IOException {
        GrowingContent content = GrowingContent.stream("live.ts");
        Gateway gateway = serve(Gateways.hasty(), content);
        RawHttp waiting = connect(gateway).get("/live.ts");
        must(waiting.head());
        RawHttp stalled = connect(gateway).get("/live.ts");
        must(stalled.head());
        await().atMost(PATIENCE).until(() -> content.readers() == 2);
        byte[] much = new byte[16 << 20];
        content.append(much);
        // one takes all and then waits for more than comes; the other takes nothing
        int taken = 0;
        while (taken < much.length) {
            taken += waiting.chunk().length;
        }
        await().atMost(PATIENCE).until(() -> content.readers() == 1);
        await().during(Duration.ofSeconds(1)).atMost(PATIENCE).until(() -> content.readers() == 1);
        content.append(new byte[] {1});
        assertThat(waiting.chunk()).containsExactly(1);
    }

    @Test
    void twentyPlayersWatchOneStream() throws Exception {
        GrowingContent content = GrowingContent.stream("live.ts");
        Gateway gateway = serve(Gateways.open(), content);
        int size = 4 << 20;
        byte[] expected = Gateways.content(size);
        ExecutorService players = Executors.newFixedThreadPool(20);
        open.add(players::shutdownNow);
        List<Future<byte[]>> watched = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            RawHttp http = connect(gateway).get("/content/live.ts");
            Callable<byte[]> player = () -> {
                RawHttp.Answer head = must(http.head());
                assertThat(head.header("transfer-encoding")).isEqualTo("chunked");
                assertThat(head.header("content-type")).isEqualTo("video/mp2t");
                assertThat(head.header("accept-ranges")).isEqualTo("none");
                assertThat(head.header("cache-control")).isEqualTo("no-store");
                ByteArrayOutputStream all = new ByteArrayOutputStream();
                for (byte[] chunk = http.chunk(); chunk.length > 0; chunk = http.chunk()) {
                    all.writeBytes(chunk);
                }
                return all.toByteArray();
            };
            watched.add(players.submit(player));
        }
        await().atMost(PATIENCE).until(() -> content.readers() == 20);
        for (int at = 0; at < size; at += 64 << 10) {
            content.append(Arrays.copyOfRange(expected, at, at + (64 << 10)));
        }
        content.end();
        for (Future<byte[]> each : watched) {
            assertThat(each.get()).isEqualTo(expected);
        }
    }

    @Test
    void oldPlayersGetAStreamWithoutChunks() throws IOException {
        GrowingContent content = GrowingContent.stream("live.ts");
        Gateway gateway = serve(Gateways.open(), content);
        RawHttp http = connect(gateway)
                .say("GET /live.ts HTTP/1.0\r\nHost: localhost:"
                        + gateway.address().getPort() + "\r\n\r\n");
        RawHttp.Answer head = must(http.head());
        assertThat(head.headers()).doesNotContainKey("transfer-encoding");
        await().atMost(PATIENCE).until(() -> content.readers() == 1);
        content.append(new byte[] {1, 2, 3});
        assertThat(http.exactly(3)).containsExactly(1, 2, 3);
    }

    // --- limits

    @Test
    void whoSendsARequestByteByByteIsCutOff() throws IOException {
        Gateway gateway = serve(Gateways.hasty(), GrowingContent.whole("film.mp4", new byte[1]));
        RawHttp slow = connect(gateway);
        String request = "GET /content/film.mp4 HTTP/1.1\r\nHost: localhost:"
                + gateway.address().getPort() + "\r\nX-";
        slow.say(request);
        await().pollInterval(Duration.ofMillis(50)).atMost(PATIENCE).until(() -> {
            try {
                slow.say("y");
                return false;
            } catch (IOException e) {
                return true;
            }
        });
    }

    @Test
    void whoSaysNothingIsCutOff() throws IOException {
        RawHttp http = connect(serve(Gateways.hasty(), GrowingContent.whole("film.mp4", new byte[1])));
        assertThat(http.ends()).isTrue();
    }

    @Test
    void connectionsAboveTheLimitAreTurnedAwayAndOthersComeInTheirPlace() throws IOException {
        GrowingContent content = GrowingContent.stream("live.ts");
        Gateway gateway = serve(Gateways.open().withMaxConnections(2), content);
        RawHttp first = connect(gateway).get("/live.ts");
        must(first.head());
        must(connect(gateway).get("/live.ts").head());
        assertThat(must(connect(gateway).answer()).status()).isEqualTo(503);
        first.close();
        await().atMost(PATIENCE).until(() -> {
            RawHttp.Answer answer = connect(gateway).get("/status.json").answer();
            return answer != null && answer.status() == 200;
        });
    }

    // --- the page

    @Test
    void hasAPageThatTakesNothingFromElsewhere() throws IOException {
        RawHttp http = connect(serve(Gateways.open(), GrowingContent.whole("film.mp4", new byte[1])));
        RawHttp.Answer page = must(http.get("/").answer());
        assertThat(page.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.header("content-security-policy"))
                .contains("script-src 'self'")
                .doesNotContain("unsafe");
        assertThat(page.header("referrer-policy")).isEqualTo("no-referrer");
        assertThat(page.text()).doesNotContain("//").doesNotContain("onclick").contains("page.js");
        for (String part : List.of("/page.js", "/page.css", "/icon.svg")) {
            RawHttp.Answer answer = must(http.get(part).answer());
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(answer.text().replace("http://www.w3.org/2000/svg", "")).doesNotContain("http://", "https://");
        }
    }

    @Test
    void tellsHowThingsStand() throws IOException {
        RawHttp http = connect(serve(Gateways.open(), GrowingContent.whole("film.mp4", new byte[2_048])));
        JsonNode status = new ObjectMapper()
                .readTree(must(http.get("/status.json").answer()).body());
        JsonNode content = status.get("contents").get(0);
        assertThat(content.get("name").asText()).isEqualTo("film.mp4");
        assertThat(content.get("swarm").asText()).isEqualTo(Gateways.SWARM);
        assertThat(content.get("type").asText()).isEqualTo("video/mp4");
        assertThat(content.get("url").asText()).isEqualTo("content/film.mp4");
        assertThat(content.get("hls").isNull()).isTrue();
        assertThat(content.get("length").asLong()).isEqualTo(2_048);
        assertThat(content.get("eta_seconds").asLong()).isEqualTo(77);
        assertThat(content.get("stream").get("delay_seconds").asDouble()).isEqualTo(4.5);
        assertThat(content.get("stream").get("buffer_seconds").asDouble()).isEqualTo(3.5);
        assertThat(content.get("stream").get("signed").asBoolean()).isTrue();
        assertThat(content.get("stream").get("lost_chunks").asLong()).isEqualTo(6);
        assertThat(content.get("playing_cell").asInt()).isEqualTo(2);
        assertThat(content.get("cells").binaryValue()).containsExactly(255, 0, 127);
        assertThat(content.get("peers").get(0).get("dialect").asText()).isEqualTo("libswift");
        assertThat(content.get("content_consumer").get("frames_consumed").asInt())
                .isEqualTo(7);
        assertThat(content.get("peers").get(0).get("rtt_ms").asDouble()).isEqualTo(12.5);
        assertThat(content.get("refused_chunks").asLong()).isEqualTo(2);
    }

    @Test
    void tellsHowThingsStandWhereContentCannotBeRead() throws IOException {
        RawHttp http = connect(serve(Gateways.open(), new UnreadableContent()));
        JsonNode status = new ObjectMapper()
                .readTree(must(http.get("/status.json").answer()).body());
        assertThat(status.get("contents").get(0).get("type").isNull()).isTrue();
    }

    /** A file of unknown type on a disk that fails. */
    private static final class UnreadableContent implements Playable {
        @Override
        public String name() {
            return "film";
        }

        @Override
        public boolean live() {
            return false;
        }

        @Override
        public long lengthBytes() {
            return 10;
        }

        @Override
        public ContentReader reader(long position) {
            return new ContentReader() {
                @Override
                public long position() {
                    return position;
                }

                @Override
                public CompletableFuture<byte[]> read(int maxBytes) {
                    return CompletableFuture.failedFuture(new IOException("the disk fails"));
                }

                @Override
                public void close() {
                    // Nothing is open.
                }
            };
        }
    }

    @Test
    void tellsItAgainAndAgainToWhoeverListens() throws IOException {
        RawHttp http = connect(serve(Gateways.open(), GrowingContent.whole("film.mp4", new byte[1])));
        RawHttp.Answer head = must(http.get("/events").head());
        assertThat(head.header("content-type")).isEqualTo("text/event-stream");
        long before = 0;
        for (int i = 0; i < 2; i++) {
            String event = new String(http.chunk(), StandardCharsets.UTF_8);
            assertThat(event).startsWith("data: {").endsWith("}\n\n");
            JsonNode status = new ObjectMapper().readTree(event.substring("data: ".length()));
            assertThat(status.get("time").asLong()).isGreaterThan(before);
            before = status.get("time").asLong();
        }
    }

    // --- beginning and end

    @Test
    void itsAddressHasTheTokenInIt() throws IOException {
        Gateway gateway = serve(GatewayConfig.onPort(0), GrowingContent.whole("a b.mp4", new byte[1]));
        String page = gateway.page().toString();
        assertThat(page).matches("http://127\\.0\\.0\\.1:[0-9]+/[A-Za-z0-9_-]{22}/");
        assertThat(gateway.content()).hasToString(page + "content/a%20b.mp4");
        assertThat(gateway.playlist()).hasToString(page + "hls/index.m3u8");
        RawHttp http = connect(gateway);
        assertThat(must(http.get(gateway.content().getRawPath()).answer()).status())
                .isEqualTo(200);
        assertThat(must(http.get("/content/a%20b.mp4").answer()).status()).isEqualTo(404);
    }

    @Test
    void othersAreLetInWithATokenOnly() {
        GatewayConfig everywhere =
                GatewayConfig.onPort(0).withAddress(NetUtil.createInetAddressFromIpAddressString("0.0.0.0"));
        assertThat(everywhere.token()).isNotNull();
        assertThatThrownBy(() -> everywhere.withToken(null)).hasMessageContaining("token");
    }

    @Test
    void saysWhichPortIsTaken() throws IOException {
        Gateway first = serve(Gateways.open(), GrowingContent.whole("a", new byte[1]));
        int port = first.address().getPort();
        GatewayConfig same = GatewayConfig.onPort(port).withToken(null);
        assertThatThrownBy(() -> serve(same, GrowingContent.whole("a", new byte[1])))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("127.0.0.1:" + port);
    }

    @Test
    void endsConnectionsAndReadersWhenItCloses() throws IOException {
        GrowingContent content = GrowingContent.stream("live.ts");
        Gateway gateway = serve(Gateways.open(), content);
        RawHttp http = connect(gateway).get("/live.ts");
        must(http.head());
        await().atMost(PATIENCE).until(() -> content.readers() == 1);
        gateway.close();
        assertThat(http.ends()).isTrue();
        assertThat(content.readers()).isZero();
        assertThatThrownBy(() -> connect(gateway)).isInstanceOf(IOException.class);
    }
}
