package org.ppspp.wire;

import io.netty.buffer.ByteBuf;

/** The one check that stands before every read. */
final class Bounds {
    private Bounds() {}

    /** Throws unless at least {@code bytes} bytes are left to read. */
    static void require(ByteBuf in, int bytes) throws MalformedMessageException {
        if (in.readableBytes() < bytes) {
            throw new MalformedMessageException("truncated message");
        }
    }
}
