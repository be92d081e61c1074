package org.ppspp.integrity;

/** Takes what proves a chunk, in the order of the wire. */
public interface ProofSink extends HashVisitor {
    /**
     * A munro: its hash, which starts at {@code source[offset]}, and its signature. They leave in one datagram (RFC 7574
     * §6.1.2.3).
     */
    void munro(long bin, byte[] source, int offset, SignedNode signed);

    /** The signature of a chunk. */
    void signature(SignedNode signed);
}
