package org.ppspp.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.picker.ChunkPicker;
import org.ppspp.picker.LiveEdgePicker;

/**
 * Whom to ask first in a live stream: those that have least of what is new. The source has all of it and can serve few, so it
 * comes last, and is left for what nobody else has.
 */
final class LivePriorities implements Priorities {
    /** Between two rounds of asking, so that what comes in many datagrams is looked at once; what depends on time alone is looked at again after this. */
    private static final long ROUND = 5 * Limits.MILLISECOND;

    private static final long AGAIN = 50 * Limits.MILLISECOND;

    /** A peer that owes us no more than this may be asked for what is late elsewhere. */
    private static final int END_GAME_LOAD = 32;

    private final Swarm swarm;
    private final LiveContent content;
    private final LiveEdgePicker picker;
    private PeerCosts costs = PeerCosts.NONE;
    private long[] held = new long[16];
    private long lastRound = Long.MIN_VALUE / 2;
    /** The position in the last round. */
    private long begun = -1;

    private long wakeAt = Long.MAX_VALUE;

    LivePriorities(Swarm swarm, LiveContent content, LiveEdgePicker picker) {
        this.swarm = swarm;
        this.content = content;
        this.picker = picker;
    }

    @Override
    public ChunkPicker picker() {
        return picker;
    }

    @Override
    public void costs(PeerCosts changed) {
        costs = changed;
    }

    @Override
    public List<Channel> order(List<Channel> channels, long now) {
        if (now - lastRound < ROUND) {
            wakeAt = lastRound + ROUND;
            return List.of();
        }
        lastRound = now;
        List<Channel> willing = new ArrayList<>();
        for (Channel channel : channels) {
            if (channel.willing(now)) {
                willing.add(channel);
            }
        }
        long position = picker.position();
        if (position != begun) {
            begun = position;
            swarm.requests().expire(position, now);
        }
        long last = content.horizon();
        picker.begin(last);
        boolean waiting = position >= 0 && open(willing, position >> 6, last >> 6, now);
        wakeAt = waiting ? now + AGAIN : Long.MAX_VALUE;
        return ranked(willing, position, last);
    }

    private boolean open(List<Channel> willing, long firstBin, long lastBin, long now) {
        held = held.length < willing.size() ? new long[2 * willing.size()] : held;
        boolean waiting = false;
        for (long bin = firstBin; bin <= lastBin; bin++) {
            long missing =
                    ~swarm.have().word(bin) & ~swarm.requests().requested().word(bin);
            if (missing != 0) {
                for (int i = 0; i < willing.size(); i++) {
                    held[i] = willing.get(i).peerHas().word(bin);
                }
            }
            waiting |= picker.consider(bin, missing, held, willing.size(), now);
        }
        return waiting;
    }

    private List<Channel> ranked(List<Channel> willing, long position, long last) {
        record Rank(Channel channel, double cost, long has) {}
        List<Rank> ranks = new ArrayList<>(willing.size());
        for (Channel channel : willing) {
            long has = 0;
            for (long bin = Math.max(0, position) >> 6; bin <= last >> 6; bin++) {
                has += Long.bitCount(channel.peerHas().word(bin));
            }
            ranks.add(new Rank(channel, costs.of(channel.address().socket().getAddress()), has));
        }
        ranks.sort(Comparator.comparingDouble(Rank::cost).thenComparingLong(Rank::has));
        return ranks.stream().map(Rank::channel).toList();
    }

    @Override
    public ChunkMap settledFor(Channel channel, long now) {
        return picker.closedFor(
                channel.peerHas(),
                swarm.requests().requested(),
                channel.asking().shortRoom(now));
    }

    @Override
    public void asked(Channel channel, long now) {
        // Nothing is measured.
    }

    @Override
    public void stored(long chunk) {
        picker.stored(chunk);
    }

    @Override
    public int endGameLoad() {
        return END_GAME_LOAD;
    }

    @Override
    public long nextWake() {
        return wakeAt;
    }
}
