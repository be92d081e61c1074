package org.ppspp;

import java.net.InetSocketAddress;
import java.util.List;
import org.ppspp.wire.TransportAddress;

/** Which transports lead to the peers we contact; peers that contact us may use either. */
public enum TransportPolicy {
    /** UDP first, as RFC 7574 has it, and TCP where it is not answered. */
    AUTO,
    UDP,
    TCP;

    /** How to reach the peer at {@code socket}, the preferred way first. */
    List<TransportAddress> addresses(InetSocketAddress socket) {
        return switch (this) {
            case AUTO -> List.of(TransportAddress.udp(socket), TransportAddress.tcp(socket));
            case UDP -> List.of(TransportAddress.udp(socket));
            case TCP -> List.of(TransportAddress.tcp(socket));
        };
    }
}
