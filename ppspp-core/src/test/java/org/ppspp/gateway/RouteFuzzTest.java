package org.ppspp.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/** Any text is a request that is refused, one that leads nowhere, or one for something there is, with a name that is one. */
class RouteFuzzTest {
    /** What requests are made of, whole and in parts, good and bad. */
    private static final String[] PIECES = {
        "GET /content/film.mp4 HTTP/1.1\r\nHost: localhost:8080\r\n",
        "HEAD ",
        "GET ",
        "/content/",
        "/hls/",
        "index.m3u8",
        "12.ts",
        "/",
        "..",
        "%2e",
        "%",
        "?",
        " HTTP/1.1\r\n",
        " HTTP/1.0\r\n",
        "Host: ",
        "127.0.0.1:8080",
        "[::1]:8080",
        "evil.example",
        "\r\n",
        "Origin: http://localhost:8080\r\n",
        "Sec-Fetch-Site: ",
        "same-origin",
        "Content-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Range: bytes=0-,5-\r\n",
        ":",
        "\r\n\r\n"
    };

    private static final AllowedHosts HOSTS = new AllowedHosts(null, 8080);

    private final RequestGate gate = new RequestGate(HOSTS);

    @FuzzTest(maxDuration = "60s")
    void refusesOrUnderstands(FuzzedDataProvider data) {
        EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder(new HttpDecoderConfig()
                .setMaxInitialLineLength(GatewayConfig.MAX_REQUEST_LINE_BYTES)
                .setMaxHeaderSize(GatewayConfig.MAX_HEADER_BYTES)));
        channel.writeInbound(text(data));
        for (Object each = channel.readInbound(); each != null; each = channel.readInbound()) {
            if (each instanceof HttpRequest request && gate.refusal(request) == null) {
                check(request.uri());
                ByteRange.select(request.headers().get("Range"), 1_000);
            }
            ReferenceCountUtil.release(each);
        }
        channel.finishAndReleaseAll();
    }

    @FuzzTest(maxDuration = "60s")
    void namesLeadToThemselves(byte[] data) {
        check('/' + new String(data, StandardCharsets.ISO_8859_1));
        String name = new String(data, StandardCharsets.UTF_8);
        boolean plain = !name.isEmpty()
                && name.chars().noneMatch(Character::isISOControl)
                && Route.encode(name).length() < Route.MAX_TARGET_CHARS - "/content/".length();
        if (plain) {
            assertThat(Route.parse("/content/" + Route.encode(name), null)).isEqualTo(new Route.Content(name));
        }
    }

    @FuzzTest(maxDuration = "60s")
    void rangesLieInside(byte[] data) {
        ByteRange range = ByteRange.select("bytes=" + new String(data, StandardCharsets.ISO_8859_1), 1_000);
        if (range != null) {
            assertThat(range.first()).isBetween(0L, 999L);
            assertThat(range.length()).isBetween(1L, 1_000 - range.first());
        }
    }

    private static ByteBuf text(FuzzedDataProvider data) {
        ByteBuf text = Unpooled.buffer();
        while (data.remainingBytes() > 0) {
            int piece = data.consumeInt(0, PIECES.length);
            if (piece == PIECES.length) {
                text.writeByte(data.consumeByte());
            } else {
                text.writeCharSequence(PIECES[piece], StandardCharsets.US_ASCII);
            }
        }
        return text.writeBytes(new byte[] {'\r', '\n', '\r', '\n'});
    }

    private static void check(String target) {
        Route route = Route.parse(target, null);
        if (route instanceof Route.Content content && content.name() != null) {
            assertThat(content.name()).isNotEmpty();
            assertThat(content.name().chars()).noneMatch(Character::isISOControl);
        } else if (route instanceof Route.Segment segment) {
            assertThat(segment.number()).isNotNegative();
        }
    }
}
