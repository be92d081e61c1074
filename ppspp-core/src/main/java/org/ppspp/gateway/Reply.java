package org.ppspp.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Responses with the headers that all of them have: nothing of a gateway is for pages of somebody else's. */
final class Reply {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    /** The page takes scripts, styles, pictures and media from its own gateway alone. */
    private static final String PAGE_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** Content comes from anywhere: a browser that opens it runs nothing and knows nothing. */
    private static final String CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

    /** A browser that opens media by its address makes a page around it, which must be allowed to ask for it again. */
    private static final String MEDIA_POLICY =
            "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'";

    private Reply() {}

    /** A whole response of {@code type} that nobody keeps. */
    static FullHttpResponse of(HttpResponseStatus status, String type, ByteBuf body) {
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        HttpHeaders headers = common(response, type, PAGE_POLICY);
        headers.set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        return response;
    }

    static FullHttpResponse of(HttpResponseStatus status, String type, byte[] body) {
        return of(status, type, Unpooled.wrappedBuffer(body));
    }

    /** A status and a line that says what it means. */
    static FullHttpResponse plain(HttpResponseStatus status, String line) {
        FullHttpResponse response =
                of(status, "text/plain; charset=utf-8", (line + '\n').getBytes(StandardCharsets.UTF_8));
        if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
        }
        return response;
    }

    static FullHttpResponse plain(HttpResponseStatus status) {
        return plain(status, status.toString());
    }

    /** The beginning of a response that goes on. */
    static HttpResponse head(HttpResponseStatus status, String type) {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
        common(response, type, MediaType.isPlayable(type) ? MEDIA_POLICY : CONTENT_POLICY);
        return response;
    }

    private static HttpHeaders common(HttpResponse response, String type, String policy) {
        return response.headers()
                .set(HttpHeaderNames.DATE, DATE.format(Instant.now()))
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .set("X-Content-Type-Options", "nosniff")
                .set("Content-Security-Policy", policy)
                .set("Cross-Origin-Resource-Policy", "same-origin")
                .set("Referrer-Policy", "no-referrer");
    }
}
