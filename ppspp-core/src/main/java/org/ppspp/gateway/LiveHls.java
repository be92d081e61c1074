package org.ppspp.gateway;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.ppspp.ContentReader;
import org.ppspp.Playable;
import org.ppspp.media.TsSegment;
import org.ppspp.media.TsSegmenter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The newest pieces of a live stream, cut at key frames while somebody asks for them. */
final class LiveHls implements Hls {
    private static final Logger LOG = LoggerFactory.getLogger(LiveHls.class);

    private static final long PIECE_MICROS = 2_000_000;

    /** So many pieces are listed at first, and at most. */
    private static final int FIRST_PIECES = 2;

    private static final int LISTED_PIECES = 6;

    /** Players may still be at what is listed no more. */
    private static final int KEPT_PIECES = LISTED_PIECES + 3;

    private static final long KEPT_BYTES = 32L << 20;

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int READ_BYTES = 64 << 10;

    private final Playable playable;
    private final EventExecutor loop;
    private final Deque<TsSegment> segments = new ArrayDeque<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private @Nullable ContentReader reader;
    private @Nullable TsSegmenter segmenter;
    private long firstNumber;
    private long discontinuities;
    private long keptBytes;
    private long longestMicros = PIECE_MICROS;
    private long askedAt;

    /** Who asked before there was anything to list. */
    private record Waiting(String base, CompletableFuture<@Nullable String> answer) {}

    LiveHls(Playable playable, EventExecutor loop) {
        this.playable = playable;
        this.loop = loop;
    }

    @Override
    public CompletableFuture<@Nullable String> playlist(String base) {
        askedAt = System.nanoTime();
        if (reader == null) {
            begin();
        }
        CompletableFuture<@Nullable String> answer = new CompletableFuture<>();
        if (segments.size() >= FIRST_PIECES) {
            answer.complete(text(base));
        } else {
            // Others have lost patience meanwhile.
            waiting.removeIf(each -> each.answer().isDone());
            waiting.add(new Waiting(base, answer));
        }
        return answer;
    }

    @Override
    public @Nullable Piece piece(long number) {
        askedAt = System.nanoTime();
        long index = number - firstNumber;
        for (TsSegment each : segments) {
            if (index-- == 0) {
                return new Piece(each.bytes(), each.position(), each.bytes().length);
            }
        }
        return null;
    }

    private void begin() {
        segmenter = new TsSegmenter(PIECE_MICROS, this::add);
        reader = playable.reader(0);
        read(reader);
    }

    private void read(ContentReader from) {
        var unused = from.read(READ_BYTES)
                .whenComplete((bytes, failure) -> loop.execute(() -> arrived(from, bytes, failure)));
    }

    private void arrived(ContentReader from, byte @Nullable [] bytes, @Nullable Throwable failure) {
        if (from != reader || segmenter == null) {
            return;
        }
        if (bytes == null || bytes.length == 0 || System.nanoTime() - askedAt > IDLE_NANOS) {
            LOG.debug("no more pieces are cut: {}", failure == null ? "nobody asks or the end" : failure.toString());
            close();
            return;
        }
        // bytes may be lost in front of these: the reader knows where they end
        segmenter.accept(from.position() - bytes.length, bytes, 0, bytes.length);
        read(from);
    }

    private void add(TsSegment segment) {
        segments.add(segment);
        keptBytes += segment.bytes().length;
        longestMicros = Math.max(longestMicros, segment.durationMicros());
        while (segments.size() > KEPT_PIECES || (keptBytes > KEPT_BYTES && segments.size() > FIRST_PIECES)) {
            forgetOldest();
        }
        if (segments.size() >= FIRST_PIECES) {
            waiting.forEach(each -> each.answer().complete(text(each.base())));
            waiting.clear();
        }
    }

    private void forgetOldest() {
        TsSegment oldest = segments.remove();
        keptBytes -= oldest.bytes().length;
        discontinuities += breaks(oldest, firstNumber) ? 1 : 0;
        firstNumber++;
    }

    /** Nothing goes on at the very first. */
    private static boolean breaks(TsSegment segment, long number) {
        return segment.discontinuous() && number > 0;
    }

    private String text(String base) {
        int unlisted = Math.max(0, segments.size() - LISTED_PIECES);
        long number = firstNumber;
        StringBuilder pieces = new StringBuilder();
        long passed = discontinuities;
        for (TsSegment each : segments) {
            boolean breaks = breaks(each, number);
            if (number - firstNumber < unlisted) {
                passed += breaks ? 1 : 0;
            } else {
                pieces.append(breaks ? "#EXT-X-DISCONTINUITY\n" : "");
                pieces.append(String.format(
                        Locale.ROOT, "#EXTINF:%.3f,\n%s%d.ts\n", each.durationMicros() / 1e6, base, number));
            }
            number++;
        }
        return "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:" + (longestMicros + 999_999) / 1_000_000
                + "\n#EXT-X-MEDIA-SEQUENCE:" + (firstNumber + unlisted)
                + "\n#EXT-X-DISCONTINUITY-SEQUENCE:" + passed + '\n' + pieces;
    }

    /** Ends cutting, for now; whoever asks again begins it anew. */
    @Override
    public void close() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
        segmenter = null;
        while (!segments.isEmpty()) {
            forgetOldest();
        }
        waiting.forEach(each -> each.answer().complete(null));
        waiting.clear();
    }
}
