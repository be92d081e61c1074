package org.ppspp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.ppspp.discovery.TrackerMessage;

/**
 * A host and a port as a user types them; the host may be a name.
 *
 * @param host a name or a literal address, without brackets, not empty
 * @param port 1 to 65535
 */
public record Endpoint(String host, int port) {
    /** The port of a tracker where none is given. */
    public static final int TRACKER_PORT = TrackerMessage.DEFAULT_PORT;

    public Endpoint {
        if (host.isEmpty() || host.length() > 255) {
            throw new IllegalArgumentException("a host name has 1 to 255 characters");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
        }
    }

    /**
     * Parses {@code HOST}, {@code HOST:PORT}, {@code [V6]} or {@code [V6]:PORT}; a bare IPv6 address is taken as it is.
     * Throws {@link IllegalArgumentException} saying what is wrong.
     */
    public static Endpoint parse(String text, int defaultPort) {
        HostAndPort parts = HostAndPort.split(text.strip());
        if (parts.host().isEmpty()) {
            throw new IllegalArgumentException("'" + text + "' names no host");
        }
        return new Endpoint(parts.host(), parts.port() < 0 ? defaultPort : parts.port());
    }

    /** Every address of the host, in the resolver's order. Blocks while a name is looked up. */
    public List<InetSocketAddress> resolve() throws UnknownHostException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (InetAddress address : InetAddress.getAllByName(host)) {
            addresses.add(new InetSocketAddress(address, port));
        }
        return List.copyOf(addresses);
    }

    @Override
    public String toString() {
        return host.indexOf(':') < 0 ? host + ':' + port : '[' + host + "]:" + port;
    }
}
