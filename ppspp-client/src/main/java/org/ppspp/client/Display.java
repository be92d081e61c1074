package org.ppspp.client;

import java.io.PrintStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.ppspp.Sizes;
import org.ppspp.Summary;
import org.ppspp.TransferEvent;
import org.ppspp.TransferSnapshot;
import org.ppspp.TransferState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what happens: to humans on the terminal, to programs as JSON on standard output. */
final class Display {
    private static final Logger LOG = LoggerFactory.getLogger(Display.class);
    private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(10);
    private static final Duration BAR_INTERVAL = Duration.ofSeconds(1);
    private static final Duration LOG_INTERVAL = Duration.ofSeconds(3);
    private static final int USUAL_COLUMNS = 80;

    private final PrintStream out;
    private final Terminal terminal;
    private final OutputOptions options;
    private final OutputOptions.Progress mode;
    private final int columns;
    private final Clock clock;
    private final Ticker progressTicker;
    private final Ticker jsonTicker;
    private final Ticker logTicker;

    /** {@code terminal} shares its stream with the log; {@code columns} is its width. */
    Display(PrintStream out, Terminal terminal, OutputOptions options, OutputOptions.Progress mode, int columns) {
        this.out = out;
        this.terminal = terminal;
        this.options = options;
        this.mode = mode;
        this.columns = columns > 0 ? columns : USUAL_COLUMNS;
        this.clock = Clock.systemUTC();
        boolean bar = mode == OutputOptions.Progress.BAR;
        Duration interval = options.statsInterval;
        this.progressTicker = new Ticker(interval != null ? interval : bar ? BAR_INTERVAL : PLAIN_INTERVAL);
        this.jsonTicker = new Ticker(interval != null ? interval : BAR_INTERVAL);
        this.logTicker = new Ticker(LOG_INTERVAL);
    }

    /** How progress is shown where the user left it open. */
    static OutputOptions.Progress mode(OutputOptions options, boolean terminal) {
        if (options.quiet) {
            return OutputOptions.Progress.NONE;
        }
        if (options.progress != OutputOptions.Progress.AUTO) {
            return options.progress;
        }
        if (terminal) {
            return OutputOptions.Progress.BAR;
        }
        return options.json ? OutputOptions.Progress.NONE : OutputOptions.Progress.LINE;
    }

    void started(Plan plan, int port) {
        json(JsonReport.start(now(), plan, port));
        say(Terminal.Tone.PLAIN, "swarm " + plan.request().metadata().swarmId() + ", listening on port " + port);
        if (plan.link() != null) {
            say(Terminal.Tone.GOOD, "to be watched with ppspp-client --live '" + plan.link() + "'");
        }
    }

    /** The addresses are results that a person or a program needs at once. */
    void watching(Watching watching) {
        json(JsonReport.gateway(now(), watching));
        URI playlist = watching.playlist();
        say(Terminal.Tone.PLAIN, "watch at " + watching.page());
        say(Terminal.Tone.PLAIN, "players take " + (playlist == null ? watching.content() : playlist));
    }

    /** {@code frames} are the figures of a player of PyPPSPP's frames, if there are any. */
    void progress(long nanos, TransferSnapshot snapshot, Map<String, Number> frames) {
        if (jsonTicker.due(nanos)) {
            json(JsonReport.progress(now(), snapshot, frames));
        }
        boolean atAll = snapshot.state() != TransferState.CHECKING || snapshot.checkBytes() > 0;
        if (atAll && mode != OutputOptions.Progress.NONE && progressTicker.due(nanos)) {
            String shown = frames.isEmpty()
                    ? ""
                    : "  frames " + frames.get("frames_consumed") + "  missed " + frames.get("frames_missed");
            terminal.progress(
                    mode == OutputOptions.Progress.BAR
                            ? ProgressLine.bar(snapshot, columns - 1 - shown.length()) + shown
                            : ProgressLine.plain(snapshot) + shown);
        }
        if (logTicker.due(nanos) && LOG.isInfoEnabled()) {
            LOG.info("{}", StatsLine.of(snapshot));
        }
    }

