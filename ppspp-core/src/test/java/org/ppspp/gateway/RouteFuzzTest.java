package org.ppspp.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/** Any bytes are a request that is refused, one that leads nowhere, or one for something there is, with a name that is one. */
class RouteFuzzTest {
    private static final AllowedHosts HOSTS = new AllowedHosts(null, 8080);

    private final RequestGate gate = new RequestGate(HOSTS);

    @FuzzTest(maxDuration = "60s")
    void refusesOrUnderstands(byte[] data) {
        EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder(new HttpDecoderConfig()
                .setMaxInitialLineLength(GatewayConfig.MAX_REQUEST_LINE_BYTES)
                .setMaxHeaderSize(GatewayConfig.MAX_HEADER_BYTES)));
        channel.writeInbound(Unpooled.wrappedBuffer(data));
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
