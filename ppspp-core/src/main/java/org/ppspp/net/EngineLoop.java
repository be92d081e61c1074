package org.ppspp.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.Engine;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.StorageResult;
import org.ppspp.wire.TransportAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives an {@link Engine} with sockets, timers and storage results, all on one thread, {@code ppspp-loop}.
 *
 * <pre>{@code
 * EngineLoop loop = EngineLoop.open(config);
 * Engine engine = new Engine(engineConfig, loop.epochMicros(), random);
 * loop.run(engine, workers::submit, events);            // workers answer with loop::completed
 * loop.execute((e, now) -> e.join(now, swarm));
 * }</pre>
 *
 * <p>An error in the engine, or in what it is connected to here, stops the peer: {@link #terminated} completes with it.
 */
public final class EngineLoop implements AutoCloseable {
    /** What to do with the engine on its thread. */
    @FunctionalInterface
    public interface Action {
        /** {@code now} is what the engine takes as the time. */
        void run(Engine engine, long now);
    }

    private static final Logger LOG = LoggerFactory.getLogger(EngineLoop.class);

    private static final long ORIGIN = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);

    private static final int MAX_RESULTS_PER_ROUND = 1024;

    /** Together within the two seconds that {@link #close} promises. */
    private static final long JOBS_GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(1200);

    private static final long FLUSH_GRACE_MILLIS = 300;
    private static final long CLOSE_MILLIS = 2000;

    private final long epochMicros;
    private final PeerSockets sockets;
    private final CompletableFuture<Void> terminated = new CompletableFuture<>();
    private final Queue<StorageResult> results = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean resultsPosted = new AtomicBoolean();
    private final AtomicBoolean started = new AtomicBoolean();

    // From here on for the loop's thread only. The pump is null before the start and after the end.
    private final LoopTimer timer;
    private @Nullable Pump pump;
    private boolean pumping;
    private boolean pumpAgain;
    private boolean pumpPosted;
    private boolean closing;
    private boolean ended;

    /** The engine's time: from one second on, as what {@link System#nanoTime} counts from may lie in the future. */
    static long now() {
        return System.nanoTime() - ORIGIN;
    }

    private EngineLoop(NetConfig config) throws IOException {
        epochMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) - now() / 1000;
        sockets = PeerSockets.open(config, new Inlet());
        timer = new LoopTimer(sockets.eventLoop(), this::timeout);
    }

    /**
     * Binds the sockets; nothing is read before {@link #run}. Must be closed.
     *
     * @throws java.net.BindException naming the address that cannot be listened on
     */
    public static EngineLoop open(NetConfig config) throws IOException {
        return new EngineLoop(config);
    }

    /** Starts to drive {@code engine}, which nobody else touches from now on. {@code events} is called on the loop's thread. */
    public void run(Engine engine, JobRunner jobs, Consumer<EngineEvent> events) {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("runs already");
        }
        sockets.eventLoop().execute(() -> {
            pump = new Pump(engine, jobs, events, sockets);
            sockets.start();
            pump();
        });
    }

    /**
     * Does {@code action} on the loop's thread, and then what follows from it. It is dropped if the loop ends before.
     *
     * @throws RejectedExecutionException if the loop has ended
     */
    public void execute(Action action) {
        if (!started.get()) {
            throw new IllegalStateException("does not run yet");
        }
        sockets.eventLoop().execute(() -> {
            enter(action);
            pump();
        });
    }

    /** Takes in the answer to a job, from any thread. */
    public void completed(StorageResult result) {
        results.add(result);
        if (resultsPosted.compareAndSet(false, true)) {
            try {
                sockets.eventLoop().execute(this::takeResults);
            } catch (RejectedExecutionException e) {
                discardResults();
            }
        }
    }

    /** The engine's time zero: the time in microseconds since 1970 is this plus {@code now / 1000}. */
    public long epochMicros() {
        return epochMicros;
    }

    /** What the smallest UDP socket holds of what we have not read yet, as the system granted it. */
    public int receiveBufferBytes() {
        return sockets.receiveBufferBytes();
    }

    /** What is listened on, over UDP and over TCP alike. */
    public List<InetSocketAddress> udpAddresses() {
        return sockets.addresses();
    }

    /** The port number of all sockets. */
    public int port() {
        return sockets.addresses().get(0).getPort();
    }

    /** The loop's thread, for others whose work is small and never blocks. */
    public EventLoop eventLoop() {
        return sockets.eventLoop();
    }

    /** The type of TCP connection that goes with {@link #eventLoop}. */
    public Class<? extends SocketChannel> socketChannelType() {
        return sockets.socketChannelType();
    }

    public NetCounters counters() {
        return sockets.tally().read();
    }

    /** Completes when all sockets are closed, exceptionally if an error was the reason. */
    public CompletableFuture<Void> terminated() {
        return terminated.copy();
    }

    /**
     * Waits for jobs under way, says farewell to all peers and closes the sockets, within two seconds. On the loop's own
     * thread it only starts to do so.
     */
    @Override
    public void close() {
        try {
            sockets.eventLoop().execute(this::beginClose);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed already");
        }
        if (!sockets.eventLoop().inEventLoop()) {
            try {
                terminated.exceptionally(error -> null).get(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                LOG.warn("sockets are still closing");
            }
        }
    }

    private void beginClose() {
        if (closing) {
            return;
        }
        closing = true;
        if (pump == null) {
            end(null);
        } else {
            long now = now();
            timer.cancel();
            timer.arm(now, now + JOBS_GRACE_NANOS);
            pump();
        }
    }

    /** Engine errors end here: nothing the engine says after one can be trusted. */
    private void enter(Action action) {
        if (pump == null) {
            return;
        }
        try {
            action.run(pump.engine(), now());
        } catch (RuntimeException | Error e) {
            if (!ended) {
                LOG.error("internal error, the peer stops", e);
                end(e);
            }
        }
    }

    private void takeResults() {
        resultsPosted.set(false);
        Pump taker = pump;
        if (taker == null) {
            discardResults();
            return;
        }
        enter((engine, now) -> {
            StorageResult result = results.poll();
            for (int i = 1; result != null; i++) {
                taker.completed(now, result);
                result = i < MAX_RESULTS_PER_ROUND ? results.poll() : null;
            }
        });
        if (!results.isEmpty() && resultsPosted.compareAndSet(false, true)) {
            sockets.eventLoop().execute(this::takeResults);
        }
        pump();
    }

    /** With no engine left to take them. */
    private void discardResults() {
        for (StorageResult result = results.poll(); result != null; result = results.poll()) {
            if (result instanceof StorageResult.Content content) {
                content.content().release();
            }
        }
        resultsPosted.set(false);
    }

    private void timeout() {
        if (closing) {
            farewell();
            return;
        }
        enter((engine, now) -> {
            if (engine.nextTimeout() <= now) {
                engine.timeout(now);
            }
        });
        pump();
    }

    /** One round. What calls this again from within, by way of a transport, gets another round soon. */
    private void pump() {
        if (pumping) {
            pumpAgain = true;
            return;
        }
        pumping = true;
        pumpAgain = false;
        enter(this::round);
        pumping = false;
    }

    private void round(Engine engine, long now) {
        Pump current = Objects.requireNonNull(pump);
        boolean more = closing ? current.handOver() : current.run(now);
        if (more || pumpAgain) {
            postPump();
        } else if (closing && current.jobsUnanswered() == 0) {
            farewell();
        }
        if (!closing) {
            timer.arm(now, engine.nextTimeout());
        }
    }

    private void postPump() {
        if (!pumpPosted) {
            pumpPosted = true;
            sockets.eventLoop().execute(() -> {
                pumpPosted = false;
                pump();
            });
        }
    }

    private void farewell() {
        Pump last = pump;
        if (last == null) {
            return;
        }
        if (last.jobsUnanswered() == 0) {
            enter((engine, now) -> last.farewell(now));
        } else {
            LOG.warn("{} storage jobs are unanswered; leaving without a word to peers", last.jobsUnanswered());
        }
        end(null);
    }

    private void end(@Nullable Throwable failure) {
        if (ended) {
            return;
        }
        ended = true;
        closing = true;
        timer.cancel();
        if (pump != null) {
            pump.release();
            pump = null;
        }
        sockets.close(FLUSH_GRACE_MILLIS);
        sockets.terminated().addListener(closed -> {
            if (failure == null) {
                terminated.complete(null);
            } else {
                terminated.completeExceptionally(failure);
            }
        });
    }

    /** What the transports bring. Farewells are one-sided: nothing comes in once the loop is closing. */
    private final class Inlet implements Receiver {
        @Override
        public void received(TransportAddress from, ByteBuf content) {
            if (!closing) {
                enter((engine, now) -> engine.receive(now, from, content));
            }
        }

        @Override
        public void closed(TransportAddress address) {
            if (!closing) {
                enter((engine, now) -> engine.closed(now, address));
            }
        }

        @Override
        public void writable(TransportAddress address, boolean writable) {
            if (!closing) {
                enter((engine, now) -> engine.writable(address, writable));
            }
        }

        @Override
        public void ready() {
            pump();
        }
    }
}
