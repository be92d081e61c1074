package org.ppspp.discovery;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client and a tracker say to each other in the JSON tracker protocol of PyPPSPP.
 *
 * <p>A swarm ID is an opaque string to the tracker: PyPPSPP sends the hexadecimal digits its user typed.
 */
public sealed interface TrackerMessage {
    /** Where trackers listen unless told otherwise, as PyPPSPP's does. */
    int DEFAULT_PORT = 6777;

    /** The longest swarm ID, in characters: 1,024 bytes in hexadecimal. */
    int MAX_SWARM_ID_CHARS = 2_048;

    /** The swarm this message is about. */
    String swarmId();

    /** Client to tracker: I serve this swarm at this endpoint. */
    record Register(String swarmId, Endpoint endpoint) implements TrackerMessage {
        public Register {
            checkSwarmId(swarmId);
        }
    }

    /** Client to tracker: who else is there? Answered by {@link OtherPeers}. */
    record GetPeers(String swarmId) implements TrackerMessage {
        public GetPeers {
            checkSwarmId(swarmId);
        }
    }

    /** Client to tracker: I leave. */
    record Unregister(String swarmId, Endpoint endpoint) implements TrackerMessage {
        public Unregister {
            checkSwarmId(swarmId);
        }
    }

    /** Tracker to client: members of the swarm, the asker not among them. */
    record OtherPeers(String swarmId, List<Endpoint> details) implements TrackerMessage {
        public OtherPeers {
            checkSwarmId(swarmId);
            details = List.copyOf(details);
        }
    }

    /** Tracker to client: this node has joined. */
    record NewNode(String swarmId, Endpoint endpoint) implements TrackerMessage {
        public NewNode {
            checkSwarmId(swarmId);
        }
    }

    /** Tracker to client: this node has left. */
    record RemoveNode(String swarmId, Endpoint endpoint) implements TrackerMessage {
        public RemoveNode {
            checkSwarmId(swarmId);
        }
    }

    /**
     * Where a node claims to be reached.
     *
     * @param host usually a numeric address; whatever the sender wrote
     * @param port 1..65535
     */
    record Endpoint(String host, int port) {
        /** The longest host, in characters: that of a DNS name. */
        public static final int MAX_HOST_CHARS = 255;

        public Endpoint {
            if (host.length() > MAX_HOST_CHARS) {
                throw new IllegalArgumentException("host of " + host.length() + " characters");
            }
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("port " + port);
            }
        }

        /** The endpoint of a host and port from the network, or null if they cannot be one. */
        static @Nullable Endpoint orNull(@Nullable String host, int port) {
            if (host == null || host.length() > MAX_HOST_CHARS || port < 1 || port > 65_535) {
                return null;
            }
            return new Endpoint(host, port);
        }

        /** The endpoint of an address and a port, its host in numbers and without a scope. */
        public static Endpoint of(InetAddress host, int port) {
            return new Endpoint(NetUtil.toAddressString(host), port);
        }

        /**
         * The address a numeric host stands for, or null if the host is a name: what the network says is never looked
         * up. An IPv4-mapped IPv6 address comes out as IPv4, a scope is dropped.
         */
        public @Nullable InetAddress numericHost() {
            return NumericHost.address(host);
        }
    }

    private static void checkSwarmId(String swarmId) {
        if (swarmId.length() > MAX_SWARM_ID_CHARS) {
            throw new IllegalArgumentException("swarm ID of " + swarmId.length() + " characters");
        }
    }
}
