package org.ppspp.client;

import java.util.Locale;
import org.ppspp.Durations;
import org.ppspp.LiveStatus;
import org.ppspp.Sizes;
import org.ppspp.TransferSnapshot;
import org.ppspp.TransferState;

/** One line that says how a transfer stands, as a function of its snapshot. */
final class ProgressLine {
    private static final int BAR_CELLS = 20;

    private ProgressLine() {}

    /** For a terminal: with a bar, never wider than {@code columns}. */
    static String bar(TransferSnapshot snapshot, int columns) {
        String line = line(snapshot, true);
        if (line.length() > columns) {
            line = line(snapshot, false);
        }
        return line.length() > columns ? line.substring(0, Math.max(0, columns)) : line;
    }

    /** For a log or a pipe: without a bar. */
    static String plain(TransferSnapshot snapshot) {
        return line(snapshot, false);
    }

    private static String line(TransferSnapshot snapshot, boolean bar) {
        return switch (snapshot.state()) {
            case CHECKING -> "checking " + amount(snapshot.checkedBytes(), snapshot.checkBytes(), bar);
            case CONNECTING ->
                "looking for peers  "
                        + (snapshot.swarm().presentBytes() > 0 ? fetched(snapshot, bar) + "  " : "")
                        + "known " + snapshot.swarm().knownAddresses();
            case DOWNLOADING, PAUSED_DISK -> fetched(snapshot, bar) + rates(snapshot) + waiting(snapshot);
            case STREAMING -> live(snapshot);
            case SEEDING ->
                "seeding " + Sizes.format(Math.max(0, snapshot.swarm().contentLengthBytes()))
                        + "  U " + Sizes.formatRate(snapshot.upBytesPerSecond())
                        + "  sent " + Sizes.format(snapshot.swarm().sentBytes())
                        + "  peers " + snapshot.peers();
            case STOPPED -> "stopped  " + fetched(snapshot, bar);
        };
    }

    private static String live(TransferSnapshot snapshot) {
        LiveStatus live = snapshot.live();
        if (live == null || live.source()) {
            return "sending " + Sizes.formatRate(live == null ? 0 : live.bytesPerSecond())
                    + "  U " + Sizes.formatRate(snapshot.upBytesPerSecond())
                    + "  sent " + Sizes.format(snapshot.swarm().sentBytes())
                    + "  peers " + snapshot.peers();
        }
        return String.format(Locale.ROOT, "live  delay %.1fs  buf %.1fs", live.delaySeconds(), live.bufferSeconds())
                + "  D " + Sizes.formatRate(snapshot.downBytesPerSecond())
                + "  U " + Sizes.formatRate(snapshot.upBytesPerSecond())
                + "  peers " + snapshot.peers()
                + (live.lostChunks() > 0 ? "  lost " + live.lostChunks() : "");
    }

    private static String fetched(TransferSnapshot snapshot, boolean bar) {
        return amount(snapshot.swarm().presentBytes(), snapshot.swarm().contentLengthBytes(), bar);
    }

    private static String amount(long part, long whole, boolean bar) {
        if (whole <= 0) {
            return "  ?% " + Sizes.format(part);
        }
        double fraction = Math.min(1, (double) part / whole);
        // rounding down: 100% is for complete alone
        String percent = String.format(Locale.ROOT, "%3d%% ", (int) (fraction * 100));
        return percent + (bar ? cells(fraction) : "") + Sizes.formatPair(part, whole);
    }

    private static String cells(double fraction) {
        int filled = (int) (fraction * BAR_CELLS);
        return '[' + "#".repeat(filled) + ".".repeat(BAR_CELLS - filled) + "] ";
    }

    private static String rates(TransferSnapshot snapshot) {
        return "  D " + Sizes.formatRate(snapshot.downBytesPerSecond())
                + "  U " + Sizes.formatRate(snapshot.upBytesPerSecond())
                + "  peers " + snapshot.peers() + " (" + snapshot.seeds() + " seed)";
    }

    private static String waiting(TransferSnapshot snapshot) {
        if (snapshot.state() == TransferState.PAUSED_DISK) {
            return "  waiting for the disk";
        }
        long seconds = snapshot.etaSeconds();
        return seconds < 0 ? "  ETA ?" : "  ETA " + Durations.format(seconds);
    }
}
