package org.ppspp.tracker;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.ppspp.HostAndPort;
import org.ppspp.discovery.TrackerMessage;

/**
 * Where to listen, as written behind {@code --listen}.
 *
 * @param host null for every address of both families
 * @param port 0..65535; 0 for a free one
 */
record ListenAddress(@Nullable InetAddress host, int port) {
    static final int DEFAULT_PORT = TrackerMessage.DEFAULT_PORT;

    static ListenAddress everywhere() {
        return new ListenAddress(null, DEFAULT_PORT);
    }

    /**
     * Parses {@code [ADDR][:PORT]} or a port alone.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    static ListenAddress parse(String text) {
        HostAndPort parts = HostAndPort.splitListener(text);
        boolean portGiven = parts.port() >= 0;
        boolean everywhere = parts.host().isEmpty() && portGiven;
        return new ListenAddress(
                everywhere ? null : address(parts.host(), text), portGiven ? parts.port() : DEFAULT_PORT);
    }

    /** Whether this is an IPv4 address, for which the socket must not take IPv6 connections. */
    boolean isIpv4() {
        return host instanceof Inet4Address;
    }

    boolean isWildcard() {
        return host == null || host.isAnyLocalAddress();
    }

    InetSocketAddress socketAddress() {
        return host == null ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
        String text = host == null ? "0.0.0.0" : NetUtil.toAddressString(host);
        return (text.indexOf(':') < 0 ? text : '[' + text + ']') + ':' + port;
    }

    private static InetAddress address(String host, String text) {
        byte @Nullable [] bytes = NetUtil.createByteArrayFromIpAddressString(host);
        if (bytes == null) {
            throw new IllegalArgumentException("'" + text
                    + "' is not [ADDR][:PORT] with a numeric address, such as :6777, 192.0.2.1 or [::1]:6777");
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of " + bytes.length + " bytes", e);
        }
    }
}
