package org.ppspp.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Decides whose requests are served when more peers ask than we serve at once: those that give us most, or once we need
 * nothing those we serve fastest, and one by lot so that newcomers get a chance (RFC 7574 §3.9, §12.6.6).
 */
final class Choker {
    private final RandomGenerator random;
    private long next;

    Choker(RandomGenerator random) {
        this.random = random;
    }

    long next() {
        return next;
    }

    /** Chokes and unchokes; {@code seeding} tells that we need nothing ourselves. */
    void decide(long now, List<Channel> channels, boolean seeding) {
        next = now + Limits.CHOKE_PERIOD;
        List<Channel> asking = new ArrayList<>();
        for (Channel channel : channels) {
            if (channel.established()
                    && (channel.wantsContent() || channel.serving().choking())) {
                asking.add(channel);
            }
        }
        if (asking.size() > Limits.UNCHOKED) {
            asking.sort(Comparator.comparingLong(
                            (Channel channel) -> channel.traffic().recentBytes(seeding))
                    .reversed());
            int lot = Limits.UNCHOKED - 1 + random.nextInt(asking.size() - Limits.UNCHOKED + 1);
            asking.add(Limits.UNCHOKED - 1, asking.remove(lot));
        }
        for (int i = 0; i < asking.size(); i++) {
            asking.get(i).serving().choke(i >= Limits.UNCHOKED);
        }
        channels.forEach(channel -> channel.traffic().startPeriod());
    }
}
