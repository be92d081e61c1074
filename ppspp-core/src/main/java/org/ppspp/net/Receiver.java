package org.ppspp.net;

import io.netty.buffer.ByteBuf;
import org.ppspp.wire.TransportAddress;

/** Where the transports report to; all calls come on the loop's thread, and may come from within calls to a transport. */
interface Receiver {
    /** One datagram or TCP frame body; {@code content} is borrowed for the call. */
    void received(TransportAddress from, ByteBuf content);

    /** The TCP connection is gone, or could not be opened. */
    void closed(TransportAddress address);

    /** The TCP connection takes more, or does not for now. */
    void writable(TransportAddress address, boolean writable);

    /** A burst of the calls above is over, or UDP takes more again: time to act. */
    void ready();
}
