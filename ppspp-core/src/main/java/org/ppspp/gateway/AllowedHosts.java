package org.ppspp.gateway;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names under which a gateway is asked. A page of somebody else's can have its own name lead to this machine (DNS rebinding),
 * and would be the gateway's own origin then; so no name is taken that is looked up somewhere, and no address that can be
 * reached under the same port elsewhere.
 */
final class AllowedHosts {
    private static final Set<String> LOCAL = Set.of("127.0.0.1", "[::1]", "localhost");
    private static final int HTTP_PORT = 80;

    private final boolean localOnly;
    private final int port;

    /** {@code address} is what is listened on, null for this machine alone. */
    AllowedHosts(@Nullable InetAddress address, int port) {
        this.localOnly = address == null || address.isLoopbackAddress();
        this.port = port;
    }

    /** Whether {@code host}, as a {@code Host} header has it, is this gateway. */
    boolean contains(String host) {
        String text = host.toLowerCase(Locale.ROOT);
        int colon = text.lastIndexOf(':');
        boolean hasPort = colon > text.lastIndexOf(']');
        String name = hasPort ? text.substring(0, colon) : text;
        String digits = hasPort ? text.substring(colon + 1) : Integer.toString(HTTP_PORT);
        return digits.equals(Integer.toString(port)) && (LOCAL.contains(name) || (!localOnly && isAddress(name)));
    }

    private static boolean isAddress(String name) {
        boolean bracketed = name.startsWith("[") && name.endsWith("]");
        return bracketed
                ? name.indexOf('%') < 0 && NetUtil.isValidIpV6Address(name.substring(1, name.length() - 1))
                : NetUtil.isValidIpV4Address(name);
    }
}
