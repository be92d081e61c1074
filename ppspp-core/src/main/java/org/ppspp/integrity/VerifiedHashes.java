package org.ppspp.integrity;

/** Trusted hashes that grow by those that are verified against them. */
interface VerifiedHashes extends TrustedHashes {
    /** Adds the verified hash of {@code bin}, which is {@code source[at…]}. */
    void put(long bin, byte[] source, int at);
}
