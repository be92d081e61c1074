package org.ppspp.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.Intake.Arrival;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.Integrity;
import org.ppspp.integrity.ProofSink;
import org.ppspp.integrity.SignedNode;
import org.ppspp.integrity.SignedSegment;
import org.ppspp.wire.Message;
import org.ppspp.wire.WireFormat;

/**
 * The content of one swarm as far as it is known: which chunks there are, what proves them, and what becomes of those that
 * come. Here, and in the objects that it brings, static content and live streams differ.
 */
interface KnownContent {
    /**
     * What was read of a request bin besides its chunks.
     *
     * @param hashes verified hashes that are not in memory otherwise, or null
     * @param provesAll whether every chunk of the request bin that we have can be proven to others
     */
    record ReadProof(@Nullable BinHashes hashes, boolean provesAll) {}

    Integrity integrity();

    /** Whom to ask first for what. */
    Priorities priorities();

    /** How messages about it are written. */
    WireFormat format();

    /**
     * Whether what this peer sends can be verified chunk by chunk. What others send is held back until all of the content is
     * here and proves it.
     */
    boolean proves(Channel from);

    /** Whether it goes on without end, so that nobody ever has all of it. */
    boolean endless();

    /** Whether it is known which chunks there are. Only then is anything served or announced: proofs depend on it. */
    boolean sized();

    /** The proven length, or -1. */
    long lengthBytes();

    /** The proven number of chunks, or -1. */
    long chunkCount();

    /** Whether there is nothing to ask for. */
    boolean complete();

    /** Whether every chunk of a request bin is stored or in {@code more}, which takes a proven size. */
    boolean whole(long bin, long more);

    /** Bytes of one chunk, the most it can have while the size is not proven. */
    int chunkLength(long chunk);

    /** Whether a chunk of this number may have so many bytes, and is of use. */
    boolean admits(long chunk, int length);

    /** The part of a peer's range that lies in the content, or null. */
    @Nullable
    ChunkRange clip(ChunkRange range);

    /** How the live stream stands; null for static content. */
    @Nullable
    LiveSnapshot live();

    /** A peer sent a signature. */
    void signed(Channel from, Message.SignedIntegrity message, long now);

    /** The munro that newcomers are told of, or null. */
    @Nullable
    SignedNode newestMunro();

    /** Emits that munro. */
    void tellNewest(ProofSink out);

    /** Takes chunks that we, the source, have stored and signed. */
    void append(SignedSegment segment, long now);

    /** Bytes that are verified and stored. */
    long storedBytes();

    /** Chunks are about to be written or have just been, while their bytes are still here. */
    void passing(List<Arrival> arrivals);

    /** Chunks are verified and stored. */
    void stored(List<Arrival> arrivals, long now);

    /** What was held back matches the swarm ID: all of the content is here. */
    void proved(StorageResult.Proved result, long now);

    /** Takes the hashes that came with content read back. */
    ReadProof read(StorageResult.Content content);

    /** Takes the answer to a job that is about hashes alone. */
    void saved(StorageJob.Save job);

    /** A chunk cannot be read back. */
    void lost(long chunk);

    /** Asks {@code channel} for what has to come before anything else; false if there is no such thing. */
    boolean asksFirst(Channel channel, long now);

    /** How long a peer may owe chunks and send none, at the least, in nanoseconds. */
    long requestTimeout();

    /** Later chunks that must have come from the same peer before an earlier one counts as lost. */
    int overtakenBy();

    /**
     * After this, or four of the shortest round trips if that is longer, a request is given up, whatever else the peer sends:
     * in nanoseconds, or {@code Long.MAX_VALUE}.
     */
    long requestLife();

    /** Before peers are asked for chunks. */
    void beforeAsking(long now);

    void timeout(long now);

    long nextWake();

    void close();

    /** How often which chunk left here; null where that does not matter for what leaves next. */
    default @Nullable Departures departures() {
        return null;
    }
}
