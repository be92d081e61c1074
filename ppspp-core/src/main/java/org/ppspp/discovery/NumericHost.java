package org.ppspp.discovery;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Reads addresses that the network writes as text. Names are never looked up. */
final class NumericHost {
    private NumericHost() {}

    /**
     * The address that {@code host} stands for, or null if it is a name. An IPv4-mapped IPv6 address comes out as IPv4, a scope
     * is dropped.
     */
    static @Nullable InetAddress address(String host) {
        byte @Nullable [] bytes = NetUtil.createByteArrayFromIpAddressString(host);
        if (bytes == null) {
            return null;
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("Netty parsed an address of " + bytes.length + " bytes", e);
        }
    }
}
