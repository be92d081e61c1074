package org.ppspp;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.ppspp.discovery.HostLookup;
import org.ppspp.engine.Dialect;
import org.ppspp.engine.Engine;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.EngineEvent;
import org.ppspp.net.EngineLoop;
import org.ppspp.net.NetConfig;
import org.ppspp.storage.StorageWorkers;
import org.ppspp.wire.SwarmId;

/**
 * A PPSPP peer: its sockets, its threads and the transfers that share them. Its methods may be called from any thread.
 *
 * <pre>{@code
 * try (Peer peer = Peer.start(PeerConfig.defaults())) {
 *     Transfer transfer = peer.share(TransferRequest.of(metadata, Path.of("film.mp4")).withTrackers(trackers));
 *     Summary summary = transfer.done().join();
 * }
 * }</pre>
 */
public final class Peer implements AutoCloseable {
    private static final long SNAPSHOT_SECONDS = 1;
    private static final long CLOSE_SECONDS = 5;

    private final EngineLoop loop;
    private final StorageWorkers workers;
    private final ScheduledExecutorService thread;
    private final ExecutorService blocking;
    private final PeerParts parts;
    private final Map<SwarmId, Transfer> transfers = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Future<?> refreshing;

    private Peer(PeerConfig config, EngineLoop loop) {
        this.loop = loop;
        // what comes after the end concerns nobody
        this.thread =
                new ScheduledThreadPoolExecutor(1, daemons("ppspp-transfers"), new ThreadPoolExecutor.DiscardPolicy());
        this.blocking = Executors.newCachedThreadPool(daemons("ppspp-blocking"));
        this.workers = new StorageWorkers(config.storageThreads(), PooledByteBufAllocator.DEFAULT, loop::completed);
        this.parts = new PeerParts(
                loop,
                workers,
                thread,
                blocking,
                HostLookup.system(),
                Dialect.liveForm(config.engine().dialect()),
                OwnAddresses.find(loop.port()));
        Engine engine = new Engine(engineConfig(config.engine()), loop.epochMicros(), new SecureRandom());
        loop.run(engine, workers::submit, this::dispatch);
        refreshing = thread.scheduleAtFixedRate(this::refresh, SNAPSHOT_SECONDS, SNAPSHOT_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Starts a peer that listens.
     *
     * @throws java.net.BindException naming the address that cannot be listened on
     */
    public static Peer start(PeerConfig config) throws IOException {
        InetSocketAddress listen = config.listen();
        NetConfig net = NetConfig.onPort(listen.getPort());
        InetAddress address = listen.getAddress();
        if (address == null) {
            throw new IOException("cannot listen on " + listen.getHostString() + ": host not found");
        }
        return new Peer(
                config, EngineLoop.open(address.isAnyLocalAddress() ? net : net.withAddresses(List.of(address))));
    }

    /** What the sockets hold is what the engine may let peers send at once. */
    private EngineConfig engineConfig(EngineConfig config) {
        return new EngineConfig(
                config.maxPeersPerSwarm(),
                config.maxUploadBytesPerSecond(),
                config.maxDownloadBytesPerSecond(),
                config.maxDatagramBytes(),
                Math.min(config.receiveBufferBytes(), loop.receiveBufferBytes()),
                config.ledbat(),
                config.dialect());
    }

    /** The port of all sockets, UDP and TCP. */
    public int port() {
        return loop.port();
    }

    /** What is listened on. */
    public List<InetSocketAddress> addresses() {
        return loop.udpAddresses();
    }

    /** Completes when the peer is closed, exceptionally if an error inside it was the reason. */
    public CompletableFuture<Void> terminated() {
        return loop.terminated();
    }

    /**
     * Begins a transfer. A file is shared if it is there and matches, else downloaded; a live stream is watched, or sent where we
     * are its source. Returns at once; what is on the disk is looked at in the background.
     *
     * @throws IllegalStateException if this peer is in that swarm already, or closed
     */
    public Transfer share(SwarmRequest request) {
        if (closed.get()) {
            throw new IllegalStateException("the peer is closed");
        }
        SwarmId swarm = request.metadata().swarmId();
        Transfer transfer = new Transfer(parts, request, stopped -> transfers.remove(swarm, stopped));
        if (transfers.putIfAbsent(swarm, transfer) != null) {
            throw new IllegalStateException("already in swarm " + swarm);
        }
        transfer.start();
        return transfer;
    }

    /** Leaves every swarm, saves all states and closes the sockets, within a few seconds. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        List<CompletableFuture<@Nullable Void>> stopping = new ArrayList<>();
        for (Transfer transfer : transfers.values()) {
            stopping.add(transfer.stop());
        }
        CompletableFuture.allOf(stopping.toArray(CompletableFuture[]::new))
                .exceptionally(failure -> null)
                .completeOnTimeout(null, CLOSE_SECONDS, TimeUnit.SECONDS)
                .join();
        loop.close();
        workers.close();
        blocking.shutdownNow();
        refreshing.cancel(false);
        thread.shutdown();
    }

    private void refresh() {
        transfers.values().forEach(Transfer::renewSoon);
    }

    /** Called on the loop's thread. */
    private void dispatch(EngineEvent event) {
        SwarmId swarm = event.swarm();
        Transfer transfer = swarm == null ? null : transfers.get(swarm);
        if (transfer != null) {
            transfer.on(event);
        }
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread made = new Thread(task, name + '-' + count.incrementAndGet());
            made.setDaemon(true);
            return made;
        };
    }
}
