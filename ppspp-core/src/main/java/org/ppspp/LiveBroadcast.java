package org.ppspp;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.ExchangeConfig;
import org.ppspp.engine.SwarmConfig;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.integrity.SignedSegment;
import org.ppspp.media.input.LiveInput;
import org.ppspp.net.EngineLoop;
import org.ppspp.storage.LocalContentException;
import org.ppspp.storage.Progress;
import org.ppspp.storage.StreamPosition;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.SwarmId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A live stream that starts here: a thread reads its input, cuts it into chunks, keeps and signs them. */
final class LiveBroadcast implements TransferContent, LiveInput.Sink {
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
    private final LiveWindow window;
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
            LiveRequest request,
            LiveSource source,
            Consumer<EngineLoop.Action> loop,
            Consumer<@Nullable LocalContentException> ended) {
        this.parts = parts;
        this.source = source;
        this.swarm = request.metadata().swarmId();
        this.loop = loop;
        this.ended = ended;
        this.window = new LiveWindow(parts, request, loop);
    }

    @Override
    public String place() {
        return "live stream";
    }

    @Override
    public String name() {
        return window.name();
    }

    @Override
    public boolean live() {
        return true;
    }

    @Override
    public long lengthBytes() {
        return UNKNOWN_LENGTH;
    }

    @Override
    public ContentReader reader(long place) {
        return window.playback().reader();
    }

    @Override
    public int buffered(long place, int maxBytes) {
        return window.playback().buffered(place, maxBytes);
    }

    @Override
    public Coverage coverage(int maxCells) {
        return window.playback().coverage(maxCells);
    }

    @Override
    public synchronized Found open(Progress checking) throws LocalContentException {
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
        StreamSigner made = new StreamSigner(source, window.ring(), opened, this::signed);
        signer = made;
        window.open();
        SwarmMetadata metadata = window.metadata();
        SwarmConfig config =
                SwarmConfig.live(metadata, LiveViewing.config(metadata).asSource(), ExchangeConfig.OFF);
        return new Found(metadata, config, 0, false, notices(made));
    }

    private List<String> notices(StreamSigner made) {
        List<String> notices = new ArrayList<>(window.notices());
        long last = made.lastTime();
        if (last != NtpTime.UNKNOWN && NtpTime.microsBetween(LiveWindow.ntpNow(), last) > MAX_AHEAD_MICROS) {
            notices.add(
                    "the clock is behind the last signature of this stream: viewers will refuse what is signed now");
        }
        return notices;
    }

    @Override
    public synchronized void joined() {
        window.joined();
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

    @Override
    public void on(EngineEvent event) {
        // A source hears nothing of its own stream.
    }

    @Override
    public void publish() {
        throw new IllegalStateException("nothing of a stream is published");
    }

    @Override
    public @Nullable LiveStatus live(SwarmSnapshot snapshot) {
        return window.status(snapshot);
    }

    @Override
    public void stop() {
        stopped = true;
        source.input().close();
        window.playback().close();
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

    @Override
    public void close() throws LocalContentException {
        synchronized (this) {
            signer = null;
            if (position != null) {
                position.close();
            }
        }
        window.close();
    }
}
