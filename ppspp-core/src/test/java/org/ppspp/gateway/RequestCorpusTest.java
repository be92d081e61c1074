package org.ppspp.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile and strange requests over real sockets: each gets the refusal it should, never the content, and harms nobody. */
@Timeout(120)
final class RequestCorpusTest {
    private static final String SECRET = "what only a player of this machine may see";
    private static final AccessToken TOKEN = new AccessToken("0123456789abcdefABCDEF");
    private static final String T = '/' + TOKEN.text();

    /** A connection that ends without an answer. */
    private static final int NONE = 0;

    /** {@code request} with HOST and PORT to be filled in; {@code statuses} are those that are right. */
    private record Case(String what, String request, List<Integer> statuses) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Gateway gateway;

    @BeforeAll
    static void start() throws IOException {
        gateway = Gateways.of(
                Gateways.hasty().withToken(TOKEN),
                GrowingContent.whole("film.mp4", SECRET.getBytes(StandardCharsets.US_ASCII)));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void othersAreStillServed() throws IOException {
        try (RawHttp http = new RawHttp(gateway.address())) {
            RawHttp.Answer answer =
                    Objects.requireNonNull(http.get(T + "/content/film.mp4").answer());
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo(SECRET);
        }
    }

    private static Case raw(String what, String request, Integer... statuses) {
        return new Case(what, request, List.of(statuses));
    }

    private static Case with(String header, Integer... statuses) {
        return raw(header, "GET " + T + "/content/film.mp4 HTTP/1.1\r\nHost: HOST\r\n" + header + "\r\n\r\n", statuses);
    }

    private static Case host(String host, Integer... statuses) {
        return raw("Host: " + host, "GET " + T + "/content/film.mp4 HTTP/1.1\r\nHost: " + host + "\r\n\r\n", statuses);
    }

    private static Case line(String line, Integer... statuses) {
        return raw(line, line + "\r\nHost: HOST\r\n\r\n", statuses);
    }

    private static Case path(String path, Integer... statuses) {
        return raw(path, "GET " + path + " HTTP/1.1\r\nHost: HOST\r\n\r\n", statuses);
    }

    static Stream<Case> corpus() {
        String get = "GET " + T + "/content/film.mp4 HTTP/1.1\r\n";
        return Stream.of(
                // names that lead elsewhere
                host("evil.example", 421),
                host("evil.example:PORT", 421),
                host("127.0.0.1.evil.example:PORT", 421),
                host("localhost.evil.example:PORT", 421),
                host("evil.example#127.0.0.1:PORT", 421),
                host("127.0.0.1", 421),
                host("127.0.0.1:1", 421),
                host("127.0.0.2:PORT", 421),
                host("0.0.0.0:PORT", 421),
                host("127.1:PORT", 421),
                host("2130706433:PORT", 421),
                host("192.0.2.1:PORT", 421),
                host("[::ffff:127.0.0.1]:PORT", 421),
                host("[::1%25lo]:PORT", 421),
                host("user@127.0.0.1:PORT", 421),
                host("localhost.:PORT", 421),
                host("", 400, 421),
                raw("no host", get + "\r\n", 400),
                raw("two hosts", get + "Host: HOST\r\nHost: HOST\r\n\r\n", 400),
                raw("a second, foreign host", get + "Host: HOST\r\nHost: evil.example\r\n\r\n", 400),
                raw("no host in HTTP/1.0", "GET " + T + "/ HTTP/1.0\r\n\r\n", 400),
                // pages of somebody else's
                with("Origin: http://evil.example", 403),
                with("Origin: https://HOST", 403),
                with("Origin: http://127.0.0.1:1", 403),
                with("Origin: http://localhost", 403),
                with("Origin: null", 403),
                with("Origin:", 403),
                with("Origin: http://HOST\r\nOrigin: http://evil.example", 403),
                with("Sec-Fetch-Site: cross-site", 403),
                with("Sec-Fetch-Site: same-site", 403),
                with("Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site", 403),
                with("Sec-Fetch-Site: anything", 403),
                with("sec-fetch-site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: video", 403),
                // other methods
                line("POST " + T + "/content/film.mp4 HTTP/1.1", 405),
                line("PUT " + T + "/content/film.mp4 HTTP/1.1", 405),
                line("DELETE " + T + "/content/film.mp4 HTTP/1.1", 405),
                line("OPTIONS " + T + "/ HTTP/1.1", 405),
                line("TRACE " + T + "/ HTTP/1.1", 405),
                line("PATCH " + T + "/ HTTP/1.1", 405),
                line("CONNECT 127.0.0.1:PORT HTTP/1.1", 400),
                line("OPTIONS * HTTP/1.1", 400),
                line("get " + T + "/ HTTP/1.1", 405),
                line("GETT " + T + "/ HTTP/1.1", 405),
                raw(
                        "a preflight",
                        "OPTIONS " + T + "/ HTTP/1.1\r\nHost: HOST\r\nOrigin: http://evil.example\r\n"
                                + "Access-Control-Request-Method: GET\r\n\r\n",
                        403),
                // bodies, and two opinions of where they end
                with("Content-Length: 5\r\n\r\nhello", 400),
                with("Content-Length: -1", 400),
                with("Content-Length: 0\r\nContent-Length: 5", 400),
                with("Content-Length: 99999999999999999999", 400),
                with("Transfer-Encoding: chunked\r\n\r\n0\r\n", 400),
                with("Transfer-Encoding: chunked\r\nContent-Length: 4", 400),
                with("Transfer-Encoding: xchunked", 400),
                with("Transfer-Encoding : chunked", 400),
                // paths
                path("/", 404),
                path("/content/film.mp4", 404),
                path("/status.json", 404),
                path("/events", 404),
                path("/0123456789abcdefABCDE/", 404),
                path("/0123456789abcdefabcdef/", 404),
                path(T + "/../../../etc/passwd", 404),
                path(T + "/content/../../etc/passwd", 404),
                path(T + "/content/..%2f..%2fetc%2fpasswd", 404),
                path(T + "/content/%2e%2e/status.json", 404),
                path(T + "/page/../org/ppspp/gateway/Gateway.class", 404),
                path(T + "/page.js%00.png", 404),
                path(T + "/content/film.mp4%0d%0aX-Injected:%20yes", 404),
                path(T + "//content/film.mp4", 404),
                path(T + "/content/film.mp4/", 404),
                path(T + "/content/FILM.MP4", 404),
                path(T + "/content/%c0%af", 404),
                path(T + "/hls/film.mp4/0.ts", 404),
                path(T + "/hls/index.m3u8", 404),
                path(T + "/live.ts", 404),
                path("http://evil.example" + T + "/content/film.mp4", 400),
                path("evil.example:80", 400),
                path("*", 400),
                path("\\content\\film.mp4", 400),
                path(T + "/content/" + "a".repeat(3_000), 414),
                path(T + "?".repeat(1_000) + "/content/film.mp4", 308),
                // what is hardly HTTP
                raw("nothing but an end of line", "\r\n\r\n\r\n", NONE),
                raw("HTTP/0.9", "GET " + T + "/content/film.mp4\r\n\r\n", 400, NONE),
                line("GET " + T + "/ HTTP/2.0", 400, 505),
                line("GET " + T + "/ HTTP/1.2", 400, 505),
                line("GET " + T + "/ HTTP/9.9", 400, 505),
                line("GET " + T + "/ FTP/1.1", 400, 505),
                line("GET " + T + "/ junk HTTP/1.1", 400, 404),
                raw("the beginning of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, 505),
                raw("TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n", 400, NONE),
                raw("zeros", "\0".repeat(500), 400, NONE),
                raw("one long word", "A".repeat(20_000), 400, 414),
                raw("a long header", get + "Host: HOST\r\nX: " + "a".repeat(20_000) + "\r\n\r\n", 431),
                raw("many headers", get + "Host: HOST\r\n" + "X: y\r\n".repeat(3_000) + "\r\n", 431),
                raw("a header without a colon", get + "Host: HOST\r\nnonsense\r\n\r\n", 400),
                raw("a header without a name", get + "Host: HOST\r\n: x\r\n\r\n", 400),
                raw(
                        "a header that goes on in the next line",
                        get + "Host: HOST\r\nOrigin:\r\n http://evil.example\r\n\r\n",
                        403,
                        400),
                raw("a zero in a header", get + "Host: HOST\r\nX: \0\r\n\r\n", 400),
                raw("half a request", get + "Host: HO", NONE),
                raw("half a line", "GET", NONE),
                raw("line ends without carriage returns", "GET / HTTP/1.1\nHost: HOST\n\n", 404, 400));
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void refuses(Case each) throws IOException {
        RawHttp.Answer answer = answer(each);
        assertThat(answer == null ? NONE : answer.status()).isIn(each.statuses());
        if (answer != null) {
            assertThat(answer.text()).doesNotContain(SECRET);
            assertThat(answer.headers().keySet()).noneMatch(name -> name.startsWith("access-control"));
            assertThat(answer.headers()).doesNotContainKey("x-injected");
            assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(answer.header("cross-origin-resource-policy")).isEqualTo("same-origin");
            assertThat(answer.header("content-security-policy")).contains("default-src 'none'");
            assertThat(answer.header("allow")).isEqualTo(answer.status() == 405 ? "GET, HEAD" : "");
        }
    }

    private static RawHttp.@Nullable Answer answer(Case each) throws IOException {
        String port = Integer.toString(gateway.address().getPort());
        String request = each.request().replace("HOST", "127.0.0.1:" + port).replace("PORT", port);
        try (RawHttp http = new RawHttp(gateway.address())) {
            return http.say(request).answer();
        }
    }

    /** What may look strange and is right. */
    static Stream<Case> welcome() {
        return Stream.of(
                host("localhost:PORT", 200),
                host("LocalHost:PORT", 200),
                host("[::1]:PORT", 200),
                with("Origin: http://HOST", 200),
                with("Sec-Fetch-Site: same-origin", 200),
                with("Sec-Fetch-Site: none", 200),
                with("Content-Length: 0", 200),
                with("Icy-MetaData: 1\r\nConnection: close", 200),
                with("Range: bytes=0-", 206),
                with("Range: bytes=1-2,4-5", 200),
                with("Range: bytes=" + "9".repeat(5_000) + "-", 416),
                with("If-None-Match: \"" + Gateways.SWARM + '"', 304),
                with("If-Range: \"other\"\r\nRange: bytes=3-", 200),
                with("If-Range: \"" + Gateways.SWARM + "\"\r\nRange: bytes=3-", 206),
                path(T + "/content/%66ilm.mp4?x=y&z", 200),
                path(T, 308),
                path(T + "/", 200),
                path(T + "/status.json", 200),
                raw("HTTP/1.0", "GET " + T + "/ HTTP/1.0\r\nHost: HOST\r\n\r\n", 200),
                raw("an empty line in front", "\r\nGET " + T + "/ HTTP/1.1\r\nHost: HOST\r\n\r\n", 200));
    }

    @ParameterizedTest
    @MethodSource("welcome")
    void serves(Case each) throws IOException {
        RawHttp.Answer answer = Objects.requireNonNull(answer(each));
        assertThat(answer.status()).isIn(each.statuses());
        assertThat(answer.headers().keySet()).noneMatch(name -> name.startsWith("access-control"));
    }
}