    void event(TransferEvent event) {
        if (event instanceof TransferEvent.PeerConnected peer) {
            json(JsonReport.peer(now(), "connected", peer.address().toString(), ""));
            LOG.info("peer {} connected", peer.address());
        } else if (event instanceof TransferEvent.PeerLost peer) {
            json(JsonReport.peer(now(), "lost", peer.address().toString(), peer.reason()));
            LOG.info("peer {} lost: {}", peer.address(), peer.reason());
        } else if (event instanceof TransferEvent.PeerBanned peer) {
            json(JsonReport.peer(now(), "banned", peer.address().toString(), peer.reason()));
            LOG.warn("peer {} banned: {}", peer.address(), peer.reason());
        } else if (event instanceof TransferEvent.Completed completed) {
            complete(completed.summary());
        } else {
            Said said = said(event);
            say(said.tone(), said.text());
        }
    }

    private record Said(Terminal.Tone tone, String text) {
        static Said warning(String text) {
            return new Said(Terminal.Tone.WARNING, text);
        }

        static Said plain(String text) {
            return new Said(Terminal.Tone.PLAIN, text);
        }
    }

    private static Said said(TransferEvent event) {
        if (event instanceof TransferEvent.Notice notice) {
            return Said.warning(notice.message());
        } else if (event instanceof TransferEvent.SizeKnown size) {
            return Said.plain("the content has " + Sizes.format(size.contentLengthBytes()));
        } else if (event instanceof TransferEvent.SizeNeeded size) {
            return Said.warning("the size of this content cannot be proven (peers say " + size.candidateLengthBytes()
                    + " bytes); give --filesize or a ppspp: link");
        } else if (event instanceof TransferEvent.LengthNeeded) {
            return Said.warning(
                    "the connected peers cannot prove how long the content is; give --filesize or a link with the length");
        } else if (event instanceof TransferEvent.TrackerReachable tracker) {
            return Said.plain("tracker " + tracker.tracker() + " answers");
        } else if (event instanceof TransferEvent.TrackerUnreachable tracker) {
            return Said.warning(tracker.reason() + "; trying again");
        } else if (event instanceof TransferEvent.StorageFailing failing) {
            return Said.warning("waiting for the disk: " + failing.message());
        } else if (event instanceof TransferEvent.StorageRecovered) {
            return Said.plain("the disk works again");
        } else if (event instanceof TransferEvent.ChunkLost lost) {
            return Said.warning("chunk " + lost.chunk() + " on the disk is damaged and is fetched again");
        }
        return saidOfStream(event);
    }

    private static Said saidOfStream(TransferEvent event) {
        if (event instanceof TransferEvent.StreamRestarted) {
            return Said.warning("the source has begun the stream anew");
        } else if (event instanceof TransferEvent.SourceEquivocates twice) {
            return Said.warning("the source has signed two contents for chunks " + twice.firstChunk() + " to "
                    + twice.lastChunk() + ": its key may be in other hands");
        }
        throw new AssertionError(event);
    }

    private void complete(Summary summary) {
        json(JsonReport.complete(now(), summary));
        if (summary.file() == null) {
            say(Terminal.Tone.PLAIN, "the input has ended; sharing what there is for a while");
            return;
        }
        if (summary.downloadedBytes() > 0) {
            say(Terminal.Tone.GOOD, "complete and verified: " + summary.file());
        } else {
            say(Terminal.Tone.PLAIN, "sharing " + summary.file());
        }
    }

    /** One line that also {@code -q} lets through, and an {@code error} for programs. */
    void error(ExitCode code, String message) {
        json(JsonReport.error(now(), code, message));
        terminal.message(Terminal.Tone.ERROR, "ppspp-client: " + message);
    }

    /** The end; the path of the complete file is the result, on standard output. */
    void ended(Summary summary, ExitCode code) {
        terminal.clear();
        json(JsonReport.summary(now(), summary, code));
        if (summary.complete() || summary.downloadedBytes() > 0 || summary.uploadedBytes() > 0) {
            say(Terminal.Tone.PLAIN, SummaryText.of(summary));
        }
        if (!options.json && summary.complete() && summary.file() != null) {
            out.println(summary.file());
        }
    }

    void say(Terminal.Tone tone, String text) {
        if (!options.quiet) {
            terminal.message(tone, text);
        }
    }

    private void json(String line) {
        if (options.json) {
            out.println(line);
            out.flush();
        }
    }

    private Instant now() {
        return clock.instant();
    }
}
