package org.ppspp.client;

import java.util.Locale;
import org.ppspp.Durations;
import org.ppspp.LiveStatus;
import org.ppspp.Sizes;
import org.ppspp.Summary;

/** What is said at the end, for humans. */
final class SummaryText {
    private SummaryText() {}

    static String of(Summary summary) {
        StringBuilder text = new StringBuilder(200);
        Long length = summary.metadata().contentLengthBytes();
        if (summary.file() == null) {
            text.append("live stream, ").append(Durations.format(summary.elapsed()));
            LiveStatus live = summary.live();
            if (live != null && !live.source()) {
                text.append(", lost chunks ").append(live.lostChunks());
            }
        } else {
            text.append(summary.complete() ? "complete" : "not complete");
            text.append(": ").append(summary.file());
        }
        if (length != null) {
            text.append(", ").append(Sizes.format(length));
        }
        text.append('\n');
        if (summary.downloadedBytes() > 0) {
            text.append("  downloaded ").append(Sizes.format(summary.downloadedBytes()));
            text.append(" in ").append(Durations.format(summary.elapsed()));
            text.append(", ").append(Sizes.formatRate(summary.averageBytesPerSecond()));
            text.append(" from ").append(summary.peers()).append(summary.peers() == 1 ? " peer\n" : " peers\n");
        }
        text.append("  uploaded ").append(Sizes.format(summary.uploadedBytes()));
        if (!Double.isNaN(summary.ratio())) {
            text.append(String.format(Locale.ROOT, ", ratio %.2f", summary.ratio()));
        }
        text.append(", refused chunks ").append(summary.refusedChunks()).append('\n');
        text.append("  swarm ").append(summary.metadata().swarmId());
        return text.toString();
    }
}
