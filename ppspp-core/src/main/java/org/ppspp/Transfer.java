package org.ppspp;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.engine.SwarmConfig;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.net.EngineLoop;
import org.ppspp.storage.LocalContentException;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.TransportAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One content asset, a file or a live stream, on its way here and to others, as {@link Peer#share} began it. Its methods may
 * be called from any thread.
 */
public final class Transfer implements Playable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Transfer.class);

    /** Closing waits for disks and trackers, but not for ever. */
    private static final long CLOSE_SECONDS = 5;

    private static final long LEAVE_SECONDS = 2;

    private record View(TransferSnapshot snapshot, Summary summary) {}

    private final PeerParts parts;
    private final SwarmRequest request;
    private final Consumer<Transfer> forget;
    private final SwarmId swarm;
    private final TransferTrackers trackers;
    private final @Nullable TransferAlto alto;
    private final TransferContent content;
    private final CompletableFuture<Summary> done = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> stopped = new CompletableFuture<>();
    private volatile View view;
    private volatile boolean closing;

    // From here on for the transfers' thread alone.
    private final Account account;
    private boolean open;
    private @Nullable Thread opening;
    private final List<Endpoint> named;

    /** {@code forget} is called when nothing of the transfer is left but its files. */
    Transfer(PeerParts parts, SwarmRequest request, Consumer<Transfer> forget) {
        this.parts = parts;
        this.request = request;
        this.forget = forget;
        this.swarm = request.metadata().swarmId();
        this.trackers = new TransferTrackers(parts, swarm, request.transport(), this::tell);
        this.alto = request.alto() == null ? null : new TransferAlto(parts, swarm, request.alto());
        this.content = content(request);
        this.named = new ArrayList<>(request.peers());
        this.account = Account.of(request);
        this.view = new View(account.snapshot(), account.summary(System.nanoTime()));
    }

    private TransferContent content(SwarmRequest wanted) {
        if (wanted instanceof TransferRequest file) {
            return new FileContent(parts, file, this::onLoop);
        }
        if (wanted instanceof LiveRequest live) {
            return new StreamContent(parts, live, this::onLoop, this::inputEnded);
        }
        throw new AssertionError(wanted);
    }

    public SwarmId swarm() {
        return swarm;
    }

    /**
     * Completes when the content is complete, verified and published under its name, at once for a file that was there; at the
     * source of a live stream when its input has ended, and never at a viewer. Ends with a {@link LocalContentException} where
     * the disk or the input refuses, and with a {@link java.util.concurrent.CancellationException} by {@link #close}.
     */
    public CompletableFuture<Summary> done() {
        return done.copy();
    }

    @Override
    public @Nullable String name() {
        return content.name();
    }

    @Override
    public boolean live() {
        return content.live();
    }

    @Override
    public long lengthBytes() {
        return content.lengthBytes();
    }

    @Override
    public ContentReader reader(long position) {
        return content.reader(position);
    }

    /** How many bytes from {@code position} on could be read without waiting, at most {@code maxBytes}. */
    public int buffered(long position, int maxBytes) {
        return content.buffered(position, maxBytes);
    }

    /** What of the content is stored, divided into at most {@code maxCells} parts. */
    public Coverage coverage(int maxCells) {
        return content.coverage(maxCells);
    }

    /** How things stand, as of at most a second ago. */
    public TransferSnapshot snapshot() {
        return view.snapshot();
    }

    /** What the transfer came to so far, as of at most a second ago. */
    public Summary summary() {
        return view.summary();
    }

    /** Renews what {@link #snapshot} and {@link #summary} say, soon; completes in any case. */
    public CompletableFuture<TransferSnapshot> refresh() {
        CompletableFuture<TransferSnapshot> fresh = new CompletableFuture<>();
        renewSoon(fresh::complete);
        return fresh.completeOnTimeout(view.snapshot(), 1, TimeUnit.SECONDS);
    }

    /** Names peers to contact. Their names are looked up first; one that does not exist is told as a notice. */
    public void addPeers(List<Endpoint> peers) {
        run(() -> {
            named.addAll(peers);
            if (open) {
                lookUpNamed();
            }
        });
    }

    /** The swarm must have been joined before the engine can take peers for it. */
    private void lookUpNamed() {
        List<Endpoint> peers = List.copyOf(named);
        named.clear();
        parts.blocking().execute(() -> {
            List<TransportAddress> addresses = new ArrayList<>();
            for (Endpoint peer : peers) {
                try {
                    for (InetSocketAddress address : peer.resolve()) {
                        addresses.addAll(request.transport().addresses(address));
                    }
                } catch (UnknownHostException e) {
                    tell(new TransferEvent.Notice("peer " + peer + ": host not found"));
                }
            }
            onLoop((engine, now) -> engine.addPeers(now, swarm, addresses, PeerOrigin.USER));
        });
    }

    /** Leaves the swarm and saves the state, within a few seconds. The same request resumes it. */
    @Override
    public void close() {
        try {
            stop().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.warn("swarm={} is not closed after {} s", swarm, CLOSE_SECONDS);
        } catch (ExecutionException e) {
            LOG.warn("swarm={} could not be closed cleanly: {}", swarm, String.valueOf(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void start() {
        Thread thread = new Thread(this::open, "ppspp-open");
        thread.setDaemon(true);
        run(() -> opening = thread);
        thread.start();
    }

    /** Begins to leave the swarm; completes when nothing of the transfer is left but its files. */
    CompletableFuture<@Nullable Void> stop() {
        run(() -> {
            if (closing) {
                return;
            }
            closing = true;
            content.stop();
            if (opening != null) {
                // hashing a large file takes long; it ends in notOpened()
                opening.interrupt();
            } else {
                open = false;
                parts.blocking().execute(this::leave);
            }
        });
        return stopped.copy();
    }

    /** Looks at the engine and shows what it says a moment later. */
    void renewSoon() {
        renewSoon(snapshot -> {});
    }

    private void renewSoon(Consumer<TransferSnapshot> then) {
        onLoop((engine, now) -> {
            SwarmSnapshot snapshot = engine.snapshot(swarm);
            run(() -> {
                if (snapshot != null) {
                    account.observe(System.nanoTime(), snapshot, content.live(snapshot));
                }
                then.accept(renew());
            });
        });
    }

    private void open() {
        try {
            TransferContent.Found found = content.open(this::checking);
            run(() -> opened(found));
        } catch (LocalContentException e) {
            run(() -> notOpened(e));
        } catch (RuntimeException | Error e) {
            LOG.error("swarm={} cannot be opened", swarm, e);
            run(() -> notOpened(new LocalContentException("cannot open " + content.place() + ": " + e, e)));
        }
    }

    private void checking(long doneBytes, long totalBytes) {
        run(() -> {
            account.checked(doneBytes, totalBytes);
            renew();
        });
    }

    private void notOpened(LocalContentException cause) {
        opening = null;
        if (closing) {
            left(null);
        } else {
            failed(cause);
        }
    }

    private void opened(TransferContent.Found found) {
        opening = null;
        account.joined(System.nanoTime(), found.metadata(), found.storedBytes());
        found.notices().forEach(notice -> tell(new TransferEvent.Notice(notice)));
        if (closing) {
            parts.blocking().execute(this::leave);
            return;
        }
        open = true;
        LOG.info("swarm={} {} {} bytes of it here", swarm, content.place(), found.storedBytes());
        String problem = request.exchange().problem(swarm, Instant.now());
        if (problem != null) {
            tell(new TransferEvent.Notice(problem));
        }
        SwarmConfig joining = found.config().withExchange(request.exchange().config(request.transport()));
        onLoop((engine, now) -> engine.join(now, joining));
        content.joined();
        if (found.complete()) {
            published();
        }
        renewSoon();
        lookUpNamed();
        trackers.start(request.trackers());
        if (alto != null) {
            alto.start();
        }
    }

    private void failed(LocalContentException cause) {
        content.stop();
        account.stopped(System.nanoTime());
        renew();
        tell(new TransferEvent.Failed(String.valueOf(cause.getMessage())));
        done.completeExceptionally(cause);
    }

    /** Takes in what the engine reports of this swarm, on any thread. */
    void on(EngineEvent event) {
        content.on(event);
        run(() -> take(event));
    }

    private void take(EngineEvent event) {
        if (event instanceof EngineEvent.SizeKnown known) {
            account.lengthKnown(known.contentLengthBytes());
            tell(new TransferEvent.SizeKnown(known.contentLengthBytes()));
        } else if (event instanceof EngineEvent.Completed) {
            publish();
        } else {
            TransferEvent told = told(event);
            if (told != null) {
                LOG.debug("swarm={} {}", swarm, told);
                tell(told);
            }
        }
    }

    private static @Nullable TransferEvent told(EngineEvent event) {
        if (event instanceof EngineEvent.SizeUnprovable size) {
            return new TransferEvent.SizeNeeded(size.candidateLengthBytes());
        } else if (event instanceof EngineEvent.LengthNeeded) {
            return new TransferEvent.LengthNeeded();
        } else if (event instanceof EngineEvent.StorageFailing failing) {
            return new TransferEvent.StorageFailing(failing.cause(), failing.message());
        } else if (event instanceof EngineEvent.StorageRecovered) {
            return new TransferEvent.StorageRecovered();
        } else if (event instanceof EngineEvent.ChunkLost lost) {
            return new TransferEvent.ChunkLost(lost.chunk());
        } else if (event instanceof EngineEvent.ContentRefuted) {
            return new TransferEvent.Notice(
                    "what came from peers that send no hashes does not match the swarm ID: it is fetched again");
        } else if (event instanceof EngineEvent.StreamRestarted) {
            return new TransferEvent.StreamRestarted();
        } else if (event instanceof EngineEvent.SourceEquivocates twice) {
            return new TransferEvent.SourceEquivocates(
                    twice.chunks().first(), twice.chunks().last());
        } else if (event instanceof EngineEvent.PeerConnected connected) {
            return new TransferEvent.PeerConnected(connected.address());
        } else if (event instanceof EngineEvent.PeerLost lost) {
            return new TransferEvent.PeerLost(lost.address(), lost.reason());
        } else if (event instanceof EngineEvent.PeerBanned banned) {
            return new TransferEvent.PeerBanned(banned.address(), banned.reason());
        }
        return null;
    }

    private void publish() {
        if (!open || account.isPublished()) {
            return;
        }
        renewSoon(snapshot -> parts.blocking().execute(() -> {
            try {
                content.publish();
                run(this::published);
            } catch (LocalContentException e) {
                run(() -> failed(e));
            }
        }));
    }

    /** The source of a live stream has nothing more to say; null, or why. */
    private void inputEnded(@Nullable LocalContentException problem) {
        run(() -> {
            // What ends because we close it, or have failed, has not come to its own end.
            if (closing || done.isDone()) {
                return;
            }
            if (problem == null) {
                published();
            } else {
                failed(problem);
            }
        });
    }

    private void published() {
        if (account.isPublished()) {
            return;
        }
        account.published(System.nanoTime());
        renew();
        Summary summary = summary();
        LOG.info("swarm={} complete: {}", swarm, content.place());
        done.complete(summary);
        tell(new TransferEvent.Completed(summary));
    }

    /** Takes all steps of leaving, one after the other, each for a bounded time; called where it may block. */
    private void leave() {
        if (alto != null) {
            alto.close();
        }
        CompletableFuture<?> goodbye = trackers.close();
        refresh().join();
        CompletableFuture<Boolean> left = new CompletableFuture<>();
        onLoop((engine, now) -> {
            engine.leave(now, swarm);
        });
        // Only after that are the last jobs handed out, which the files wait for.
        onLoop((engine, now) -> left.complete(true));
        left.completeOnTimeout(false, LEAVE_SECONDS, TimeUnit.SECONDS).join();
        goodbye.handle((said, failure) -> true)
                .completeOnTimeout(false, LEAVE_SECONDS, TimeUnit.SECONDS)
                .join();
        LocalContentException problem = closeContent();
        run(() -> left(problem));
    }

    private @Nullable LocalContentException closeContent() {
        try {
            content.close();
            return null;
        } catch (LocalContentException e) {
            return e;
        }
    }

    private void left(@Nullable LocalContentException problem) {
        account.stopped(System.nanoTime());
        renew();
        forget.accept(this);
        done.cancel(false);
        if (problem == null) {
            stopped.complete(null);
        } else {
            stopped.completeExceptionally(problem);
        }
    }

    /** Does {@code action} with the engine, or nothing where the loop, and with it the swarm, has come to its end. */
    private void onLoop(EngineLoop.Action action) {
        try {
            parts.loop().execute(action);
        } catch (RejectedExecutionException e) {
            LOG.debug("swarm={} the peer has stopped", swarm);
        }
    }

    private void tell(TransferEvent event) {
        run(() -> request.events().accept(event));
    }

    private TransferSnapshot renew() {
        view = new View(account.snapshot(), account.summary(System.nanoTime()));
        return view.snapshot();
    }

    /** Does {@code action} on the transfers' thread; what goes wrong in it is a bug, here or in a listener, and is told. */
    private void run(Runnable action) {
        parts.thread().execute(() -> {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                LOG.error("swarm={} failed", swarm, e);
                throw e;
            }
        });
    }
}
