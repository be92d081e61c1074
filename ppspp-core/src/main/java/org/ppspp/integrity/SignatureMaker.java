package org.ppspp.integrity;

/** Signs for the source of one live stream (RFC 7574 §6.1). */
@FunctionalInterface
public interface SignatureMaker {
    /** The signature of {@code message}, always of the same length. */
    byte[] sign(byte[] message);
}
