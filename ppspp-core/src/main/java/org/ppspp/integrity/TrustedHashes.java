package org.ppspp.integrity;

/** Hashes that a path from a leaf may end in: those of the verified tree, or the peaks of one claim about its size. */
interface TrustedHashes {
    /** Copies the hash of {@code bin} to {@code into[at…]}; false, with nothing done, where it is not known. */
    boolean read(long bin, byte[] into, int at);

    /** Nodes that start at this chunk or later are empty. */
    long end();

    /** There are at least that many chunks. */
    long reached();
}
