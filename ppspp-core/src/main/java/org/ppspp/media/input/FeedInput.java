package org.ppspp.media.input;

import java.io.IOException;
import java.time.Duration;
import org.ppspp.media.ChunkCutter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what encoders deliver, and waits for the next one when one goes away. */
final class FeedInput implements LiveInput {
    private static final Logger LOG = LoggerFactory.getLogger(FeedInput.class);

    /** The largest datagram, and enough for a stream. */
    private static final int BUFFER_BYTES = 64 << 10;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final String name;
    private final Feed feed;
    private final Lifetime lifetime = new Lifetime();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private long pauseNanos = FIRST_PAUSE.toNanos();

    /** Whether anything came since the last loss. */
    private boolean received;

    FeedInput(String name, Feed feed) {
        this.name = name;
        this.feed = feed;
    }

    @Override
    public int chunkSizeBytes() {
        return ChunkCutter.TS_CHUNK_BYTES;
    }

    @Override
    public void open() throws IOException {
        try {
            feed.open(lifetime);
        } catch (IOException e) {
            throw new IOException(name + ": " + Reason.of(e), e);
        }
    }

    @Override
    public void run(Sink sink) throws InterruptedException {
        boolean told = false;
        while (!lifetime.over()) {
            received = false;
            String why = "it ended";
            try {
                deliver(sink);
            } catch (IOException e) {
                why = Reason.of(e);
            }
            if (received) {
                sink.restarted();
                told = false;
                pauseNanos = FIRST_PAUSE.toNanos();
            }
            if (!told && !lifetime.over()) {
                LOG.info("input {}: {}; waiting", name, why);
                told = true;
            }
            if (!lifetime.until(lifetime.nanos() + pauseNanos)) {
                return;
            }
            // Whoever listens bothers nobody.
            pauseNanos = feed.port() > 0 ? pauseNanos : Math.min(2 * pauseNanos, LONGEST_PAUSE.toNanos());
        }
    }

    private void deliver(Sink sink) throws IOException, InterruptedException {
        Feed.Delivery delivery = lifetime.hold(feed.next(lifetime));
        try {
            for (int length = delivery.read(buffer); length >= 0; length = delivery.read(buffer)) {
                if (!received) {
                    LOG.info("input {}: receiving", name);
                    received = true;
                }
                sink.accept(buffer, 0, length);
            }
        } finally {
            lifetime.release(delivery);
        }
    }

    @Override
    public int port() {
        return feed.port();
    }

    @Override
    public void close() {
        lifetime.end();
    }
}
