package org.ppspp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The addresses under which this peer can hear itself, as a tracker that lists everybody names it too.
 *
 * @param hosts of this machine's network interfaces
 * @param port of this peer's sockets
 */
record OwnAddresses(Set<InetAddress> hosts, int port) {
    OwnAddresses {
        hosts = Set.copyOf(hosts);
    }

    /** As the machine has them now. */
    static OwnAddresses find(int port) {
        try {
            return new OwnAddresses(
                    NetworkInterface.networkInterfaces()
                            .flatMap(NetworkInterface::inetAddresses)
                            .collect(Collectors.toSet()),
                    port);
        } catch (SocketException e) {
            // not knowing them costs a connection to ourselves, which the engine notices
            return new OwnAddresses(Set.of(), port);
        }
    }

    boolean contains(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        return address.getPort() == port
                && host != null
                && (host.isLoopbackAddress() || host.isAnyLocalAddress() || hosts.contains(host));
    }
}
