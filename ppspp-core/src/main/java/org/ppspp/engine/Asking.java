package org.ppspp.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.congestion.RttEstimator;

/**
 * The asking side of one channel: what we want of the peer, how much at once, and what becomes of requests that it does not
 * answer. {@link Requests} decides what to ask of whom; {@link Serving} is the other side.
 */
final class Asking {
    private static final long NEVER = Long.MAX_VALUE;

    /** Shortest round trips that a request may live for in any case. */
    private static final int LIFE_ROUND_TRIPS = 4;

    private final Channel channel;
    private final Swarm swarm;
    private final RttEstimator rtt = new RttEstimator(0);
    private final RequestLedger ledger = new RequestLedger();
    private final RequestWindow window;
    private final DeliveryRate delivery = new DeliveryRate();
    /** What was asked for the last time, by request bin, and when that was. */
    private final Map<Long, Long> latest = new LinkedHashMap<>();

    private long latestAt;
    private boolean choked;
    private long snubbedUntil = NEVER;
    private int pipelined;

    Asking(Channel channel, Swarm swarm) {
        this.channel = channel;
        this.swarm = swarm;
        this.window = new RequestWindow(swarm.metadata().chunkSizeBytes());
    }

    RequestLedger ledger() {
        return ledger;
    }

    /** Whether the peer answers requests at the moment, as far as we know. */
    boolean willing() {
        return !choked && snubbedUntil == NEVER;
    }

    /** Chunks that may be asked for now, if the peer is {@link #willing}. */
    int room() {
        int chunks = Math.max(
                window.chunks(swarm.windowShareBytes()), channel.dialect().leastRequested());
        return chunks - ledger.outstanding() - pipelined;
    }

    /** The same while somebody waits for what is read next: what the peer brings in a moment, so that no chunk waits long. */
    int shortRoom(long now) {
        long rate = delivery.perSecond(now);
        double seconds = (2 * minRtt() + Limits.QUEUE_TIME) / (double) Limits.SECOND;
        double bytes = rate == DeliveryRate.UNKNOWN
                ? Limits.QUEUE_FIRST_BYTES
                : Math.max(Limits.QUEUE_MIN_BYTES, Math.min(rate * seconds, Limits.WINDOW_MAX_BYTES));
        int chunks = Math.max(channel.dialect().leastRequested(), Math.max(2, (int)
                (bytes / swarm.metadata().chunkSizeBytes())));
        return Math.min(room(), chunks - ledger.outstanding());
    }

    /** Bytes a second that the peer brings while it owes us some, or {@link DeliveryRate#UNKNOWN}. */
    long rate(long now) {
        return delivery.perSecond(now);
    }

    /** How long the peer will need for what it still owes us of a request bin. */
    long remainingNanos(long bin, long now) {
        return nanosFor(ledger.dueIn(bin), now);
    }

    /** How long the peer would need for {@code more} chunks after those it owes us. */
    long arrivalNanos(int more, long now) {
        return minRtt() + nanosFor(ledger.outstanding() + more, now);
    }

    private long nanosFor(long chunks, long now) {
        long rate = delivery.perSecond(now);
        double seconds = chunks
                * (double) swarm.metadata().chunkSizeBytes()
                / Math.max(1, rate == DeliveryRate.UNKNOWN ? Limits.ASSUMED_RATE : rate);
        return (long) (Math.min(seconds, 3_600) * Limits.SECOND);
    }

    /** Smoothed time from a request to its answer in nanoseconds, or -1. */
    long smoothedRtt() {
        return rtt.smoothed();
    }

    /** The shortest time in nanoseconds from a request to its first answer, 0 before one. */
    long minRtt() {
        return rtt.known() ? rtt.base() : 0;
    }

    /** How long an answer takes that is lost once: the peer notices after a round trip and an eighth, and sends it again. */
    long resentAfter() {
        return 5 * minRtt() / 2;
    }

    /** A round trip of another kind was measured. */
    void roundTrip(long now, long nanos) {
        rtt.sample(now, nanos);
    }

    void choked(boolean on, long now) {
        choked = on;
        if (on) {
            channel.outbox().dropRequests();
            giveUpAll(now);
        } else {
            swarm.scheduleSoon();
        }
    }

    /** Asks for chunks of a request bin. */
    void request(long bin, long mask, long now) {
        // A peer of few words does not see a request for chunk 0 alone.
        long asked = channel.dialect().bareMessages()
                        && bin == 0
                        && mask == 1
                        && swarm.content().chunkCount() > 1
                ? 3
                : mask;
        sayAgain(now);
        latest.merge(bin, asked, (one, other) -> one | other);
        ledger.add(bin, asked, now);
        delivery.asked(now, minRtt());
        send(bin, asked);
    }

