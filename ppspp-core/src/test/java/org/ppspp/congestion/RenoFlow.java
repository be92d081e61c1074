package org.ppspp.congestion;

import java.util.ArrayDeque;
import java.util.Queue;
import org.ppspp.chunk.ChunkRange;

/** The competitor: TCP Reno (RFC 5681) with selective acknowledgements, an endless transfer. */
final class RenoFlow {
    private static final int SEGMENT = 1100;
    private static final long TIMEOUT_NANOS = Bottleneck.SECOND;

    private final Bottleneck link;
    private final InFlight inFlight = new InFlight();
    private final Queue<Long> resends = new ArrayDeque<>();
    private double window = 4;
    private double threshold = 1e9;
    private long next;
    private long recoveryEnd = -1;
    private long lastAck;
    private long receivedBytes;
    private boolean stopped;

    RenoFlow(Bottleneck link) {
        this.link = link;
    }

    RenoFlow start() {
        lastAck = link.now();
        link.at(link.now(), this::pump);
        link.at(link.now() + TIMEOUT_NANOS, this::checkSilence);
        return this;
    }

    void stop() {
        stopped = true;
    }

    long takeReceivedBytes() {
        long bytes = receivedBytes;
        receivedBytes = 0;
        return bytes;
    }

    private void pump() {
        for (long lost = inFlight.pollLost(); lost >= 0; lost = inFlight.pollLost()) {
            resends.add(lost);
        }
        while (!stopped && inFlight.chunks() < window && !inFlight.full()) {
            Long again = resends.poll();
            long segment = again == null ? next++ : again;
            long sentAt = link.now();
            inFlight.sent(sentAt, segment, SEGMENT);
            link.transmit(SEGMENT, () -> {
                receivedBytes += SEGMENT;
                link.answer(() -> acknowledged(segment));
            });
        }
    }

    private void acknowledged(long segment) {
        lastAck = link.now();
        inFlight.acked(link.now(), ChunkRange.of(segment), 0);
        if (inFlight.newChunks() > 0) {
            window += window < threshold ? 1 : 1 / window;
        }
        inFlight.clearNew();
        long newestLost = inFlight.detectLost(link.now(), Bottleneck.SECOND);
        if (newestLost > recoveryEnd) {
            threshold = Math.max(2, window / 2);
            window = threshold;
            recoveryEnd = inFlight.next() - 1;
        }
        pump();
    }

    private void checkSilence() {
        if (link.now() - lastAck >= TIMEOUT_NANOS) {
            threshold = Math.max(2, window / 2);
            window = 1;
            recoveryEnd = inFlight.next() - 1;
            while (inFlight.chunks() > 0) {
                inFlight.loseOldest();
            }
            pump();
        }
        link.at(link.now() + TIMEOUT_NANOS, this::checkSilence);
    }
}
