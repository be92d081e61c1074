package org.ppspp.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.ppspp.engine.Transmit;

/** The buffer an engine writes into, and its way from there to the sockets. */
final class Outlet {
    /** Room for the length of a frame in front of what the engine writes, so that a frame is one buffer. */
    private static final int HEADER_BYTES = DatagramFraming.LENGTH_BYTES;

    private static final int BUFFER_BYTES = HEADER_BYTES + 65_536;

    /** Less than this is copied out of the big buffer rather than sent with it: it may have to wait for its socket. */
    private static final int SMALL_RUN_BYTES = 16 << 10;

    private final UdpTransport udp;
    private final TcpTransport tcp;
    private ByteBuf buffer = newBuffer();

    Outlet(UdpTransport udp, TcpTransport tcp) {
        this.udp = udp;
        this.tcp = tcp;
    }

    /** Empty, with 64 KiB of room. It stays the outlet's. */
    ByteBuf buffer() {
        return buffer.setIndex(HEADER_BYTES, HEADER_BYTES);
    }

    /** Whether {@link #send} may be called now; if not, {@link Receiver#ready} will be. */
    boolean open() {
        if (!udp.writable()) {
            udp.flush();
        }
        return udp.writable();
    }

    /** Sends what was written into {@link #buffer}; it leaves on {@link #flush}. */
    void send(Transmit transmit) {
        if (buffer.writerIndex() != HEADER_BYTES + transmit.length()) {
            throw new IllegalStateException(
                    transmit + " comes with " + (buffer.writerIndex() - HEADER_BYTES) + " bytes");
        }
        if (transmit.destination().reliable()) {
            buffer.readerIndex(0);
            tcp.send(transmit.destination(), take());
        } else {
            buffer.readerIndex(HEADER_BYTES);
            udp.send(transmit.destination().socket(), take(), transmit.segmentLength());
        }
    }

    void flush() {
        udp.flush();
        tcp.flush();
    }

    void release() {
        buffer.release();
    }

    private ByteBuf take() {
        if (buffer.readableBytes() <= SMALL_RUN_BYTES) {
            ByteBuf copy = PooledByteBufAllocator.DEFAULT.directBuffer(buffer.readableBytes());
            return copy.writeBytes(buffer);
        }
        ByteBuf full = buffer;
        buffer = newBuffer();
        return full;
    }

    private static ByteBuf newBuffer() {
        return PooledByteBufAllocator.DEFAULT.directBuffer(BUFFER_BYTES, BUFFER_BYTES);
    }
}
