package org.ppspp.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** One form for each address, so that equal peers are equal. */
final class SocketAddresses {
    private SocketAddresses() {}

    /** IPv4-mapped IPv6 addresses become IPv4; scopes stay only where they are needed to answer. */
    static InetSocketAddress normalise(InetSocketAddress address) {
        if (address.getAddress() instanceof Inet6Address inet6
                && !(inet6.isLinkLocalAddress() && inet6.getScopeId() > 0)) {
            return new InetSocketAddress(withoutScope(inet6), address.getPort());
        }
        return address;
    }

    private static InetAddress withoutScope(Inet6Address address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new AssertionError("16 bytes are an address", e);
        }
    }
}
