package org.ppspp.sim;

/**
 * What the network does to datagrams of one simulation.
 *
 * @param delayNanos propagation one way
 * @param jitterNanos added to it at random, so that datagrams overtake each other
 * @param lossRate share lost, 0 to 1
 * @param duplicateRate share delivered twice
 * @param corruptRate share with one bit flipped under a valid checksum
 * @param bytesPerSecond what a peer can send, 0 for no limit
 * @param queueBytes what waits at the sender's bottleneck before datagrams are dropped
 */
public record LinkFaults(
        long delayNanos,
        long jitterNanos,
        double lossRate,
        double duplicateRate,
        double corruptRate,
        long bytesPerSecond,
        long queueBytes) {

    public static LinkFaults none() {
        return new LinkFaults(1_000_000, 0, 0, 0, 0, 0, 0);
    }

    /** The same paths without faults. */
    public LinkFaults calm() {
        return new LinkFaults(delayNanos, 0, 0, 0, 0, bytesPerSecond, queueBytes);
    }
}
