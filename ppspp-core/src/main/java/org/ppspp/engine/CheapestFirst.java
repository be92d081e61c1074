package org.ppspp.engine;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.picker.ChunkPicker;

/**
 * Whom to ask first where peers differ in {@link PeerCosts}, and whom not to bother.
 *
 * <p>Every peer that delivers has its request window full all the time, so asking the cheap one first alone would change
 * nothing: what does not fit its window would go to the next. A cost is a wish and speed is what the user waits for, so the
 * two are weighed: the cheapest peers are always asked, and of the dearer ones, in order of cost, as many as it takes until
 * those that are asked bring {@link #ENOUGH} of what all together could. One of two equal seeders is enough; one that is
 * less than half as fast as the other is not, nor one that stalls or chokes. So a download keeps a third of the speed it
 * could have at least, whatever a server says of its peers.
 *
 * <p>Who is not bothered is still asked for what none of the others has, since it has to come from there in the end, and
 * when there is nothing else left to ask for. And what it could bring is tried now and then, for otherwise nobody would
 * know: at first, and one peer every {@link #TRIAL_PERIOD}, which is a thirtieth of the time.
 *
 * <p>Without costs this does nothing, and nothing is measured.
 */
final class CheapestFirst implements Priorities {
    private static final double ENOUGH = 1 / 3.0;

    private static final long SLICE = 250 * Limits.MILLISECOND;
    private static final long TRIAL_PERIOD = 15 * Limits.SECOND;

    /** How long a trial takes, for a peer that is near, and in round trips: a sender begins slowly. */
    private static final long TRIAL = 2 * SLICE;

    private static final int TRIAL_ROUND_TRIPS = 10;

    private static final long TRIAL_MAX = 5 * Limits.SECOND;

    /** What the peers that are asked have is gathered this often, and more rarely of much content: it takes a while. */
    private static final long SETTLE_PERIOD = Limits.SECOND;

    private static final long SETTLE_PERIOD_PER_CHUNK = 20;

    private static final class Standing {
        final Channel channel;
        double cost;
        long seenBytes;
        /** Bytes a second that it brings. */
        double rate;
        /** Bytes a second that it would bring, as far as we saw. */
        double potential;
        /** Whether the others bring too little without it; it is asked for anything then, and in a trial. */
        boolean needed;

        boolean asked = true;
        boolean askedAllSlice;
        long triedAt;
        long trialUntil;

        Standing(Channel channel, double cost, long now) {
            this.channel = channel;
            this.cost = cost;
            this.seenBytes = channel.traffic().receivedBytes();
            startTrial(now);
        }

        void startTrial(long now) {
            triedAt = now;
            trialUntil = now
                    + Math.min(
                            TRIAL_MAX,
                            Math.max(TRIAL, TRIAL_ROUND_TRIPS * channel.asking().minRtt()));
        }

        void measure(long elapsed) {
            long bytes = channel.traffic().receivedBytes() - seenBytes;
            seenBytes += bytes;
            double measured = bytes * (double) Limits.SECOND / elapsed;
            rate = (rate + measured) / 2;
            if (measured > potential) {
                potential = measured;
            } else if (askedAllSlice) {
                potential -= (potential - measured) / 4;
            }
            askedAllSlice = asked;
        }
    }

    private final Swarm swarm;
    private final ChunkPicker picker;
    private PeerCosts costs = PeerCosts.NONE;
    private final Map<Channel, Standing> standings = new LinkedHashMap<>();
    private List<Channel> order = List.of();
    private long sliceStart;
    private long nextTrial;
    private ChunkMap settled = new ChunkMap();
    private long settledAt;
    private boolean settleSoon;

    // In one round of asking: the least cost, and bytes a second of everyone and of those that were asked before.
    private double cheapest;
    private double all;
    private double brought;

    CheapestFirst(Swarm swarm, ChunkPicker picker) {
        this.swarm = swarm;
        this.picker = picker;
    }

    @Override
    public ChunkPicker picker() {
        return picker;
    }

    /** Near the end, peers that have nothing else to do. */
    @Override
    public int endGameLoad() {
        return 0;
    }

