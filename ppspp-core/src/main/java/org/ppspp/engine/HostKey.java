package org.ppspp.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * What one host or one network controls: an IPv4 address or an IPv6 /64, and their /24 and /48. Limits per host count these.
 */
final class HostKey {
    private HostKey() {}

    /** The host: 32 bits of IPv4, or the first 64 bits of IPv6. */
    static long host(InetSocketAddress socket) {
        return prefix(socket.getAddress(), 4, 8);
    }

    /** The network around it. */
    static long network(InetSocketAddress socket) {
        return prefix(socket.getAddress(), 3, 6);
    }

    /** Whether limits per host do not apply: loopback, private and link-local addresses share machines and gateways. */
    static boolean exempt(InetSocketAddress socket) {
        Reach reach = Reach.of(socket.getAddress());
        return reach == Reach.LOOPBACK || reach == Reach.LOCAL;
    }

    /** Whether no peer can be there, whoever says so (rule R19). */
    static boolean undiallable(InetSocketAddress socket) {
        return socket.isUnresolved() || socket.getPort() <= 0 || Reach.of(socket.getAddress()) == Reach.NOWHERE;
    }

    private static long prefix(InetAddress address, int bytesOfV4, int bytesOfV6) {
        byte[] raw = address.getAddress();
        int count = raw.length == 4 ? bytesOfV4 : bytesOfV6;
        long key = raw.length;
        for (int i = 0; i < count; i++) {
            key = (key << 8) | (raw[i] & 0xff);
        }
        return key;
    }
}
