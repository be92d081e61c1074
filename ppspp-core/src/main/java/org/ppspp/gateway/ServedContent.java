package org.ppspp.gateway;

import io.netty.util.concurrent.EventExecutor;
import java.io.ByteArrayOutputStream;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.ppspp.ContentReader;
import org.ppspp.Playable;

/** One content of a gateway, with what the gateway finds out about it. For the gateway's thread alone. */
final class ServedContent {
    private static final long LENGTH_POLL_MILLIS = 50;

    private final GatewayContent content;
    private final String name;
    private final boolean live;
    private final @Nullable String typeOfName;
    private @Nullable CompletableFuture<String> typeOfBytes;
    private final Hls hls;

    ServedContent(GatewayContent content, EventExecutor loop) {
        this.content = content;
        this.live = content.playable().live();
        String given = content.playable().name();
        this.name = given == null || given.isEmpty() ? content.status().get().swarm() : given;
        String said = MediaType.ofName(given);
        this.typeOfName = said == null && live ? MediaType.MPEG_TS : said;
        this.hls = hls(content.playable(), loop);
    }

    private Hls hls(Playable playable, EventExecutor loop) {
        if (typeOfName != null && !typeOfName.equals(MediaType.MPEG_TS)) {
            return Hls.NONE;
        }
        return live ? new LiveHls(playable, loop) : new FileHls(playable);
    }

    Playable playable() {
        return content.playable();
    }

    ContentStatus status() {
        return content.status().get();
    }

    boolean live() {
        return live;
    }

    /** The last step of its path. */
    String name() {
        return name;
    }

    /** Where it is, seen from the page. */
    String path() {
        return "content/" + Route.encode(name);
    }

    /** Where its playlist is, seen from the page, or null where it has none as far as is known. */
    @Nullable
    String playlistPath() {
        return MediaType.MPEG_TS.equals(typeIfKnown()) ? "hls/" + Route.encode(name) + "/index.m3u8" : null;
    }

    Hls hls() {
        return hls;
    }

    /** As RFC 9110 §8.8.3 writes it: content of one swarm is one content. */
    String entityTag() {
        return '"' + status().swarm() + '"';
    }

    /** The media type, or null while only the first bytes could tell and they are not here. */
    @Nullable
    String typeIfKnown() {
        if (typeOfName != null) {
            return typeOfName;
        }
        CompletableFuture<String> sniffed = sniffed();
        return sniffed.isCompletedExceptionally() ? null : sniffed.getNow(null);
    }

    /** The media type, unknown where nothing shows it for {@code patienceMillis}. */
    CompletableFuture<String> type(long patienceMillis) {
        return typeOfName != null
                ? CompletableFuture.completedFuture(typeOfName)
                : sniffed().copy().completeOnTimeout(MediaType.UNKNOWN, patienceMillis, TimeUnit.MILLISECONDS);
    }

    /** The length once it is known, or {@link Playable#UNKNOWN_LENGTH} where it is not after {@code patienceMillis}. */
    CompletableFuture<Long> length(EventExecutor loop, long patienceMillis) {
        CompletableFuture<Long> known = new CompletableFuture<>();
        awaitLength(loop, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMillis), known);
        return known;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it looks again or completes
    private void awaitLength(EventExecutor loop, long deadline, CompletableFuture<Long> known) {
        long length = content.playable().lengthBytes();
        if (length != Playable.UNKNOWN_LENGTH || System.nanoTime() - deadline >= 0) {
            known.complete(length);
        } else {
            loop.schedule(() -> awaitLength(loop, deadline, known), LENGTH_POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Looks at the first bytes, again where that failed before. */
    private CompletableFuture<String> sniffed() {
        if (typeOfBytes == null || typeOfBytes.isCompletedExceptionally()) {
            typeOfBytes = CompletableFuture.completedFuture(content.playable().reader(0))
                    .thenCompose(reader ->
                            head(reader, new ByteArrayOutputStream()).whenComplete((head, failure) -> reader.close()))
                    .thenApply(MediaType::ofBytes);
        }
        return Objects.requireNonNull(typeOfBytes);
    }

    private static CompletableFuture<byte[]> head(ContentReader reader, ByteArrayOutputStream soFar) {
        return reader.read(MediaType.HEAD_BYTES - soFar.size()).thenCompose(bytes -> {
            soFar.writeBytes(bytes);
            boolean enough = bytes.length == 0 || soFar.size() >= MediaType.HEAD_BYTES;
            return enough ? CompletableFuture.completedFuture(soFar.toByteArray()) : head(reader, soFar);
        });
    }

    void close() {
        hls.close();
        if (typeOfBytes != null) {
            typeOfBytes.cancel(false);
        }
    }
}