    @Override
    public void costs(PeerCosts changed) {
        costs = changed;
        order = List.of();
        if (costs.isEmpty()) {
            standings.clear();
        }
        standings.values().forEach(each -> each.cost = costOf(each.channel));
    }

    private double costOf(Channel channel) {
        return costs.of(channel.address().socket().getAddress());
    }

    /** When to ask again although nothing came. */
    @Override
    public long nextWake() {
        return standings.isEmpty() ? Long.MAX_VALUE : sliceStart + SLICE;
    }

    /** The channels in the order in which to ask them; begins a round. While the size is not proven nobody brings much. */
    @Override
    public List<Channel> order(List<Channel> channels, long now) {
        if (costs.isEmpty() || !swarm.content().sized()) {
            return channels;
        }
        if (standings.isEmpty()) {
            sliceStart = now;
            nextTrial = now + TRIAL_PERIOD;
            settledAt = Long.MIN_VALUE / 2;
        }
        welcome(channels, now);
        if (sliceStart + SLICE <= now) {
            measure(now);
        }
        cheapest = Double.POSITIVE_INFINITY;
        all = 0;
        brought = 0;
        for (Standing each : standings.values()) {
            if (each.channel.willing(now)) {
                cheapest = Math.min(cheapest, each.cost);
                all += each.potential;
            }
        }
        return order;
    }

    private void measure(long now) {
        standings.values().forEach(each -> each.measure(now - sliceStart));
        sliceStart = now;
        if (nextTrial <= now) {
            nextTrial = now + TRIAL_PERIOD;
            standings.values().stream()
                    .filter(each -> !each.asked && each.channel.willing(now))
                    .min(Comparator.comparingLong(each -> each.triedAt))
                    .ifPresent(each -> each.startTrial(now));
        }
        long pause = (settleSoon ? SLICE : SETTLE_PERIOD)
                + SETTLE_PERIOD_PER_CHUNK * swarm.content().chunkCount();
        if (settledAt + pause <= now) {
            settledAt = now;
            settleSoon = false;
            settle(now);
        }
    }

    /** Who is not willing yet is of no interest yet. */
    private void welcome(List<Channel> channels, long now) {
        boolean changed = standings.keySet().removeIf(Channel::closed);
        for (Channel channel : channels) {
            if (channel.willing(now) && !standings.containsKey(channel)) {
                standings.put(channel, new Standing(channel, costOf(channel), now));
                changed = true;
            }
        }
        if (changed || order.isEmpty()) {
            order = standings.values().stream()
                    .sorted(Comparator.comparingDouble(each -> each.cost))
                    .map(each -> each.channel)
                    .toList();
        }
    }

    /** What is had, or comes from peers that are asked anyway. */
    private void settle(long now) {
        settled = swarm.have().copy();
        for (Standing each : standings.values()) {
            if (!each.needed || !each.channel.willing(now)) {
                continue;
            }
            if (each.channel.peerComplete()) {
                settled = ChunkMap.full(swarm.content().chunkCount());
                return;
            }
            ChunkMap has = each.channel.peerHas();
            long end = swarm.content().chunkCount();
            for (long chunk = has.nextSet(0); chunk >= 0 && chunk < end; chunk = has.nextSet((chunk | 63) + 1)) {
                settled.setWord(chunk >> 6, has.word(chunk >> 6));
            }
        }
    }

    @Override
    public void stored(long chunk) {
        if (!costs.isEmpty()) {
            settled.set(chunk);
        }
    }

    @Override
    public ChunkMap settledFor(Channel channel, long now) {
        Standing standing = standings.get(channel);
        if (standing == null) {
            return swarm.have();
        }
        boolean needed = standing.cost <= cheapest || brought <= ENOUGH * all;
        if (needed != standing.needed) {
            standing.needed = needed;
            settleSoon = true;
        }
        standing.asked = needed || now < standing.trialUntil;
        standing.askedAllSlice &= standing.asked;
        return standing.asked ? swarm.have() : settled;
    }

    /** The channel had its turn. */
    @Override
    public void asked(Channel channel, long now) {
        Standing standing = standings.get(channel);
        if (standing != null && channel.ledger().outstanding() > 0 && channel.willing(now)) {
            brought += standing.rate;
        }
    }
}
