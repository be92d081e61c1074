package org.ppspp.media.input;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The body of an answer that has no end, read as it comes; unlike the JDK's, it notices when nothing comes any more. */
final class StreamBody implements BodySubscriber<StreamBody>, Feed.Delivery {
    /** What comes next, or why nothing does. */
    private record Part(List<ByteBuffer> buffers, @Nullable Throwable end) {}

    /** One that is asked for, and the end. */
    private static final int MAX_PARTS = 3;

    private final BlockingQueue<Part> parts = new ArrayBlockingQueue<>(MAX_PARTS);
    private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>();
    private volatile @Nullable Subscription subscription;

    @Override
    public CompletionStage<StreamBody> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Subscription offered) {
        subscription = offered;
        offered.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        offer(new Part(item, null));
    }

    @Override
    public void onError(Throwable cause) {
        offer(new Part(List.of(), cause));
    }

    @Override
    public void onComplete() {
        offer(new Part(List.of(), new IOException("the server ended the stream")));
    }

    /** There is always room: no part comes that was not asked for, and one end. */
    private void offer(Part part) {
        if (!parts.offer(part)) {
            throw new IllegalStateException("more than was asked for");
        }
    }

    @Override
    public int read(byte[] buffer) throws IOException {
        while (buffers.isEmpty()) {
            fill();
        }
        ByteBuffer next = buffers.element();
        int length = Math.min(buffer.length, next.remaining());
        next.get(buffer, 0, length);
        if (!next.hasRemaining()) {
            buffers.remove();
        }
        return length;
    }

    private void fill() throws IOException {
        Part part;
        try {
            part = parts.poll(Feeds.SILENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
        if (part == null) {
            throw new SocketTimeoutException();
        }
        Throwable end = part.end();
        if (end != null) {
            throw end instanceof IOException failure ? failure : new IOException(end);
        }
        part.buffers().stream().filter(ByteBuffer::hasRemaining).forEach(buffers::add);
        Subscription source = subscription;
        if (source != null) {
            source.request(1);
        }
    }

    @Override
    public void close() {
        Subscription source = subscription;
        if (source != null) {
            source.cancel();
        }
        // Whoever waits for more need not.
        parts.offer(new Part(List.of(), new IOException("closed")));
    }
}
