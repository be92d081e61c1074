package org.ppspp.sim;

import io.netty.buffer.ByteBuf;
import org.ppspp.wire.TransportAddress;

/** Something with an address in a simulated network. */
interface SimNode {
    /** {@code datagram} is borrowed for the call. */
    void receive(TransportAddress from, TransportAddress to, ByteBuf datagram);
}
