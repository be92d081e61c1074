package org.ppspp.net;

import java.net.InetAddress;
import java.util.List;

/**
 * Where and how a peer listens.
 *
 * @param addresses to listen on, each under the same port over UDP and TCP; empty means every address, IPv6 where there is
 *     any. Of each family the first is the one datagrams leave from
 * @param port 0 to 65,535, where 0 chooses one that is free
 * @param forceNio whether to do without the native transport where it is available
 * @param tcp limits of TCP connections
 */
public record NetConfig(List<InetAddress> addresses, int port, boolean forceNio, TcpLimits tcp) {
    private static final int MAX_PORT = 65_535;

    public NetConfig {
        addresses = List.copyOf(addresses);
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("a port is 0 to " + MAX_PORT + ", not " + port);
        }
    }

    /** Every address, with the limits of {@link TcpLimits#defaults}. */
    public static NetConfig onPort(int port) {
        return new NetConfig(List.of(), port, false, TcpLimits.defaults());
    }

    public NetConfig withAddresses(List<InetAddress> only) {
        return new NetConfig(only, port, forceNio, tcp);
    }

    public NetConfig withoutNativeTransport() {
        return new NetConfig(addresses, port, true, tcp);
    }

    public NetConfig withTcp(TcpLimits limits) {
        return new NetConfig(addresses, port, forceNio, limits);
    }
}
