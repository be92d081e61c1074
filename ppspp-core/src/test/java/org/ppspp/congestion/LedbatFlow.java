package org.ppspp.congestion;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import org.ppspp.chunk.ChunkRange;

/**
 * An endless transfer over the bottleneck as the engine would do it: bins of 64 chunks in a scrambled order, lost
 * chunks first, nothing that was acknowledged, and a receiver that answers every eighth datagram or after a millisecond with the largest complete
 * intervals.
 */
final class LedbatFlow {
    static final int DATAGRAM = 1100;

    enum Receiver {
        HONEST,
        /** Reports that no datagram ever waited. */
        REPORTS_NO_DELAY,
        /** Reports no delay, and has every chunk of all bins before that of the newest, lost or not. */
        CONCEALS_LOSS,
        /** Acknowledges everything there may ever be with every ACK. */
        ACKS_AHEAD
    }

    private static final ChunkRange EVERYTHING = new ChunkRange(0, ChunkRange.MAX_CHUNK);
    private static final int SCRAMBLE = 29;
    private static final int ACK_EVERY = 8;

    private record Sample(int chunk, long delayMicros) {}

    final CongestionControl control;
    private final Bottleneck link;
    private final Receiver receiver;
    private final Queue<Long> resends = new ArrayDeque<>();
    private final BitSet received = new BitSet();
    private final List<Sample> unacknowledged = new ArrayList<>();
    private boolean ackTimerSet;
    private long nextWake = Long.MAX_VALUE;
    private long sequence;
    private long receivedBytes;
    private long clockStepMicros;

    /** An acknowledged chunk is one the peer has: its request is void, whether the chunk was sent or not. */
    private boolean ackedEverything;

    LedbatFlow(Bottleneck link, LedbatProfile profile, Receiver receiver) {
        this.link = link;
        this.receiver = receiver;
        control = new LedbatControl(profile, DATAGRAM);
    }

    static LedbatFlow honest(Bottleneck link, LedbatProfile profile) {
        return new LedbatFlow(link, profile, Receiver.HONEST);
    }

    LedbatFlow start() {
        link.at(link.now(), this::pump);
        return this;
    }

    /** Bytes that arrived since the last call, each chunk counted once. */
    long takeReceivedBytes() {
        long bytes = receivedBytes;
        receivedBytes = 0;
        return bytes;
    }

    /** The receiver's clock is set forwards, or backwards if negative. */
    void stepReceiverClock(long micros) {
        clockStepMicros += micros;
    }

    private void pump() {
        long now = link.now();
        if (now >= control.deadline()) {
            control.timeout(now);
        }
        for (long lost = control.pollLost(); lost >= 0; lost = control.pollLost()) {
            resends.add(lost);
        }
        while (!ackedEverything && control.maySend(now, DATAGRAM)) {
            send(nextChunk());
        }
        wakeAt(Math.min(control.deadline(), ackedEverything ? Long.MAX_VALUE : control.sendableAt(now)));
    }

    private void wakeAt(long time) {
        if (time < nextWake && time != Long.MAX_VALUE) {
            nextWake = time;
            link.at(time, () -> {
                nextWake = Long.MAX_VALUE;
                pump();
            });
        }
    }

    private long nextChunk() {
        Long again = resends.poll();
        if (again != null) {
            return again;
        }
        long bin = sequence / 64;
        return bin * 64 + (sequence++ * SCRAMBLE & 63);
    }

    private void send(long chunk) {
        long sentAt = link.now();
        control.sent(sentAt, chunk, DATAGRAM);
        link.transmit(DATAGRAM, () -> arrived((int) chunk, sentAt));
    }

    private void arrived(int chunk, long sentAt) {
        if (!received.get(chunk)) {
            received.set(chunk);
            receivedBytes += DATAGRAM;
        }
        unacknowledged.add(new Sample(chunk, (link.now() - sentAt) / 1000 + clockStepMicros));
        if (unacknowledged.size() >= ACK_EVERY) {
            acknowledge();
        } else if (!ackTimerSet) {
            ackTimerSet = true;
            link.at(link.now() + Bottleneck.MILLI, () -> {
                ackTimerSet = false;
                acknowledge();
            });
        }
    }

    private void acknowledge() {
        if (unacknowledged.isEmpty()) {
            return;
        }
        List<ChunkRange> ranges = new ArrayList<>();
        List<Long> delays = new ArrayList<>();
        for (Sample sample : unacknowledged) {
            int first = received.previousClearBit(sample.chunk()) + 1;
            int last = received.nextClearBit(sample.chunk()) - 1;
            if (receiver == Receiver.CONCEALS_LOSS && sample.chunk() >= 64) {
                ranges.add(new ChunkRange(0, (sample.chunk() & -64) - 1));
                delays.add(0L);
            }
            ranges.add(receiver == Receiver.ACKS_AHEAD ? EVERYTHING : new ChunkRange(first, last));
            delays.add(receiver == Receiver.HONEST ? sample.delayMicros() : 0);
        }
        unacknowledged.clear();
        link.answer(() -> {
            for (int i = 0; i < ranges.size(); i++) {
                control.acked(link.now(), ranges.get(i), delays.get(i));
                ackedEverything |= ranges.get(i).equals(EVERYTHING);
            }
            control.ackedAll(link.now());
            pump();
        });
    }
}
