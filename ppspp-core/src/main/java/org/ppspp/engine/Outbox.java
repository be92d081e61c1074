package org.ppspp.engine;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageWriter;

/**
 * The small messages one peer is still to get. Everything that is due shares one datagram, as far as it fits (RFC 7574 §3).
 */
final class Outbox {
    private static final class PendingAck {
        ChunkRange run;
        long delayMicros;

        PendingAck(ChunkRange run, long delayMicros) {
            this.run = run;
            this.delayMicros = delayMicros;
        }
    }

    private final ChunkMap have;
    private final Announcements announcements = new Announcements();
    private final ArrayDeque<PendingAck> acks = new ArrayDeque<>();
    /** Those that left last, oldest first. */
    private final ArrayDeque<PendingAck> said = new ArrayDeque<>();

    private final ArrayDeque<ChunkRange> cancels = new ArrayDeque<>();
    private final ArrayDeque<ChunkRange> requests = new ArrayDeque<>();
    private final ArrayDeque<Message> exchange = new ArrayDeque<>();
    private @Nullable Boolean choke;
    private boolean answer;
    private boolean sayAgain;

    Outbox(ChunkMap have) {
        this.have = have;
    }

    Announcements announcements() {
        return announcements;
    }

    /**
     * Acknowledges a stored chunk, with the latest delay sample: {@code alone}, or in one ACK that names the largest interval
     * around it.
     */
    void ack(long chunk, long delayMicros, boolean alone) {
        PendingAck last = acks.peekLast();
        if (last != null && last.run.contains(chunk)) {
            last.delayMicros = delayMicros;
        } else {
            ChunkRange run = !alone && have.get(chunk) ? have.runAround(chunk) : ChunkRange.of(chunk);
            acks.addLast(new PendingAck(run, delayMicros));
        }
    }

    /** Says the latest ACKs again with what leaves next: the peer is silent, maybe as it waits for them. */
    void repeatAcks() {
        sayAgain = true;
    }

    void request(ChunkRange range) {
        append(requests, range);
    }

    void cancel(ChunkRange range) {
        append(cancels, range);
    }

    /** Sends a message of peer exchange, no longer than any datagram has room for. */
    void exchange(Message message) {
        exchange.addLast(message);
    }

    private static void append(ArrayDeque<ChunkRange> ranges, ChunkRange range) {
        ChunkRange last = ranges.peekLast();
        if (last != null && last.last() + 1 == range.first()) {
            ranges.removeLast();
            ranges.addLast(new ChunkRange(last.first(), range.last()));
        } else {
            ranges.addLast(range);
        }
    }

    void choke(boolean on) {
        choke = on;
    }

    /** Sends something at once, if only the channel number. */
    void answer() {
        answer = true;
    }

    /** Requests not yet sent are void. */
    void dropRequests() {
        requests.clear();
        cancels.clear();
    }

    /** Nothing that was to be said of chunks counts any more. */
    void startOver(long now) {
        acks.clear();
        dropRequests();
        announcements.all(now);
    }

    /** Whether something should leave now; announcements wait a little for company. */
    boolean due(long now) {
        return answer
                || choke != null
                || !acks.isEmpty()
                || !requests.isEmpty()
                || !cancels.isEmpty()
                || !exchange.isEmpty()
                || announcements.due() <= now;
    }

    /** Writes what is due and fits {@code room} bytes. */
    void write(MessageWriter writer, int room) {
        int left = room;
        answer = false;
        if (choke != null) {
            if (choke) {
                writer.choke();
            } else {
                writer.unchoke();
            }
            choke = null;
            left--;
        }
        left = repeatAcks(writer, left);
        for (PendingAck ack = acks.peekFirst(); ack != null; ack = acks.peekFirst()) {
            int bytes = writer.rangeMessages(ack.run) * writer.ackBytes();
            if (bytes > left) {
                return;
            }
            writer.ack(ack.run, ack.delayMicros);
            said(acks.removeFirst());
            left -= bytes;
        }
        left = write(cancels, left, writer, writer::cancel);
        left = write(requests, left, writer, writer::request);
        for (Message message = exchange.peekFirst(); message != null; message = exchange.peekFirst()) {
            int bytes = ExchangeMessages.bytes(message);
            if (bytes > left) {
                return;
            }
            ExchangeMessages.write(message, writer);
            exchange.removeFirst();
            left -= bytes;
        }
        while (left >= writer.haveBytes()) {
            ChunkRange run = announcements.next(have);
            if (run == null) {
                return;
            }
            int bytes = writer.rangeMessages(run) * writer.haveBytes();
            if (bytes > left) {
                announcements.putBack(run);
                return;
            }
            writer.have(run);
            left -= bytes;
        }
    }

    /**
     * Says the latest ACKs again, ahead of a few new ones. Nothing acknowledges an ACK, and to the sender a lost one is a lost
     * chunk: it would send that again and slow down (RFC 7574 §8.2).
     */
    private int repeatAcks(MessageWriter writer, int room) {
        int left = room;
        if (sayAgain || (!acks.isEmpty() && acks.size() <= Limits.REPEATED_ACKS)) {
            for (PendingAck old : said) {
                int bytes = writer.rangeMessages(old.run) * writer.ackBytes();
                if (bytes <= left && have.containsAll(old.run.first(), old.run.last()) && !coveredByNew(old.run)) {
                    writer.ack(old.run, old.delayMicros);
                    left -= bytes;
                }
            }
        }
        sayAgain = false;
        return left;
    }

    private boolean coveredByNew(ChunkRange run) {
        for (PendingAck ack : acks) {
            if (covers(ack.run, run)) {
                return true;
            }
        }
        return false;
    }

    private void said(PendingAck ack) {
        said.removeIf(old -> covers(ack.run, old.run));
        said.addLast(ack);
        if (said.size() > Limits.REPEATED_ACKS) {
            said.removeFirst();
        }
    }

    private static boolean covers(ChunkRange range, ChunkRange other) {
        return range.contains(other.first()) && range.contains(other.last());
    }

    private interface RangeWriter {
        void write(ChunkRange range);
    }

    private static int write(ArrayDeque<ChunkRange> ranges, int room, MessageWriter writer, RangeWriter into) {
        int left = room;
        for (ChunkRange range = ranges.peekFirst(); range != null; range = ranges.peekFirst()) {
            int bytes = writer.rangeMessages(range) * writer.haveBytes();
            if (bytes > left) {
                return left;
            }
            into.write(range);
            ranges.removeFirst();
            left -= bytes;
        }
        return left;
    }
}
