package org.ppspp.integrity;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.WireFormat;

/**
 * What exactly a source signs: the chunk specification and the time as on the wire, then the munro hash or the chunk (§6.1.2.2);
 * or where libswift has to understand it, the latter alone.
 */
final class SignedBytes {
    private final WireFormat format;

    /** {@code format} says how chunks are named. */
    SignedBytes(WireFormat format) {
        this.format = format;
    }

    byte[] of(ChunkRange chunks, long ntpTime, byte[] what) {
        return of(chunks, ntpTime, Unpooled.wrappedBuffer(what));
    }

    /** The readable bytes of {@code what}, whose indices stay, are what is signed. */
    byte[] of(ChunkRange chunks, long ntpTime, ByteBuf what) {
        if (!format.liveForm().coversPlace()) {
            return ByteBufUtil.getBytes(what);
        }
        int length = what.readableBytes();
        ByteBuf out = Unpooled.buffer(2 * Long.BYTES + Long.BYTES + length);
        new MessageWriter(out, format).signedSpecification(chunks);
        out.writeLong(ntpTime).writeBytes(what, what.readerIndex(), length);
        return ByteBufUtil.getBytes(out);
    }
}
