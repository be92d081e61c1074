package org.ppspp.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.ppspp.TransferSnapshot;
import org.ppspp.TransferState;
import org.ppspp.engine.LiveSnapshot;

/** Decides when a transfer has come to its end, and how it ended. Time is in nanoseconds of one monotonic clock. */
final class StopRule {
    /** How long no tracker may answer before a download that has nowhere else to ask gives up. */
    static final Duration TRACKER_GRACE = Duration.ofSeconds(30);

    /**
     * What the user asked for.
     *
     * @param timeout how long nothing useful may come, or null
     * @param timeLimit for the whole run, or null
     * @param seedTime how long to share after completion, or null
     * @param seedRatio how often to give the content away, or null
     * @param exitWhenComplete end on completion where neither of these two is given
     * @param trackersAlone whether trackers are the only source of peers
     * @param live whether this is a live stream, which has no end of its own
     */
    record Limits(
            @Nullable Duration timeout,
            @Nullable Duration timeLimit,
            @Nullable Duration seedTime,
            @Nullable Double seedRatio,
            boolean exitWhenComplete,
            boolean trackersAlone,
            boolean live) {}

    /** The end: the code, and a line that says what to do where something went wrong. */
    record Verdict(ExitCode code, String message) {}

    private final Limits limits;
    private final long start;

    private long bytesSeen = -1;
    private long openSince;
    private long lastProgress;
    private long completeSince;
    private boolean complete;
    private boolean progressed;
    private boolean trackerReached;
    private boolean peerSeen;
    private boolean sizeNeeded;
    private boolean undelivered;
    private boolean playing;

    StopRule(Limits limits, long now) {
        this.limits = limits;
        this.start = now;
        this.openSince = now;
        this.lastProgress = now;
    }

    /** A tracker answered. */
    void trackerReached() {
        trackerReached = true;
    }

    /** Somebody is still reading the content: until he has all of it nothing is complete. */
    void undelivered(boolean still) {
        undelivered = still;
    }

    /** Nobody can prove the content length: the user has to give it. */
    void sizeNeeded() {
        sizeNeeded = true;
    }

    /** Whether the player that was started is still running: nothing ends under it because it is complete. */
    void playing(boolean running) {
        playing = running;
    }

    /** Null: go on. */
    @Nullable
    Verdict check(long now, TransferSnapshot snapshot) {
        observe(now, snapshot);
        boolean limitReached = reached(limits.timeLimit(), start, now);
        if (complete) {
            return limitReached || sharedEnough(now, snapshot) ? new Verdict(ExitCode.OK, "") : null;
        }
        if (limitReached && limits.live()) {
            return new Verdict(ExitCode.OK, "");
        }
        if (limitReached) {
            return new Verdict(
                    ExitCode.TIME_LIMIT, "--time-limit reached before complete; the same command resumes the download");
        }
        if (snapshot.state() == TransferState.CHECKING || snapshot.state() == TransferState.SEEDING) {
            return null;
        }
        if (reached(limits.timeout(), lastProgress, now)) {
            return stalled(snapshot);
        }
        boolean waitsForTrackers = limits.trackersAlone() && !trackerReached && !peerSeen;
        if (waitsForTrackers && reached(TRACKER_GRACE, openSince, now)) {
            return trackerUnreachable();
        }
        return null;
    }

    private void observe(long now, TransferSnapshot snapshot) {
        peerSeen |= snapshot.peers() > 0;
        long bytes = progress(snapshot);
        if (snapshot.state() == TransferState.CHECKING) {
            // Nobody is asked for peers before the disk is checked.
            openSince = now;
            lastProgress = now;
        } else if (bytesSeen < 0) {
            bytesSeen = bytes;
            lastProgress = now;
        } else if (bytes > bytesSeen) {
            bytesSeen = bytes;
            lastProgress = now;
            progressed = true;
        }
        if (!complete && !undelivered && snapshot.state() == TransferState.SEEDING) {
            complete = true;
            completeSince = now;
        }
    }

    /** A number that grows whenever something useful comes. */
    private static long progress(TransferSnapshot snapshot) {
        LiveSnapshot live = snapshot.swarm().live();
        return live == null ? snapshot.swarm().presentBytes() : snapshot.swarm().receivedBytes() + live.edge() + 1;
    }

    private boolean sharedEnough(long now, TransferSnapshot snapshot) {
        if (playing) {
            return false;
        }
        if (reached(limits.seedTime(), completeSince, now)) {
            return true;
        }
        Double ratio = limits.seedRatio();
        if (ratio != null) {
            long length = snapshot.swarm().contentLengthBytes();
            return snapshot.swarm().sentBytes() >= ratio * length;
        }
        return limits.seedTime() == null && limits.exitWhenComplete();
    }

    private Verdict stalled(TransferSnapshot snapshot) {
        if (snapshot.state() == TransferState.PAUSED_DISK) {
            return new Verdict(
                    ExitCode.FILE, "the disk does not take what is downloaded; free some space and run this again");
        }
        if (sizeNeeded) {
            return new Verdict(
                    ExitCode.NO_PEERS, "the size of this content cannot be proven; give --filesize or a ppspp: link");
        }
        LiveSnapshot live = snapshot.swarm().live();
        if (live != null && live.signaturesRefused() > 0 && live.signaturesTaken() == 0) {
            return new Verdict(
                    ExitCode.INTEGRITY,
                    "peers sent only signatures that are old or not of this stream; check --swarmid, and the clock of"
                            + " this machine");
        }
        if (!progressed && snapshot.swarm().refusedChunks() > 0) {
            return new Verdict(
                    ExitCode.INTEGRITY, "peers sent only content that does not match the swarm ID; check --swarmid");
        }
        if (limits.trackersAlone() && !trackerReached && !peerSeen) {
            return trackerUnreachable();
        }
        return new Verdict(
                ExitCode.NO_PEERS,
                peerSeen
                        ? "nothing useful came from any peer for --timeout; the same command resumes the download"
                        : "no peers found; check --swarmid, and that a seeder is running and reachable");
    }

    private static Verdict trackerUnreachable() {
        return new Verdict(ExitCode.TRACKER, "no tracker answers; check --tracker, or name a peer with --peer");
    }

    private static boolean reached(@Nullable Duration span, long since, long now) {
        return span != null && now - since >= span.toNanos();
    }
}
