package org.ppspp.client;

import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.ppspp.FrameViewer;
import org.ppspp.Peer;
import org.ppspp.PeerConfig;
import org.ppspp.Summary;
import org.ppspp.Transfer;
import org.ppspp.TransferEvent;
import org.ppspp.TransferSnapshot;
import org.ppspp.TransferState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of the client: a peer, a transfer and what is said about them. Everything happens on the thread that runs it. */
final class Session {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final long TICK_MILLIS = 200;

    /** A seeder that is there is found in less time than this. */
    private static final long ALONE_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final Plan plan;
    private final Display display;
    private final RunRecord record;
    private final OutputStream content;
    private final StopRule rule;
    private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();

    private @Nullable FrameViewer frames;
    private @Nullable ExitCode signal;
    private boolean completionTold;
    private boolean undelivered;
    private StopRule.@Nullable Verdict verdict;
    private boolean warnedOfNobody;
    private long aloneSince;

    /** {@code content} is where it goes if it is played. */
    Session(Plan plan, Display display, RunRecord record, OutputStream content) {
        this.plan = plan;
        this.display = display;
        this.record = record;
        this.content = content;
        this.rule = new StopRule(plan.limits(), System.nanoTime());
        undelivered(plan.toStandardOutput() && !plan.live());
        this.aloneSince = System.nanoTime();
    }

    /** Asks for an orderly end, from any thread; {@code code} is that of a run that is not complete. */
    void stop(ExitCode code) {
        inbox.add(() -> signal = code);
    }

    ExitCode run() throws InterruptedException {
        Peer peer;
        try {
            peer = start();
        } catch (BindException e) {
            LOG.debug("cannot listen", e);
            display.error(ExitCode.BIND, cannotListen(e));
            return ExitCode.BIND;
        } catch (IOException e) {
            display.error(ExitCode.BIND, "cannot open sockets: " + e.getMessage());
            return ExitCode.BIND;
        }
        try (peer) {
            display.started(plan, peer.port());
            var unused = peer.terminated().whenComplete((nothing, failure) -> inbox.add(() -> peerEnded(failure)));
            Transfer transfer = peer.share(plan.request().withEvents(event -> inbox.add(() -> on(event))));
            play(transfer);
            return watch(transfer);
        }
    }

    private ExitCode watch(Transfer transfer) throws InterruptedException {
        Watching.Plan watch = plan.watching();
        if (watch == null) {
            return close(transfer, await(transfer));
        }
        StopRule.Verdict end;
        try (Watching watching = Watching.start(
                watch, transfer, this::frameFigures, code -> inbox.add(() -> playerEnded(watch, code)))) {
            rule.playing(watch.player() != null);
            display.watching(watching);
            end = await(transfer);
        } catch (BindException e) {
            end = new StopRule.Verdict(ExitCode.BIND, e.getMessage() + "; choose another port with --http");
        } catch (IOException e) {
            end = new StopRule.Verdict(ExitCode.FILE, "cannot start a player: " + e.getMessage());
        }
        return close(transfer, end);
    }

    private void playerEnded(Watching.Plan watch, int code) {
        rule.playing(false);
        String name = watch.player() == null ? "the player" : watch.player().name();
        if (code == 0) {
            display.say(Terminal.Tone.PLAIN, name + " has ended");
        } else {
            display.say(Terminal.Tone.WARNING, name + " has ended with code " + code);
        }
    }

    private String cannotListen(BindException cause) {
        String message = String.valueOf(cause.getMessage());
        String problem =
                message.contains("in use") ? "port " + plan.peer().listen().getPort() + " is in use" : message;
        return problem + "; choose another one with --listen [ADDR][:PORT], port 0 for any free one";
    }

    private Peer start() throws IOException {
        PeerConfig config = plan.peer();
        try {
            return Peer.start(config);
        } catch (BindException e) {
            if (!plan.portIsFree()) {
                throw e;
            }
            Peer peer = Peer.start(
                    config.withListen(new InetSocketAddress(config.listen().getAddress(), 0)));
            display.say(
                    Terminal.Tone.WARNING,
                    "port " + config.listen().getPort() + " is in use, taking " + peer.port()
                            + " instead; choose one with --listen :PORT");
            return peer;
        }
    }

