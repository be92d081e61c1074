package org.ppspp.sim;

import io.netty.buffer.ByteBuf;
import org.ppspp.wire.TransportAddress;

/** Something with an address in a simulated network. Who knows only datagrams hears nothing of connections. */
interface SimNode {
    /** {@code datagram}, or frame, is borrowed for the call. */
    void receive(TransportAddress from, ByteBuf datagram);

    /** A TCP connection of ours will be seen by its other end as one from this address. */
    default void dialledFrom(TransportAddress address) {}

    /** A TCP connection ended or could not be made. */
    default void closed(TransportAddress remote) {}

    /** Back-pressure of a TCP connection. */
    default void writable(TransportAddress remote, boolean writable) {}
}
