package org.ppspp;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which ALTO server (RFC 7285) says what peers cost, and by what measure. Cheap peers are contacted and asked first, as long
 * as they are not much slower than the others; nothing else changes, and nothing at all while the server is away. The server
 * learns the addresses of the peers.
 *
 * @param server the information resource directory, or the base URL in front of {@code /endpointcost/lookup}
 * @param costType the cost metric, 1 to 32 letters, digits and {@code - : _ .}
 * @param higherIsBetter whether the metric is something to have much of, such as bandwidth
 * @param self our address as the server knows it, where it cannot see that, or null
 */
public record AltoConfig(
        URI server,
        String costType,
        boolean higherIsBetter,
        @Nullable InetAddress self) {
    /** Where PyALTO listens, and what its paths begin with. */
    private static final int PYALTO_PORT = 5000;

    private static final String PYALTO_PATH = "/alto";

    public AltoConfig {
        String scheme = String.valueOf(server.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || server.getHost() == null) {
            throw new IllegalArgumentException("'" + server + "' is no http:// or https:// URL");
        }
        if (!costType.matches("[A-Za-z0-9:_.-]{1,32}")) {
            throw new IllegalArgumentException(
                    "a cost type has 1 to 32 letters, digits and - : _ . in it, unlike '" + costType + "'");
        }
    }

    /**
     * A server as users type it: a URL, or a host with or without a port, which means PyALTO's {@code http://HOST:5000/alto}.
     * Bandwidths are better the higher they are, everything else the lower.
     */
    public static AltoConfig of(String server, String costType) {
        return new AltoConfig(uri(server.strip()), costType, isMuchWanted(costType), null);
    }

    private static URI uri(String server) {
        try {
            if (server.contains("://")) {
                return new URI(server);
            }
            Endpoint endpoint = Endpoint.parse(server, PYALTO_PORT);
            return new URI("http", null, endpoint.host(), endpoint.port(), PYALTO_PATH, null, null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + server + "' is no http:// or https:// URL", e);
        }
    }

    /** PyALTO's bandwidth, and those of RFC 9439. */
    private static boolean isMuchWanted(String costType) {
        return costType.equals("residual-pathbandwidth") || costType.equals("tput") || costType.startsWith("bw-");
    }

    public AltoConfig withHigherIsBetter(boolean higher) {
        return new AltoConfig(server, costType, higher, self);
    }

    public AltoConfig withSelf(@Nullable InetAddress address) {
        return new AltoConfig(server, costType, higherIsBetter, address);
    }
}
