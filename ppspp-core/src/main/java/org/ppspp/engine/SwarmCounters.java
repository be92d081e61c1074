package org.ppspp.engine;

/** What happened in one swarm since it was joined. */
final class SwarmCounters {
    long receivedBytes;
    long sentBytes;
    long wireReceivedBytes;
    long wireSentBytes;
    long verifiedBytes;
    /** Chunks that came although they were stored already. */
    long duplicateChunks;
    /** Chunks that came unasked, twice at once, in a wrong length, or while the disk was behind. */
    long unwantedChunks;
    /** Chunks that came before a hash they need. */
    long unprovenChunks;
    /** Chunks that do not belong to the content. */
    long refusedChunks;
}
