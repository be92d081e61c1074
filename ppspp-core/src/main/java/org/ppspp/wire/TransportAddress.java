package org.ppspp.wire;

import java.net.InetSocketAddress;

/**
 * Where a peer is reached: a socket address and the transport that leads there.
 *
 * <p>The same host and port over UDP and over TCP are two addresses.
 *
 * @param transport UDP (one datagram a packet) or TCP (framed, reliable)
 * @param socket a resolved address; IPv4-mapped IPv6 addresses are normalised by the socket layer
 */
public record TransportAddress(Transport transport, InetSocketAddress socket) {
    /** The two transports of this implementation. */
    public enum Transport {
        UDP,
        TCP;

        /** Whether bytes arrive once and in order, so that no ACK, LEDBAT or loss timer is needed. */
        public boolean reliable() {
            return this == TCP;
        }
    }

    public static TransportAddress udp(InetSocketAddress socket) {
        return new TransportAddress(Transport.UDP, socket);
    }

    public static TransportAddress tcp(InetSocketAddress socket) {
        return new TransportAddress(Transport.TCP, socket);
    }

    public boolean reliable() {
        return transport.reliable();
    }

    @Override
    public String toString() {
        String host = socket.isUnresolved()
                ? socket.getHostString()
                : socket.getAddress().getHostAddress();
        String bracketed = host.indexOf(':') < 0 ? host : '[' + host + ']';
        return (transport == Transport.UDP ? "udp:" : "tcp:") + bracketed + ':' + socket.getPort();
    }
}
