package org.ppspp.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.picker.PlayWindow;

/**
 * Chunks that are asked of more than one peer: those that somebody waits for and that come too late from where they were
 * asked first, and near the end what another peer has owed us for long. Whoever is later gets a CANCEL (RFC 7574 §3.8).
 */
final class Overdue {
    private final Swarm swarm;
    private final ChunkMap shared = new ChunkMap();
    private long nextRescue;

    Overdue(Swarm swarm) {
        this.swarm = swarm;
    }

    /** Of these chunks only {@code still} are expected from several peers now. */
    void freed(long bin, long mask, long still) {
        shared.clearWord(bin, mask & ~still);
    }

    /** Chunks below this one are gone. */
    void forgetBelow(long chunk) {
        shared.clear(0, chunk - 1);
    }

    /** Whoever else was asked for this chunk need not send it. */
    void stored(long chunk, Channel from, long now) {
        if (shared.get(chunk)) {
            shared.clear(chunk);
            for (Channel channel : swarm.channels()) {
                if (channel != from && channel.ledger().expects(chunk)) {
                    channel.asking().cancel(chunk >> 6, 1L << (chunk & 63), now);
                }
            }
        }
    }

    /** Asks an idle peer for chunks that another one has owed us for long; returns when to look again. */
    long endGame(Channel idle, long now) {
        long least = swarm.content().requestTimeout() / Limits.END_GAME_PART;
        long again = Long.MAX_VALUE;
        for (Channel slow : swarm.channels()) {
            if (slow == idle || slow.ledger().outstanding() == 0) {
                continue;
            }
            long age = Math.max(least, slow.asking().resentAfter());
            again = Math.min(again, Math.max(now, slow.ledger().oldest()) + age);
            slow.ledger().forEachOlder(now - age, (bin, mask) -> {
                long mine = mask
                        & idle.peerHas().word(bin)
                        & ~shared.word(bin)
                        & ~swarm.have().word(bin);
                if (mine != 0 && idle.ledger().outstanding() < Long.SIZE) {
                    askToo(idle, bin, mine, now);
                }
            });
        }
        return again;
    }

    private void askToo(Channel channel, long bin, long mask, long now) {
        shared.setWord(bin, shared.word(bin) | mask);
        channel.asking().request(bin, mask, now);
    }

    /** Tells slow peers to forget what nobody waits for any more, so that they can bring what is urgent now. */
    void forget(List<PlayWindow> windows, long now) {
        for (Channel channel : swarm.channels()) {
            if (channel.dialect().bareMessages() || channel.asking().arrivalNanos(0, now) < Limits.FORGET_AFTER) {
                continue;
            }
            Map<Long, Long> useless = new LinkedHashMap<>();
            channel.ledger().forEachOlder(now, (bin, mask) -> useless.put(bin, mask & ~urgent(windows, bin)));
            useless.forEach((bin, mask) -> {
                channel.asking().cancel(bin, mask, now);
                swarm.release(bin, mask);
            });
        }
    }

    /** Tells peers to forget what lies below {@code position}: it was played, or comes too late. */
    void expire(long position, long now) {
        for (Channel channel : swarm.channels()) {
            Map<Long, Long> useless = new LinkedHashMap<>();
            channel.ledger().forEachOlder(now, (bin, mask) -> {
                long below = mask & below(bin, position);
                if (below != 0) {
                    useless.merge(bin, below, (a, b) -> a | b);
                }
            });
            useless.forEach((bin, mask) -> {
                channel.asking().cancel(bin, mask, now);
                swarm.release(bin, mask);
            });
        }
    }

    private static long below(long bin, long position) {
        long count = position - (bin << 6);
        return count <= 0 ? 0 : count >= Long.SIZE ? -1L : (1L << count) - 1;
    }

    private static long urgent(List<PlayWindow> windows, long bin) {
        long urgent = 0;
        for (PlayWindow window : windows) {
            urgent |= window.urgentOf(bin);
        }
        return urgent;
    }

    /** Asks elsewhere for urgent chunks that will come late, those of the newest reader first; returns when to look again. */
    long rescue(List<PlayWindow> windows, long now) {
        if (now < nextRescue) {
            return nextRescue;
        }
        nextRescue = now + Limits.RESCUE_PERIOD;
        // That is how soon a chunk some way ahead of its reader can be wanted at the earliest.
        double bytesPerSecond = Pace.all(swarm, now);
        boolean waiting = false;
        for (PlayWindow window : windows) {
            long count = swarm.content().chunkCount();
            long end = count < 0 ? window.urgentEnd() : Math.min(window.urgentEnd(), count);
            long chunk = swarm.have().nextClear(window.playhead());
            while (chunk < end) {
                waiting = true;
                long bin = chunk >> 6;
                long ahead = Math.max(0, (bin << 6) - window.playhead())
                        * swarm.metadata().chunkSizeBytes();
                long due = (long) (ahead / Math.max(1, bytesPerSecond) * Limits.SECOND);
                rescue(
                        bin,
                        window.urgentOf(bin) & ~swarm.have().word(bin),
                        Math.max(Limits.RESCUE_AFTER, 2 * due),
                        now);
                chunk = swarm.have().nextClear((bin + 1) << 6);
            }
        }
        return waiting ? nextRescue : Long.MAX_VALUE;
    }

    /** Those of {@code urgent} that no peer brings within {@code patience} are asked of one that brings them far sooner. */
    private void rescue(long bin, long urgent, long patience, long now) {
        long inTime = 0;
        long once = 0;
        long twice = 0;
        long often = 0;
        long wait = Long.MAX_VALUE;
        for (Channel channel : swarm.channels()) {
            long asked = channel.ledger().expected(bin) & urgent;
            if (asked == 0) {
                continue;
            }
            long remaining = channel.asking().remainingNanos(bin, now);
            inTime |= remaining <= patience ? asked : 0;
            wait = Math.min(wait, remaining <= patience ? Long.MAX_VALUE : remaining);
            often |= twice & asked;
            twice |= once & asked;
            once |= asked;
        }
        long late = once & ~inTime & ~often & ~swarm.intake().inside(bin);
        Channel best = late == 0 ? null : soonest(bin, late, wait / 2, now);
        if (best != null) {
            askToo(best, bin, late & best.peerHas().word(bin) & ~best.ledger().expected(bin), now);
        }
    }

    private @Nullable Channel soonest(long bin, long mask, long within, long now) {
        Channel best = null;
        long least = within;
        for (Channel channel : swarm.channels()) {
            long possible =
                    mask & channel.peerHas().word(bin) & ~channel.ledger().expected(bin);
            if (possible != 0 && swarm.content().proves(channel) && channel.willing(now)) {
                long nanos = channel.asking().arrivalNanos(Long.bitCount(possible), now);
                if (nanos < least) {
                    least = nanos;
                    best = channel;
                }
            }
        }
        return best;
    }
}