    /**
     * With what is asked now goes what was asked the last time, if no answer can have come yet: a lost REQUEST would leave
     * the peer with nothing to send for two round trips.
     */
    private void sayAgain(long now) {
        if (now == latestAt) {
            return;
        }
        if (now - latestAt < minRtt()
                && !channel.reliable()
                && !channel.dialect().singleAcks()) {
            latest.forEach((bin, mask) -> {
                if ((mask & ~ledger.expected(bin)) == 0) {
                    send(bin, mask);
                }
            });
        }
        latest.clear();
        latestAt = now;
    }

    private void send(long bin, long mask) {
        long rest = mask;
        while (rest != 0) {
            int first = Long.numberOfTrailingZeros(rest);
            int length = Math.min(64 - first, Long.numberOfTrailingZeros(~(rest >>> first)));
            channel.outbox().request(new ChunkRange((bin << 6) + first, (bin << 6) + first + length - 1));
            rest = first + length == 64 ? 0 : rest & (-1L << (first + length));
        }
        channel.ready();
    }

    /** Notes a chunk that came; what it returns is that of {@link RequestLedger#arrived}. */
    long arrived(long chunk, int bytes, long now) {
        long age = ledger.arrived(chunk, now);
        if (age >= 0) {
            rtt.sample(now, age);
            window.received(now, bytes, rtt.base());
            delivery.received(now, bytes, ledger.outstanding() > 0);
        }
        return age;
    }

    /** Tells the peer that these chunks came from elsewhere. */
    void cancel(long bin, long mask, long now) {
        say(bin, ledger.giveUp(bin, mask, now));
        restIfIdle(now);
    }

    private void takeBack(long bin, long mask) {
        say(bin, mask);
        swarm.release(bin, mask);
    }

    private void restIfIdle(long now) {
        if (ledger.outstanding() == 0) {
            delivery.stop(now);
        }
    }

    private void say(long bin, long mask) {
        if (channel.dialect().bareMessages()) {
            return;
        }
        for (long bits = mask; bits != 0; bits &= bits - 1) {
            channel.outbox().cancel(ChunkRange.of((bin << 6) + Long.numberOfTrailingZeros(bits)));
        }
        if (mask != 0) {
            channel.ready();
        }
    }

    void giveUpAll(long now) {
        ledger.giveUpAll(now, swarm::release);
        restIfIdle(now);
    }

    /** Gives up requests that the network must have lost, so that they are asked again. */
    void giveUpOvertaken(long now) {
        long least = Math.max(patience() / 4, Limits.OVERTAKEN_PATIENCE);
        ledger.giveUpOvertaken(now, least, swarm.content().overtakenBy(), swarm::release);
        long life = swarm.content().requestLife();
        if (life != Long.MAX_VALUE) {
            // Not the usual round trip: that grows with what waits at a peer which is asked for more than it can send.
            ledger.giveUpOlder(now, Math.max(life, LIFE_ROUND_TRIPS * minRtt()), this::takeBack);
        }
        restIfIdle(now);
    }

    /** No more requests to this peer for a while. */
    void snub(long until) {
        snubbedUntil = until;
    }

    /** {@code change} more chunks of this peer are on their way to the disk. */
    void pipelined(int change) {
        pipelined += change;
    }

    /** Does what is due; true if the peer has owed us chunks for too long and sent none. */
    boolean timeout(long now) {
        if (snubbedUntil <= now) {
            snubbedUntil = NEVER;
            swarm.scheduleSoon();
        }
        if (ledger.stalledAt(patience()) > now) {
            if (repeatAt() <= now) {
                channel.outbox().repeatAcks();
                ledger.repeat(now - pause(), this::send);
            }
            return false;
        }
        ledger.giveUpAll(now, this::takeBack);
        restIfIdle(now);
        window.stalled();
        snub(now + channel.conduct().stall(swarm.content().requestTimeout()));
        swarm.scheduleSoon();
        return true;
    }

    long nextWake() {
        return Math.min(Math.min(ledger.stalledAt(patience()), repeatAt()), snubbedUntil);
    }

    /** Over TCP nothing gets lost. */
    private long repeatAt() {
        return channel.reliable() ? NEVER : ledger.repeatAt(pause());
    }

    /** A silence that is longer than the peer and the path explain. */
    private long pause() {
        return Math.max(Limits.REQUEST_REPEAT, 2 * minRtt() + Limits.REQUEST_REPEAT_CHUNKS * window.gap());
    }

    private long patience() {
        return Math.max(
                Math.min(4 * rtt.rto(), Limits.REQUEST_TIMEOUT_MAX),
                channel.dialect().patience(swarm.content().requestTimeout()));
    }
}
