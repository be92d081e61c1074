package org.ppspp.engine;

import java.util.List;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.picker.ChunkPicker;

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
    /** Asked of someone, or on its way to the disk. */
    private final ChunkMap requested = new ChunkMap();
    /** Asked of two peers. */
    private final ChunkMap twice = new ChunkMap();

    private long wakeAt = Long.MAX_VALUE;

    Requests(Swarm swarm, Engine engine) {
        this.swarm = swarm;
        this.engine = engine;
        this.order = swarm.content().priorities();
        this.picker = order.picker();
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
        twice.clearWord(bin, mask & ~more);
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
        if (twice.get(chunk)) {
            twice.clear(chunk);
            for (Channel channel : swarm.channels()) {
                if (channel != from && channel.ledger().expects(chunk)) {
                    channel.asking().cancel(chunk / BIN, 1L << (chunk % BIN), now);
                }
            }
        }
    }

    void schedule(long now) {
        wakeAt = Long.MAX_VALUE;
        if (swarm.disk().paused()) {
            return;
        }
        List<Channel> channels = order.order(swarm.channels(), now);
        wakeAt = order.nextWake();
        for (int i = 0; i < channels.size(); i++) {
            Channel channel = channels.get(i);
            if (!channel.established()) {
                continue;
            }
            channel.asking().giveUpOvertaken(now);
            if (!swarm.content().asksFirst(channel, now)) {
                ask(channel, order.settledFor(channel, now), now);
                order.asked(channel, now);
            }
        }
    }

    /** Asks for what is not {@code settled}: what is had, and maybe what others bring. */
    private void ask(Channel channel, ChunkMap settled, long now) {
        int most = channel.requestRoom(now);
        if (most <= 0 || !(channel.dialect().hashes() || swarm.quarantine().mayAsk(channel, now))) {
            return;
        }
        int granule = Math.min(BIN, Math.max(1, BIN * 1024 / swarm.metadata().chunkSizeBytes()));
        int room = swarm.disk().failing() ? Math.min(most, granule) : most;
        // Requests for a few request bins at once let the sender cut long runs of datagrams.
        if (room < Math.min(ENOUGH_BINS * granule, channel.ledger().outstanding() / 2)) {
            return;
        }
        while (room >= Math.min(granule, 1 + channel.ledger().outstanding())) {
            if (!engine.downloadLimit().available(now)) {
                wakeAt = Math.min(wakeAt, engine.downloadLimit().availableAt(now));
                return;
            }
            long bin = picker.next(
                    settled, requested, channel.peerHas(), swarm.content().chunkCount(), this::holders);
            if (bin == ChunkPicker.NOTHING) {
                boolean askedForAll = settled == swarm.have() || nothingLeft();
                if (channel.ledger().outstanding() <= order.endGameLoad() && askedForAll) {
                    endGame(channel, now);
                }
                return;
            }
            long wanted = channel.peerHas().word(bin) & ~settled.word(bin) & ~requested.word(bin);
            long mask = lowest(wanted, Math.min(granule, room));
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
        int count = 0;
        for (Channel channel : swarm.channels()) {
            count += channel.established() && channel.peerHas().word(bin) != 0 ? 1 : 0;
        }
        return count;
    }

    /** Asks an idle peer for chunks that another one has owed us for long; whoever is later gets a CANCEL. */
    private void endGame(Channel idle, long now) {
        for (Channel slow : swarm.channels()) {
            if (slow == idle || slow.ledger().outstanding() == 0) {
                continue;
            }
            wakeAt = Math.min(wakeAt, Math.max(now, slow.ledger().oldest()) + Limits.END_GAME_AGE);
            slow.ledger().forEachOlder(now - Limits.END_GAME_AGE, (bin, mask) -> {
                long mine = mask
                        & idle.peerHas().word(bin)
                        & ~twice.word(bin)
                        & ~swarm.have().word(bin);
                if (mine != 0 && idle.ledger().outstanding() < BIN) {
                    twice.setWord(bin, twice.word(bin) | mine);
                    idle.asking().request(bin, mine, now);
                }
            });
        }
    }

    private static long lowest(long bits, int count) {
        long rest = bits;
        for (int i = 0; i < count; i++) {
            rest &= rest - 1;
        }
        return bits & ~rest;
    }
}
