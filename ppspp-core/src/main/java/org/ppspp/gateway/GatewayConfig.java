package org.ppspp.gateway;

import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a gateway listens and what it grants.
 *
 * @param address null for this machine alone, over IPv4 and IPv6
 * @param port 0 for a free one
 * @param token the first step of every path, or null for none, which goes with this machine alone
 * @param maxConnections more are turned away
 * @param headerPatience how long a connection may take for its next request
 * @param stallPatience how long a viewer may leave bytes untaken, and content its length unknown
 */
public record GatewayConfig(
        @Nullable InetAddress address,
        int port,
        @Nullable AccessToken token,
        int maxConnections,
        Duration headerPatience,
        Duration stallPatience) {
    public static final int DEFAULT_MAX_CONNECTIONS = 32;

    /** The most that a request line and headers may have together. */
    static final int MAX_REQUEST_LINE_BYTES = 2_048 + 128;

    static final int MAX_HEADER_BYTES = 8_192 - MAX_REQUEST_LINE_BYTES;

    /** Requests that may follow on a connection before the one under way is answered. */
    static final int MAX_PIPELINED = 4;

    /** Content is read in pieces of this size; with what a viewer has not taken yet that is 1 MiB at most. */
    static final int READ_BYTES = 256 << 10;

    static final int MAX_UNTAKEN_BYTES = (1 << 20) - READ_BYTES;

    public GatewayConfig {
        boolean local = address == null || address.isLoopbackAddress();
        if (token == null && !local) {
            throw new IllegalArgumentException("an HTTP gateway that others reach needs a token");
        }
        if (port < 0
                || port > 65_535
                || maxConnections < 1
                || headerPatience.isNegative()
                || stallPatience.isNegative()) {
            throw new IllegalArgumentException("port " + port + ", connections " + maxConnections + ", patience "
                    + headerPatience + " and " + stallPatience);
        }
    }

    /** For this machine alone, with a new token. */
    public static GatewayConfig onPort(int port) {
        return new GatewayConfig(
                null,
                port,
                AccessToken.random(),
                DEFAULT_MAX_CONNECTIONS,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30));
    }

    public GatewayConfig withAddress(@Nullable InetAddress listen) {
        return new GatewayConfig(listen, port, token, maxConnections, headerPatience, stallPatience);
    }

    public GatewayConfig withToken(@Nullable AccessToken needed) {
        return new GatewayConfig(address, port, needed, maxConnections, headerPatience, stallPatience);
    }

    public GatewayConfig withMaxConnections(int limit) {
        return new GatewayConfig(address, port, token, limit, headerPatience, stallPatience);
    }

    public GatewayConfig withPatience(Duration forHeaders, Duration forViewers) {
        return new GatewayConfig(address, port, token, maxConnections, forHeaders, forViewers);
    }
}
