package org.ppspp.integrity;

/** Takes the hashes of nodes, one call each. */
@FunctionalInterface
public interface HashVisitor {
    /** The hash of {@code bin} starts at {@code source[offset]}. The array is only lent for the duration of the call. */
    void hash(long bin, byte[] source, int offset);
}
