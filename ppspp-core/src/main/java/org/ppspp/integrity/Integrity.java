package org.ppspp.integrity;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** How the chunks of a swarm are proven: what an engine needs whichever method it is (RFC 7574 §5, §6.1, §7.5). */
public sealed interface Integrity permits MerkleIntegrity, LiveIntegrity {
    /** What a chunk is worth. */
    enum Verdict {
        /** It belongs to the content; all that proves so is kept. */
        VERIFIED,
        /** Nobody knows yet: hashes, a signature or the size are missing. No fault of the sender. */
        MISSING,
        /** Either the chunk or what the same sender said of it is wrong. */
        BAD
    }

    /** What a hash is worth. */
    enum Offer {
        /** It may be of use. */
        TAKEN,
        /** It is known already, or has no place now. */
        IGNORED,
        /** It differs from a verified hash or has no place in any tree: the sender is at fault. */
        CONFLICT
    }

    /** Room for what one channel says and nobody has verified. {@link PendingHashes#clear} it when the channel ends. */
    PendingHashes newPending(int maxEntries);

    /**
     * Takes a hash that a channel sent.
     *
     * @param bin the node; any value a peer may send
     * @param hash as long as the swarm's hashes are
     */
    Offer offer(PendingHashes from, long bin, byte[] hash, long now);

    /**
     * Verifies a chunk with what is known and what the channel that it came from has said, and keeps that if it passes.
     *
     * @param leaf the hash of {@code content}
     * @param content the chunk, its readable bytes; borrowed
     */
    Verdict verify(PendingHashes from, long chunk, byte[] leaf, ByteBuf content, long now);

    /**
     * What the chunk lacked that {@link #verify} last called {@link Verdict#MISSING} while the size, if there is one, was
     * known: to be passed to {@link #heard}.
     */
    long missing();

    /** Whether what was {@link #missing} is here now, verified or said by this channel. */
    boolean heard(PendingHashes from, long missing);

    /**
     * Emits what a peer needs to verify {@code chunk} and is not {@code known} to have, in the order of the wire.
     *
     * @param lower verified hashes of the chunk's request bin that are not in memory otherwise, or null
     * @return false, with nothing emitted, if part of it is not there
     */
    boolean prove(long chunk, KnownChunks known, @Nullable BinHashes lower, ProofSink out);

    /** How many single hashes {@link #prove} would emit, munros not among them. */
    default int proofHashes(long chunk, KnownChunks known) {
        return 0;
    }

    /** How many munros it would emit. */
    default int proofMunros(long chunk, KnownChunks known) {
        return 0;
    }

    /** How many signatures of chunks it would emit. */
    default int proofSignatures(long chunk, KnownChunks known) {
        return 0;
    }

    /** Whether the channel has said of a chunk that we have what makes it worth looking at what it sends for it. */
    default boolean doubts(PendingHashes from, long chunk) {
        return false;
    }
}
