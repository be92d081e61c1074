package org.ppspp.engine;

import org.ppspp.integrity.ProofSink;
import org.ppspp.integrity.SignedNode;
import org.ppspp.wire.MessageWriter;

/** Writes proofs as INTEGRITY and SIGNED_INTEGRITY messages (RFC 7574 §8.8, §8.9). */
record ProofWriter(MessageWriter messages) implements ProofSink {
    @Override
    public void hash(long bin, byte[] source, int offset) {
        messages.integrity(bin, source, offset);
    }

    @Override
    public void munro(long bin, byte[] source, int offset, SignedNode signed) {
        messages.integrity(bin, source, offset);
        signature(signed);
    }

    @Override
    public void signature(SignedNode signed) {
        messages.signedIntegrity(signed.chunks(), signed.ntpTime(), signed.signature());
    }

    /** Bytes of a munro, whose hash and signature are not parted (RFC 7574 §6.1.2.3). */
    static int munroBytes(MessageWriter messages) {
        return messages.integrityBytes() + messages.signedIntegrityBytes();
    }

    /** Bytes of a munro, or of the signature of a chunk. */
    static int bytes(SignedNode node, MessageWriter messages) {
        return node.chunks().size() > 1 ? munroBytes(messages) : messages.signedIntegrityBytes();
    }
}
