package org.ppspp.tracker;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Who is held to one allowance: an IPv4 address, or the IPv6 /64 of a subscriber.
 *
 * @param prefix the address, or the upper half of it
 * @param ipv6 which of the two
 */
record Site(long prefix, boolean ipv6) {
    static Site of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address ? new Site(bytes.getInt(), false) : new Site(bytes.getLong(), true);
    }

    /**
     * Whether the address belongs to a local network, where one address may stand for many honest peers and strangers
     * cannot pretend to be: loopback, private, carrier-grade NAT, link-local and unique-local addresses.
     */
    static boolean isLocal(InetAddress address) {
        if (address.isLoopbackAddress() || address.isLinkLocalAddress() || address.isSiteLocalAddress()) {
            return true;
        }
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address) {
            return bytes[0] == 100 && (bytes[1] & 0xc0) == 64; // 100.64.0.0/10
        }
        return (bytes[0] & 0xfe) == 0xfc; // fc00::/7
    }
}
