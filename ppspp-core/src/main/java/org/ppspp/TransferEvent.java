package org.ppspp;

import org.ppspp.engine.StorageResult;
import org.ppspp.wire.TransportAddress;

/**
 * Something rare and discrete that happened to a transfer. How much is there, and how fast it comes, is in
 * {@link TransferSnapshot}.
 */
public sealed interface TransferEvent {
    /** Something the user should know that stops nothing, in words: what was found on the disk, a peer whose name is unknown. */
    record Notice(String message) implements TransferEvent {}

    record PeerConnected(TransportAddress address) implements TransferEvent {}

    /** {@code reason} is one of a few fixed phrases. */
    record PeerLost(TransportAddress address, String reason) implements TransferEvent {}

    /** The peer sent content that does not verify, or broke the protocol too often. */
    record PeerBanned(TransportAddress address, String reason) implements TransferEvent {}

    /** The content length is proven, where it was not given. */
    record SizeKnown(long contentLengthBytes) implements TransferEvent {}

    /** The length peers claim cannot be told from a forgery: the transfer waits until it is given the content length. */
    record SizeNeeded(long candidateLengthBytes) implements TransferEvent {}

    /** Only peers are there that cannot prove a length, as PyPPSPP: the transfer waits for others, or for the content length. */
    record LengthNeeded() implements TransferEvent {}

    /** A tracker answers, for the first time or again. */
    record TrackerReachable(Endpoint tracker) implements TransferEvent {}

    /** A tracker stopped answering or never did; it is tried again by itself. */
    record TrackerUnreachable(Endpoint tracker, String reason) implements TransferEvent {}

    /** Writing fails; downloading waits and goes on by itself. */
    record StorageFailing(StorageResult.Cause cause, String message) implements TransferEvent {}

    record StorageRecovered() implements TransferEvent {}

    /** A chunk that was there can no longer be read or no longer matches its hash; it is fetched again. */
    record ChunkLost(long chunk) implements TransferEvent {}

    /** The source of the live stream has begun anew: what there was of the stream is void. */
    record StreamRestarted() implements TransferEvent {}

    /** The source of the live stream has signed two contents for the same chunks, and can no longer be believed. */
    record SourceEquivocates(long firstChunk, long lastChunk) implements TransferEvent {}

    /** All of the content is verified and published under its name; or the input of a live stream has ended, at its source. */
    record Completed(Summary summary) implements TransferEvent {}

    /** The transfer cannot go on: the disk refused to open or to publish the content, or the input of a live stream fails. */
    record Failed(String message) implements TransferEvent {}
}
