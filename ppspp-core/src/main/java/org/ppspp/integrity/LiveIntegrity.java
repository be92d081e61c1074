package org.ppspp.integrity;

import org.jspecify.annotations.Nullable;

/** Protects a live stream, whose chunks follow one another without end (RFC 7574 §6.1). */
public sealed interface LiveIntegrity extends Integrity permits LiveMerkleIntegrity, SignAllIntegrity, NoIntegrity {
    /**
     * The circumstances of a signature.
     *
     * @param now monotonic nanoseconds
     * @param ntpNow our clock as 64-bit NTP time
     * @param asked whether we asked its sender for chunks of it: then it may be old
     */
    record When(long now, long ntpNow, boolean asked) {}

    /** What a signature is worth. */
    enum Outcome {
        /** It verifies. */
        TAKEN,
        /** It will be looked at with its chunk. */
        WAITS,
        /** It contradicts what is known, and only its chunk can tell who is right: worth asking its sender for. */
        DOUBTFUL,
        /** It is known already. */
        KNOWN,
        /** It verifies, and shows that the stream has begun anew: all that was known before is void and forgotten. */
        RESTARTED,
        /** Too old, out of order, without the hash that is signed, or more than there is time to verify. */
        UNUSABLE,
        /** It is not the source's: the sender is at fault. */
        FORGED,
        /** It is the source's, and contradicts another one of the source. */
        EQUIVOCAL
    }

    /** Takes a signature that a channel sent. */
    Outcome signed(PendingHashes from, SignedNode node, When when);

    /** Takes what the source itself has signed, next in order. */
    void append(SignedSegment segment);

    /** What was signed when; empty for a stream without signatures. */
    Timeline timeline();

    /** The last chunk that is known to be signed, or -1. */
    default long edge() {
        return timeline().edge();
    }

    /** Chunks a second in the last while, or 0 while that is not known. */
    default double chunksPerSecond() {
        return timeline().chunksPerSecond();
    }

    /** Whether there may be chunks behind {@link #edge} that can be verified once they come. */
    boolean reachesBeyondEdge();

    /**
     * What peers are told of until they show that they have a chunk of it or behind it (RFC 7574 §6.1.2.4): the munro with the
     * highest chunks, or where chunks are signed one by one, one of the last seconds. Null where there is none.
     */
    default @Nullable SignedNode news() {
        return null;
    }

    /** Emits {@link #news}. */
    default void tellNews(ProofSink out) {}

    /** Forgets what concerns chunks below this one only. */
    default void forgetBelow(long chunk) {
        timeline().forgetBelow(chunk);
    }
}
