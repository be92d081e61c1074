package org.ppspp.gateway;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says which requests are not even looked at. What passes comes from a program, or from a page of the gateway's own. */
final class RequestGate {
    private static final String SEC_FETCH_SITE = "Sec-Fetch-Site";

    /** A page of the same origin, or no page: an address typed or opened from elsewhere than the web. */
    private static final List<String> GOOD_SITES = List.of("same-origin", "none");

    private final AllowedHosts hosts;

    RequestGate(AllowedHosts hosts) {
        this.hosts = hosts;
    }

    /** The status to refuse {@code request} with, or null where it may pass. */
    @Nullable
    HttpResponseStatus refusal(HttpRequest request) {
        DecoderResult decoded = request.decoderResult();
        if (!decoded.isSuccess()) {
            return malformed(decoded.cause());
        }
        if (!HttpVersion.HTTP_1_1.equals(request.protocolVersion())
                && !HttpVersion.HTTP_1_0.equals(request.protocolVersion())) {
            return HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED;
        }
        HttpHeaders headers = request.headers();
        List<String> host = headers.getAll(HttpHeaderNames.HOST);
        if (host.size() != 1 || !request.uri().startsWith("/") || hasBody(headers)) {
            return HttpResponseStatus.BAD_REQUEST;
        }
        if (!hosts.contains(host.get(0))) {
            return HttpResponseStatus.MISDIRECTED_REQUEST;
        }
        if (isForeign(headers, host.get(0))) {
            return HttpResponseStatus.FORBIDDEN;
        }
        boolean reads = HttpMethod.GET.equals(request.method()) || HttpMethod.HEAD.equals(request.method());
        return reads ? null : HttpResponseStatus.METHOD_NOT_ALLOWED;
    }

    private static HttpResponseStatus malformed(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return HttpResponseStatus.REQUEST_URI_TOO_LONG;
        }
        return cause instanceof TooLongFrameException
                ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                : HttpResponseStatus.BAD_REQUEST;
    }

    /** A GET with a body is a way to have two programs see two different requests. */
    private static boolean hasBody(HttpHeaders headers) {
        return headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                || !headers.getAll(HttpHeaderNames.CONTENT_LENGTH).stream().allMatch("0"::equals);
    }

    private static boolean isForeign(HttpHeaders headers, String host) {
        return !headers.getAll(HttpHeaderNames.ORIGIN).stream().allMatch(("http://" + host)::equalsIgnoreCase)
                || !headers.getAll(SEC_FETCH_SITE).stream().allMatch(GOOD_SITES::contains);
    }
}
