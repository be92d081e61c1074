package org.ppspp.engine;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * What traffic from each host costs somebody who knows the network, such as an ALTO server (RFC 7285): a wish, which
 * decides whom to dial and whom to ask first among peers that would do.
 *
 * @param costs finite numbers, the lower the better; they matter by their order alone. Hosts have one cost, whatever their
 *     ports; one that is not here comes after all that are
 */
public record PeerCosts(Map<InetAddress, Double> costs) {
    /** Nobody knows anything: every peer is as good as any other. */
    public static final PeerCosts NONE = new PeerCosts(Map.of());

    public PeerCosts {
        costs = Map.copyOf(costs);
        for (Map.Entry<InetAddress, Double> cost : costs.entrySet()) {
            if (!Double.isFinite(cost.getValue())) {
                throw new IllegalArgumentException(cost.getKey() + " costs " + cost.getValue());
            }
        }
    }

    public boolean isEmpty() {
        return costs.isEmpty();
    }

    /** The cost of a host, or positive infinity where it is not known. */
    public double of(InetAddress host) {
        return costs.getOrDefault(host, Double.POSITIVE_INFINITY);
    }

    /** These costs, and those of {@code more}, which win. */
    public PeerCosts with(PeerCosts more) {
        Map<InetAddress, Double> all = new HashMap<>(costs);
        all.putAll(more.costs);
        return new PeerCosts(all);
    }
}
