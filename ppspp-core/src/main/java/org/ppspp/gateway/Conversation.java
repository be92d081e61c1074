package org.ppspp.gateway;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.ppspp.ContentReader;
import org.ppspp.Playable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection: its requests, answered one after the other. */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a connection that cannot be written to is closed, which is all there is to know
final class Conversation extends SimpleChannelInboundHandler<HttpObject> {
    private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

    /** After the last answer, so that it is not lost where the client still speaks. */
    private static final long LINGER_MILLIS = 1_000;

    private static final String NO_ROUTE =
            "Nothing here. The address that was printed at the start has a token in it, without which nothing is found.";

    private final Site site;
    private final RequestGate gate;
    private final Deque<HttpRequest> waiting = new ArrayDeque<>();
    private @Nullable ScheduledFuture<?> patience;
    private @Nullable ContentStream stream;
    private boolean admitted;
    private boolean answering;
    private boolean ending;

    Conversation(Site site, AllowedHosts hosts) {
        this.site = site;
        this.gate = new RequestGate(hosts);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        admitted = site.admit();
        if (admitted) {
            awaitRequest(ctx);
        } else {
            // at once, so that whoever is turned away takes no place
            ending = true;
            ctx.writeAndFlush(last(HttpResponseStatus.SERVICE_UNAVAILABLE)).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ending = true;
        waiting.clear();
        if (admitted) {
            site.leave();
        }
        site.feed().remove(ctx.channel());
        endStream();
        beUnhurried();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
        if (ending || !(message instanceof HttpRequest request)) {
            return;
        }
        if (!answering) {
            answer(ctx, request);
        } else if (waiting.size() < GatewayConfig.MAX_PIPELINED) {
            waiting.add(request);
        } else {
            ctx.close();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (stream != null) {
            stream.pump();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        ChannelOutboundBuffer untaken = ctx.channel().unsafe().outboundBuffer();
        if (event instanceof IdleStateEvent && untaken != null && untaken.totalPendingWriteBytes() > 0) {
            LOG.debug("viewer {} takes nothing any more", ctx.channel().remoteAddress());
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // a viewer that goes away is the usual end
        LOG.debug("viewer {} is gone", ctx.channel().remoteAddress(), cause);
        ctx.close();
    }

    private void awaitRequest(ChannelHandlerContext ctx) {
        patience = ctx.executor()
                .schedule(
                        () -> {
                            ctx.close();
                        },
                        site.config().headerPatience().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void beUnhurried() {
        if (patience != null) {
            patience.cancel(false);
            patience = null;
        }
    }

    // --- what is asked for

    private void answer(ChannelHandlerContext ctx, HttpRequest request) {
        beUnhurried();
        answering = true;
        HttpResponseStatus refusal = gate.refusal(request);
        if (refusal != null) {
            refuse(ctx, refusal);
            return;
        }
        Route route = Route.parse(request.uri(), site.config().token());
        if (route instanceof Route.Asset asset) {
            Site.Asset found = site.asset(asset.file());
            send(ctx, request, Reply.of(HttpResponseStatus.OK, found.type(), found.bytes()));
        } else if (route instanceof Route.Folder) {
            FullHttpResponse response = Reply.plain(HttpResponseStatus.PERMANENT_REDIRECT);
            response.headers().set(HttpHeaderNames.LOCATION, request.uri().replaceFirst("\\?.*", "") + '/');
            send(ctx, request, response);
        } else if (route instanceof Route.Status) {
            send(ctx, request, Reply.of(HttpResponseStatus.OK, "application/json", site.statusJson()));
        } else if (route instanceof Route.Events) {
            feed(ctx, request);
        } else if (route instanceof Route.Content wanted) {
            content(ctx, request, wanted.name() == null ? site.firstLive() : site.content(wanted.name()));
        } else if (route instanceof Route.Playlist wanted) {
            playlist(ctx, request, site.content(wanted.name()));
        } else if (route instanceof Route.Segment wanted) {
            segment(ctx, request, site.content(wanted.name()), wanted.number());
        } else {
            notFound(ctx, request);
        }
    }

    private void notFound(ChannelHandlerContext ctx, HttpRequest request) {
        send(ctx, request, Reply.plain(HttpResponseStatus.NOT_FOUND, NO_ROUTE));
    }

    private void feed(ChannelHandlerContext ctx, HttpRequest request) {
        HttpResponse head = Reply.head(HttpResponseStatus.OK, "text/event-stream");
        head.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        begin(ctx, request, head);
        if (request.method().equals(HttpMethod.HEAD)) {
            ctx.close();
        } else {
            site.feed().add(ctx.channel());
        }
    }

    private void playlist(ChannelHandlerContext ctx, HttpRequest request, @Nullable ServedContent content) {
        if (content == null) {
            notFound(ctx, request);
            return;
        }
        AccessToken token = site.config().token();
        String base = (token == null ? "/hls/" : '/' + token.text() + "/hls/") + Route.encode(content.name()) + '/';
        content.hls()
                .playlist(base)
                .completeOnTimeout(null, site.config().stallPatience().toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((text, failure) -> ctx.executor().execute(() -> {
                    if (text == null) {
                        notFound(ctx, request);
                    } else {
                        send(
                                ctx,
                                request,
                                Reply.of(HttpResponseStatus.OK, MediaType.HLS, text.getBytes(StandardCharsets.UTF_8)));
                    }
                }));
    }

    private void segment(ChannelHandlerContext ctx, HttpRequest request, @Nullable ServedContent content, long number) {
        Hls.Piece piece = content == null ? null : content.hls().piece(number);
        if (content == null || piece == null) {
            notFound(ctx, request);
            return;
        }
        byte[] bytes = piece.bytes();
        if (bytes != null) {
            send(ctx, request, Reply.of(HttpResponseStatus.OK, MediaType.MPEG_TS, bytes));
            return;
        }
        HttpResponse head = Reply.head(HttpResponseStatus.OK, MediaType.MPEG_TS);
        head.headers()
                .set(HttpHeaderNames.CONTENT_LENGTH, piece.length())
                .set(HttpHeaderNames.CACHE_CONTROL, "private, no-cache");
        stream(ctx, request, head, content.playable(), new ByteRange(piece.first(), piece.length(), false));
    }

    private void content(ChannelHandlerContext ctx, HttpRequest request, @Nullable ServedContent content) {
        if (content == null) {
            notFound(ctx, request);
            return;
        }
        long patienceMillis = site.config().stallPatience().toMillis();
        if (content.live()) {
            content.type(0).thenAccept(type -> live(ctx, request, content, type));
            return;
        }
        content.type(patienceMillis)
                .exceptionally(failure -> MediaType.UNKNOWN)
                .thenCombine(content.length(site.loop(), patienceMillis), (type, length) ->
                        (Runnable) () -> file(ctx, request, content, type, length))
                .whenComplete((answer, failure) -> ctx.executor().execute(() -> {
                    if (answer == null) {
                        LOG.debug("no answer for {}", ctx.channel().remoteAddress(), failure);
                        ctx.close();
                    } else if (!ending) {
                        answer.run();
                    }
                }));
    }

    private void live(ChannelHandlerContext ctx, HttpRequest request, ServedContent content, String type) {
        HttpResponse head = Reply.head(HttpResponseStatus.OK, type);
        head.headers()
                .set(HttpHeaderNames.ACCEPT_RANGES, HttpHeaderValues.NONE)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        stream(ctx, request, head, content.playable(), new ByteRange(0, ContentStream.ENDLESS, false));
    }

    private void file(ChannelHandlerContext ctx, HttpRequest request, ServedContent content, String type, long length) {
        if (length == Playable.UNKNOWN_LENGTH) {
            FullHttpResponse response =
                    Reply.plain(HttpResponseStatus.SERVICE_UNAVAILABLE, "The length is not known yet.");
            response.headers().set(HttpHeaderNames.RETRY_AFTER, 5);
            send(ctx, request, response);
            return;
        }
        HttpHeaders asked = request.headers();
        String tag = content.entityTag();
        if (tag.equals(asked.get(HttpHeaderNames.IF_NONE_MATCH))) {
            FullHttpResponse response = Reply.of(HttpResponseStatus.NOT_MODIFIED, type, new byte[0]);
            response.headers().remove(HttpHeaderNames.CONTENT_LENGTH).set(HttpHeaderNames.ETAG, tag);
            send(ctx, request, response);
            return;
        }
        String condition = asked.get(HttpHeaderNames.IF_RANGE);
        boolean ranged = condition == null || condition.equals(tag);
        ByteRange range = ByteRange.select(ranged ? asked.get(HttpHeaderNames.RANGE) : null, length);
        if (range == null) {
            FullHttpResponse response = Reply.plain(HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE);
            response.headers().set(HttpHeaderNames.CONTENT_RANGE, "bytes */" + length);
            send(ctx, request, response);
            return;
        }
        HttpResponse head =
                Reply.head(range.partial() ? HttpResponseStatus.PARTIAL_CONTENT : HttpResponseStatus.OK, type);
        head.headers()
                .set(HttpHeaderNames.ACCEPT_RANGES, HttpHeaderValues.BYTES)
                .set(HttpHeaderNames.CONTENT_LENGTH, range.length())
                .set(HttpHeaderNames.CACHE_CONTROL, "private, no-cache")
                .set(HttpHeaderNames.ETAG, tag)
                .set(
                        HttpHeaderNames.CONTENT_DISPOSITION,
                        (MediaType.isPlayable(type) ? "inline" : "attachment") + "; filename*=UTF-8''"
                                + Route.encode(content.name()));
        if (range.partial()) {
            head.headers().set(HttpHeaderNames.CONTENT_RANGE, range.contentRange(length));
        }
        stream(ctx, request, head, content.playable(), range);
    }

    // --- answering

    /** Sends {@code head} and the bytes of {@code range}; endless ones in chunks. */
    private void stream(
            ChannelHandlerContext ctx, HttpRequest request, HttpResponse head, Playable playable, ByteRange range) {
        boolean keepAlive = HttpUtil.isKeepAlive(request) && HttpUtil.isContentLengthSet(head);
        if (request.method().equals(HttpMethod.HEAD)) {
            FullHttpResponse whole = Reply.of(head.status(), "", new byte[0]);
            whole.headers().setAll(head.headers());
            send(ctx, request, whole);
            return;
        }
        ContentReader reader;
        try {
            reader = playable.reader(range.first());
        } catch (IllegalStateException e) {
            LOG.debug("cannot be read any more", e);
            refuse(ctx, HttpResponseStatus.SERVICE_UNAVAILABLE);
            return;
        }
        begin(ctx, request, head);
        site.viewerBegins();
        stream = new ContentStream(ctx, reader, range.length(), () -> answered(ctx, keepAlive));
        stream.pump();
    }

    /** Sends the head of a response without a length: in chunks, or up to the end of the connection where those are not known. */
    private void begin(ChannelHandlerContext ctx, HttpRequest request, HttpResponse head) {
        if (!HttpUtil.isContentLengthSet(head) && request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            HttpUtil.setTransferEncodingChunked(head, true);
        }
        if (!HttpUtil.isKeepAlive(request) || !HttpUtil.isContentLengthSet(head)) {
            head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        ctx.writeAndFlush(head);
    }

    private void send(ChannelHandlerContext ctx, HttpRequest request, FullHttpResponse response) {
        if (ending) {
            response.release();
            return;
        }
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        if (!keepAlive) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        ctx.writeAndFlush(response).addListener(sent -> {
            if (sent.isSuccess()) {
                answered(ctx, keepAlive);
            }
        });
    }

    private void answered(ChannelHandlerContext ctx, boolean keepAlive) {
        endStream();
        answering = false;
        HttpRequest next = waiting.poll();
        if (!keepAlive) {
            hangUp(ctx);
        } else if (next != null) {
            answer(ctx, next);
        } else if (!ending) {
            awaitRequest(ctx);
        }
    }

    private void endStream() {
        if (stream != null) {
            stream.close();
            stream = null;
            site.viewerEnds();
        }
    }

    /** The last word: what comes after a request that is refused is not looked at any more. */
    private void refuse(ChannelHandlerContext ctx, HttpResponseStatus status) {
        ctx.writeAndFlush(last(status));
        hangUp(ctx);
    }

    private static FullHttpResponse last(HttpResponseStatus status) {
        FullHttpResponse response = Reply.plain(status);
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return response;
    }

    private void hangUp(ChannelHandlerContext ctx) {
        ending = true;
        waiting.clear();
        ((DuplexChannel) ctx.channel()).shutdownOutput();
        ctx.executor()
                .schedule(
                        () -> {
                            ctx.close();
                        },
                        LINGER_MILLIS,
                        TimeUnit.MILLISECONDS);
    }
}
