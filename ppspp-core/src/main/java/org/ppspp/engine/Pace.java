package org.ppspp.engine;

import org.ppspp.picker.ChunkPicker;

/** What the picker may know of one peer that is asked, beside the others, while somebody plays. */
final class Pace implements ChunkPicker.Holders {
    /** How many times as fast another peer must be for this one to leave to it what is wanted soon. */
    private static final int FAR_FASTER = 4;

    private final Swarm swarm;
    private final Channel asked;
    private final long now;
    private final long rate;
    private final long lead;

    Pace(Swarm swarm, Channel asked, long now) {
        this.swarm = swarm;
        this.asked = asked;
        this.now = now;
        this.rate = asked.asking().rate(now);
        this.lead = leadChunks();
    }

    /** Bytes a second that those who answer us bring. */
    static double all(Swarm swarm, long now) {
        double all = 0;
        for (Channel channel : swarm.channels()) {
            all += channel.willing(now) ? Math.max(0, channel.asking().rate(now)) : 0;
        }
        return all;
    }

    private long leadChunks() {
        for (Channel channel : swarm.channels()) {
            if (farFaster(channel)) {
                double seconds = asked.asking().arrivalNanos(1, now) / (double) Limits.SECOND;
                return (long) (all(swarm, now) * seconds / swarm.metadata().chunkSizeBytes());
            }
        }
        return 0;
    }

    private boolean farFaster(Channel other) {
        return other != asked
                && rate != DeliveryRate.UNKNOWN
                && other.willing(now)
                && other.asking().rate(now) / FAR_FASTER > rate;
    }

    /** How many connected peers hold at least part of a request bin. */
    static int holders(Swarm swarm, long bin) {
        int count = 0;
        for (Channel channel : swarm.channels()) {
            count += channel.established() && channel.peerHas().word(bin) != 0 ? 1 : 0;
        }
        return count;
    }

    @Override
    public int count(long bin) {
        return holders(swarm, bin);
    }

    @Override
    public long lead() {
        return lead;
    }

    @Override
    public boolean faster(long bin) {
        for (Channel channel : swarm.channels()) {
            if ((channel.peerHas().word(bin) & ~swarm.have().word(bin)) != 0 && farFaster(channel)) {
                return true;
            }
        }
        return false;
    }
}
