package org.ppspp.tracker;

import java.net.InetAddress;
import org.ppspp.discovery.TrackerMessage.Endpoint;

/** One endpoint registered in one swarm. A million of these fit in memory, so they are small. */
final class Member {
    final Swarm swarm;
    final Address address;

    /** Counts registrations, so that members can be listed in the order they came. */
    final long sequence;

    /** Who registered it last. */
    Client client;

    /** Place in the swarm's list. */
    int index;

    Member(Swarm swarm, Address address, long sequence, Client client) {
        this.swarm = swarm;
        this.address = address;
        this.sequence = sequence;
        this.client = client;
    }

    /** Where a member is reached. IPv4-mapped IPv6 hosts do not occur. */
    record Address(InetAddress host, int port) {
        Endpoint endpoint() {
            return Endpoint.of(host, port);
        }
    }
}
