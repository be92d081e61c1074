package org.ppspp;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.integrity.SignedSegment;
import org.ppspp.media.input.LiveInput;
import org.ppspp.net.EngineLoop;
import org.ppspp.storage.LocalContentException;
import org.ppspp.storage.RingStore;
import org.ppspp.storage.StreamPosition;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.SwarmId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The source of a live stream: a thread reads its input, cuts it into chunks, keeps and signs them. */
final class LiveBroadcast implements LiveInput.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(LiveBroadcast.class);

    /** Chunks wait no longer than this for those they are signed with, in a stream that can be filled up. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Without a tree nothing has to wait; together costs less. */
    private static final long TICK_MILLIS = 100;

    /** Signed segments on their way to the engine; a faster input is held back. */
    private static final int MAX_UNDER_WAY = 64;

    /** A viewer refuses what is further from the future than this (rule R27). */
    private static final long MAX_AHEAD_MICROS = TimeUnit.SECONDS.toMicros(10);

    private static final int PIECE_BYTES = 64 << 10;

    private final PeerParts parts;
    private final LiveSource source;
    private final SwarmId swarm;
    private final Consumer<EngineLoop.Action> loop;
    private final Consumer<@Nullable LocalContentException> ended;
    private final Semaphore room = new Semaphore(MAX_UNDER_WAY);
    private volatile boolean stopped;

    // From here on guarded by this.
    private @Nullable StreamPosition position;
    private @Nullable StreamSigner signer;
    private @Nullable Thread thread;
    private @Nullable Future<?> ticking;
    private long waitingSince;

    /** {@code loop} does what is to be done with the engine; {@code ended} hears of the end of the input: null, or a failure. */
    LiveBroadcast(
            PeerParts parts,
            LiveSource source,
            Consumer<EngineLoop.Action> loop,
            Consumer<@Nullable LocalContentException> ended) {
        this.parts = parts;
        this.source = source;
        this.swarm = source.metadata().swarmId();
        this.loop = loop;
        this.ended = ended;
    }

    /** Makes ready to read the input and to put what is signed into {@code ring}; returns what the user should know. */
    synchronized List<String> open(RingStore ring) throws LocalContentException {
        Path file = source.positionFile();
        StreamPosition opened = file == null ? null : StreamPosition.open(file);
        position = opened;
        try {
            source.input().open();
        } catch (IOException e) {
            if (opened != null) {
                opened.close();
            }
            throw new LocalContentException("cannot read the input: " + LocalContentException.reason(e), e);
        }
        StreamSigner made = new StreamSigner(source, parts.liveForm(), ring, opened, this::signed);
        signer = made;
        return notices(made);
    }

    private static List<String> notices(StreamSigner made) {
        long last = made.lastTime();
        if (last != NtpTime.UNKNOWN && NtpTime.microsBetween(StreamContent.ntpNow(), last) > MAX_AHEAD_MICROS) {
            return List.of(
                    "the clock is behind the last signature of this stream: viewers will refuse what is signed now");
        }
        return List.of();
    }

    /** Begins to read: the swarm is joined. */
    synchronized void start() {
        Thread reading = new Thread(this::read, "ppspp-input");
        reading.setDaemon(true);
        thread = reading;
        ticking = parts.thread().scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        if (!stopped) {
            reading.start();
        }
    }

    private void read() {
        try {
            source.input().run(this);
            finish();
            LOG.info("swarm={} the input has ended", swarm);
            ended.accept(null);
        } catch (IOException e) {
            ended.accept(new LocalContentException("the input ended: " + LocalContentException.reason(e), e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.error("swarm={} reading the input failed", swarm, e);
            ended.accept(new LocalContentException("internal error: " + e, e));
        }
    }

    @Override
    public void accept(byte[] bytes, int offset, int length) throws InterruptedException {
        for (int done = 0; done < length && !stopped; done += PIECE_BYTES) {
            sign(bytes, offset + done, Math.min(PIECE_BYTES, length - done));
            // One piece may have made more segments than there is room for; the next one waits.
            room.acquire();
            room.release();
        }
    }

    private synchronized void sign(byte[] bytes, int offset, int length) {
        StreamSigner open = signer;
        if (open == null) {
            return;
        }
        try {
            if (open.accept(bytes, offset, length)) {
                waitingSince = System.nanoTime();
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private synchronized void finish() throws IOException {
        StreamSigner open = signer;
        if (open != null) {
            open.finish();
        }
    }

    @Override
    public synchronized void restarted() {
        StreamSigner open = signer;
        if (open != null) {
            open.interrupt();
        }
    }

    /** Signs what has waited long enough. */
    private synchronized void tick() {
        StreamSigner open = signer;
        if (open != null && System.nanoTime() - waitingSince >= PATIENCE_NANOS) {
            waitingSince = System.nanoTime();
            try {
                open.flush();
            } catch (IOException e) {
                fail(e);
            }
        }
    }

    private void fail(IOException cause) {
        signer = null;
        ended.accept(new LocalContentException(String.valueOf(cause.getMessage()), cause));
    }

    /** Hands over what is signed and kept. */
    private void signed(SignedSegment segment) {
        boolean counted = room.tryAcquire();
        loop.accept((engine, now) -> {
            if (counted) {
                room.release();
            }
            engine.append(now, swarm, segment);
        });
    }

    /** Ends reading. Comes also where {@link #open} failed or never was. */
    void stop() {
        stopped = true;
        source.input().close();
        Thread reading;
        synchronized (this) {
            reading = thread;
            if (ticking != null) {
                ticking.cancel(false);
            }
        }
        if (reading != null) {
            reading.interrupt();
        }
    }

    /** Signs no more. */
    synchronized void close() {
        signer = null;
        if (position != null) {
            position.close();
        }
    }
}
