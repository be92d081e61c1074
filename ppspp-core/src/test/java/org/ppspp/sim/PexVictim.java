package org.ppspp.sim;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.ppspp.wire.TransportAddress;

/** A host that has nothing to do with any swarm, and counts what is sent to it nevertheless. */
final class PexVictim implements SimNode {
    private final Simulation simulation;
    private final Map<String, List<Long>> arrivals = new TreeMap<>();

    PexVictim(Simulation simulation, List<TransportAddress> addresses) {
        this.simulation = simulation;
        addresses.forEach(address -> simulation.attach(address, this));
    }

    /** When datagrams came, by who sent them. */
    Map<String, List<Long>> arrivals() {
        return arrivals;
    }

    @Override
    public void receive(TransportAddress from, ByteBuf datagram) {
        arrivals.computeIfAbsent(from.toString(), unused -> new ArrayList<>()).add(simulation.now());
    }
}
