package org.ppspp;

/**
 * How a live stream stands at this peer.
 *
 * @param begun whether anything is known of it
 * @param source whether we are its source
 * @param signed whether the source signs it; otherwise anybody can put anything into it
 * @param delaySeconds how old is what is played now, about: the time of the newest signature, and how far behind that we are;
 *     0 while that is not known. It trusts the clocks of the source and of this machine
 * @param bufferSeconds how much is here without a gap from what is played now on
 * @param bytesPerSecond the rate of the stream, 0 while that is not known
 * @param lostChunks chunks that did not come in time
 */
public record LiveStatus(
        boolean begun,
        boolean source,
        boolean signed,
        double delaySeconds,
        double bufferSeconds,
        double bytesPerSecond,
        long lostChunks) {}
