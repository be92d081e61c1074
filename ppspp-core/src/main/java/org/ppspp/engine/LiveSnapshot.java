package org.ppspp.engine;

/**
 * How a live stream stands at one moment.
 *
 * @param edge the last chunk known to be signed, or -1
 * @param position the first chunk that is still asked for, or -1 before there is one; a source has none
 * @param first the first chunk that is kept
 * @param chunksPerSecond the rate of the stream, 0 while unknown
 * @param latestTime the latest time of a signature, 64-bit NTP time: to be kept for {@link LiveConfig#notBefore}
 * @param signaturesTaken signatures that verified
 * @param signaturesRefused signatures that were too old, out of order, forged or not looked at
 * @param equivocations places of the stream that the source has signed twice
 * @param signaturesKept signatures in memory
 */
public record LiveSnapshot(
        long edge,
        long position,
        long first,
        double chunksPerSecond,
        long latestTime,
        long signaturesTaken,
        long signaturesRefused,
        long equivocations,
        int signaturesKept) {}
