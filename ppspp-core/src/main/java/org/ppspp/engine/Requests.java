package org.ppspp.engine;

import java.util.List;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.picker.ChunkPicker;
import org.ppspp.picker.PlayWindow;

/**
 * Decides what to ask of whom in one swarm: the picker's choice as far as each peer's window goes, first the chunks that
 * prove the size (RFC 7574 §5.6), and near the end what another peer has owed us for too long.
 */
final class Requests {
    private static final int BIN = 64;

    /** Room for so many request bins is worth asking for, even while much is on the way. */
    private static final int ENOUGH_BINS = 4;

    private final Swarm swarm;
    private final Engine engine;
    private final ChunkPicker picker;
    private final Priorities order;
    private final Overdue overdue;
    /** Asked of someone, or on its way to the disk. */
    private final ChunkMap requested = new ChunkMap();

    private long wakeAt = Long.MAX_VALUE;

    Requests(Swarm swarm, Engine engine) {
        this.swarm = swarm;
        this.engine = engine;
        this.order = swarm.content().priorities();
        this.picker = order.picker();
        this.overdue = new Overdue(swarm);
    }

    /** Fetches first what is read soon, the newest reader first, from now on; rarest first where nobody reads. */
    void seek(List<PlayWindow> windows, long now) {
        List<PlayWindow> before = picker.windows();
        if (windows.equals(before)) {
            return;
        }
        picker.seek(windows);
        if (!windows.isEmpty()
                && swarm.content().chunkCount() >= 0
                && before.stream().noneMatch(windows.get(0)::continues)) {
            overdue.forget(windows, now);
        }
        swarm.scheduleSoon();
    }

    void costs(PeerCosts costs) {
        order.costs(costs);
        swarm.scheduleSoon();
    }

    /** When to look again although nothing came: a rate limit lifts, or the end game may begin. */
    long nextWake() {
        return swarm.content().complete() ? Long.MAX_VALUE : wakeAt;
    }

    /** A peer will not send these after all, or they were of no use: unless someone else is at it, they are wanted again. */
    void freed(long bin, long mask) {
        long once = swarm.intake().inside(bin) | swarm.quarantine().word(bin);
        long more = 0;
        for (Channel channel : swarm.channels()) {
            long expected = channel.ledger().expected(bin);
            more |= once & expected;
            once |= expected;
        }
        requested.clearWord(bin, mask & ~once);
        overdue.freed(bin, mask, more);
        swarm.scheduleSoon();
    }

    void freed(long chunk) {
        freed(chunk / BIN, 1L << (chunk % BIN));
    }

    /** The chunk is on its way to the disk; whoever else was asked need not send it. */
    void arrived(long chunk) {
        requested.set(chunk);
    }

    void stored(long chunk, Channel from, long now) {
        requested.clear(chunk);
        order.stored(chunk);
        overdue.stored(chunk, from, now);
    }

    /** Chunks below this one are gone. */
    void forgetBelow(long chunk) {
        if (chunk > 0) {
            requested.clear(0, chunk - 1);
            overdue.forgetBelow(chunk);
        }
    }

    /** What is asked of someone, or on its way to the disk. */
    ChunkMap requested() {
        return requested;
    }

    /** Chunks below this one are of no use any more, though they still exist. */
    void expire(long position, long now) {
        overdue.expire(position, now);
    }

    /** All chunks there were are void. */
    void startOver() {
        forgetBelow(ChunkRange.MAX_CHUNK);
        swarm.scheduleSoon();
    }

    void schedule(long now) {
        wakeAt = Long.MAX_VALUE;
        if (swarm.disk().paused()) {
            return;
        }
        List<Channel> channels = order.order(swarm.channels(), now);
        wakeAt = order.nextWake();
        boolean playing = !picker.windows().isEmpty() && swarm.content().sized();
        if (playing) {
            wakeAt = Math.min(wakeAt, overdue.rescue(picker.windows(), now));
        }
        for (int i = 0; i < channels.size(); i++) {
            Channel channel = channels.get(i);
            if (!channel.established()) {
                continue;
            }
            channel.asking().giveUpOvertaken(now);
            if (!swarm.content().asksFirst(channel, now)) {
                ask(channel, order.settledFor(channel, now), playing, now);
                order.asked(channel, now);
            }
        }
    }

    /** Asks for what is not {@code settled}: what is had, and maybe what others bring. */
    private void ask(Channel channel, ChunkMap settled, boolean playing, long now) {
        int most = playing
                ? Math.min(channel.requestRoom(now), channel.asking().shortRoom(now))
                : channel.requestRoom(now);
        if (most <= 0 || !(swarm.content().proves(channel) || swarm.quarantine().mayAsk(channel, now))) {
            return;
        }
        int granule = Math.min(BIN, Math.max(1, BIN * 1024 / swarm.metadata().chunkSizeBytes()));
        int room = swarm.disk().failing() ? Math.min(most, granule) : most;
        // Requests for a few request bins at once let the sender cut long runs of datagrams.
        if (room < Math.min(ENOUGH_BINS * granule, channel.ledger().outstanding() / 2)) {
            return;
        }
        ChunkPicker.Holders holders = playing ? new Pace(swarm, channel, now) : this::holders;
        while (room >= Math.min(granule, 1 + channel.ledger().outstanding())) {
            if (!engine.downloadLimit().available(now)) {
                wakeAt = Math.min(wakeAt, engine.downloadLimit().availableAt(now));
                return;
            }
            long bin = picker.next(
                    settled, requested, channel.peerHas(), swarm.content().chunkCount(), holders);
            if (bin == ChunkPicker.NOTHING) {
                boolean askedForAll = settled == swarm.have() || nothingLeft();
                if (channel.ledger().outstanding() <= order.endGameLoad() && askedForAll) {
                    wakeAt = Math.min(wakeAt, overdue.endGame(channel, now));
                }
                return;
            }
            long wanted = channel.peerHas().word(bin) & ~settled.word(bin) & ~requested.word(bin);
            long mask = lowest(picker.first(bin, wanted), Math.min(granule, room));
            request(channel, bin, mask, now);
            room -= Long.bitCount(mask);
        }
    }

    /** Whether everything is here, on its way to the disk or asked of someone. */
    private boolean nothingLeft() {
        return swarm.have().cardinality() + requested.cardinality()
                >= swarm.content().chunkCount();
    }

    /** Asks for chunks of a request bin, whatever else is on the way. */
    void request(Channel channel, long bin, long mask, long now) {
        requested.setWord(bin, requested.word(bin) | mask);
        engine.downloadLimit()
                .take((long) Long.bitCount(mask) * swarm.metadata().chunkSizeBytes());
        channel.asking().request(bin, mask, now);
    }

    private int holders(long bin) {
        return Pace.holders(swarm, bin);
    }

    private static long lowest(long bits, int count) {
        long rest = bits;
        for (int i = 0; i < count; i++) {
            rest &= rest - 1;
        }
        return bits & ~rest;
    }
}
