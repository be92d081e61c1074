package org.ppspp.client;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ppspp.TransferSnapshot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the results file will say, gathered while the run goes on. */
final class RunRecord {
    private static final Logger LOG = LoggerFactory.getLogger(RunRecord.class);

    private final Clock clock;
    private final Map<String, Object> arguments;
    private final PeerTotals peers = new PeerTotals();
    private final BigDecimal start;

    private BigDecimal contentStart;
    private @Nullable BigDecimal contentEnd;
    private boolean startSource;
    private boolean downloading;
    private @Nullable TransferSnapshot last;
    private Map<String, Number> frames = Map.of();

    RunRecord(Clock clock, Map<String, Object> arguments) {
        this.clock = clock;
        this.arguments = arguments;
        this.start = now();
        this.contentStart = start;
    }

    void observe(TransferSnapshot snapshot) {
        last = snapshot;
        peers.observe(snapshot.swarm());
        switch (snapshot.state()) {
            case CHECKING -> contentStart = now();
            case CONNECTING, DOWNLOADING, STREAMING, PAUSED_DISK -> downloading = true;
            case SEEDING -> {
                if (contentEnd == null) {
                    contentEnd = now();
                    startSource = !downloading;
                }
            }
            case STOPPED -> {}
        }
    }

    /** Takes the figures of a player of frames; none where there was no such player. */
    void shown(Map<String, Number> figures) {
        frames = figures;
    }

    /** Whether the content was seen complete. */
    boolean complete() {
        return contentEnd != null;
    }

    /** Writes the results where there is a file for them; false if that failed. */
    boolean write(@Nullable Path file, ExitCode code) {
        TransferSnapshot snapshot = last;
        if (file == null || snapshot == null) {
            return true;
        }
        ResultsFile.Run run =
                new ResultsFile.Run(arguments, start, now(), startSource, contentStart, contentEnd, frames, code);
        try {
            ResultsFile.write(file, ResultsFile.of(run, snapshot.swarm(), peers.totals()));
            return true;
        } catch (IOException e) {
            LOG.debug("cannot write {}", file, e);
            return false;
        }
    }

    private BigDecimal now() {
        return BigDecimal.valueOf(clock.millis(), 3);
    }
}