    private void play(Transfer transfer) {
        Plan.Playing playing = plan.playing();
        if (playing == null) {
            return;
        }
        ContentSink sink = ContentSink.to(content);
        if (playing.frames() != null) {
            FrameViewer viewer = new FrameViewer(playing.frames(), () -> inbox.add(() -> rule.playing(false)));
            viewer.start();
            rule.playing(!plan.live());
            frames = viewer;
            sink = sink.showing(viewer);
        }
        Playout.start(transfer, playing, sink, end -> inbox.add(() -> playedOut(end)));
    }

    /** The figures of whoever shows frames; none where nobody does. */
    private Map<String, Number> frameFigures() {
        return frames == null ? Map.of() : frames.figures();
    }

    private void playedOut(StopRule.@Nullable Verdict end) {
        if (frames != null) {
            rule.playing(false);
        }
        if (end == null) {
            undelivered(false);
        } else {
            verdict = end;
        }
    }

    private void undelivered(boolean still) {
        undelivered = still;
        rule.undelivered(still);
    }

    private StopRule.Verdict await(Transfer transfer) throws InterruptedException {
        while (true) {
            takeNews();
            long now = System.nanoTime();
            TransferSnapshot snapshot = transfer.snapshot();
            record.observe(snapshot);
            StopRule.Verdict end = end(now, snapshot);
            // A snapshot shows completion a moment before the event is here, which is to be told first.
            if (end != null && (end.code() != ExitCode.OK || completionTold || plan.live())) {
                return end;
            }
            display.progress(now, snapshot, frameFigures());
            warnOfNobody(now, snapshot);
        }
    }

    /** Waits for news and takes in all that is there, so that none is left when the run ends. */
    private void takeNews() throws InterruptedException {
        List<Runnable> news = new ArrayList<>();
        Runnable first = inbox.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
        if (first != null) {
            news.add(first);
            inbox.drainTo(news);
        }
        news.forEach(Runnable::run);
    }

    private StopRule.@Nullable Verdict end(long now, TransferSnapshot snapshot) {
        StopRule.Verdict ruled = rule.check(now, snapshot);
        if (signal != null) {
            boolean done = plan.live() || (record.complete() && !undelivered);
            return new StopRule.Verdict(done ? ExitCode.OK : signal, "");
        }
        return verdict != null ? verdict : ruled;
    }

    private void warnOfNobody(long now, TransferSnapshot snapshot) {
        boolean nobody =
                plan.request().trackers().isEmpty() && plan.request().peers().isEmpty();
        if (snapshot.state() != TransferState.CONNECTING || snapshot.peers() > 0) {
            aloneSince = now;
            return;
        }
        if (!warnedOfNobody && (nobody || now - aloneSince >= ALONE_NANOS)) {
            warnedOfNobody = true;
            display.say(
                    Terminal.Tone.WARNING,
                    nobody
                            ? "nobody to ask: give --tracker or --peer; waiting for peers that come by themselves"
                            : "no peers yet; check --swarmid, and that a seeder is running and reachable; still looking");
        }
    }

    private void on(TransferEvent event) {
        if (event instanceof TransferEvent.TrackerReachable) {
            rule.trackerReached();
        } else if (event instanceof TransferEvent.SizeNeeded) {
            rule.sizeNeeded();
        } else if (event instanceof TransferEvent.Completed) {
            completionTold = true;
        } else if (event instanceof TransferEvent.Failed failed) {
            verdict = new StopRule.Verdict(ExitCode.FILE, failed.message());
            return;
        }
        display.event(event);
    }

    private void peerEnded(@Nullable Throwable failure) {
        if (failure != null) {
            LOG.debug("the peer ended", failure);
            verdict = new StopRule.Verdict(ExitCode.UNEXPECTED, "internal error: " + failure);
        }
    }

    private ExitCode close(Transfer transfer, StopRule.Verdict end) {
        if (end.code() != ExitCode.OK && !end.message().isEmpty()) {
            display.error(end.code(), end.message());
        }
        if (frames != null) {
            frames.close();
            record.shown(frameFigures());
        }
        transfer.close();
        record.observe(transfer.snapshot());
        Summary summary = transfer.summary();
        ExitCode code = end.code();
        if (!record.write(plan.resultsFile(), code)) {
            display.error(ExitCode.FILE, "cannot write " + plan.resultsFile());
            code = code == ExitCode.OK ? ExitCode.FILE : code;
        }
        display.ended(summary, code);
        return code;
    }
}
