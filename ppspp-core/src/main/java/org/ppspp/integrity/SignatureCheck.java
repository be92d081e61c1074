package org.ppspp.integrity;

/** Tells what the source of one live stream has signed (RFC 7574 §6.1). */
@FunctionalInterface
public interface SignatureCheck {
    /** Whether {@code signature} is the source's of {@code signed}; false for bytes that are no signature at all. */
    boolean verify(byte[] signed, byte[] signature);
}
