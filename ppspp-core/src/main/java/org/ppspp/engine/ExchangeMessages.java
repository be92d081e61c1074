package org.ppspp.engine;

import org.ppspp.wire.Message;
import org.ppspp.wire.MessageWriter;

/** The messages of peer exchange as they leave (RFC 7574 §8.13). */
final class ExchangeMessages {
    private ExchangeMessages() {}

    /** How long {@code message} is on the wire. */
    static int bytes(Message message) {
        if (message instanceof Message.PexReq) {
            return MessageWriter.EMPTY_BYTES;
        } else if (message instanceof Message.PexResV4 result) {
            return MessageWriter.pexResBytes(result.address());
        } else if (message instanceof Message.PexResV6 result) {
            return MessageWriter.pexResBytes(result.address());
        } else if (message instanceof Message.PexResCert result) {
            return MessageWriter.pexResCertBytes(result.certificate());
        }
        throw new AssertionError(message);
    }

    static void write(Message message, MessageWriter out) {
        if (message instanceof Message.PexReq) {
            out.pexReq();
        } else if (message instanceof Message.PexResV4 result) {
            out.pexRes(result.address());
        } else if (message instanceof Message.PexResV6 result) {
            out.pexRes(result.address());
        } else if (message instanceof Message.PexResCert result) {
            out.pexResCert(result.certificate());
        } else {
            throw new AssertionError(message);
        }
    }
}
