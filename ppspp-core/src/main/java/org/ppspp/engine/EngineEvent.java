package org.ppspp.engine;

import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.TransportAddress;

/** Something rare and discrete that happened, for whoever drives the engine. */
public sealed interface EngineEvent {
    /** The swarm it happened to, or null. */
    default @Nullable SwarmId swarm() {
        return null;
    }

    /** The length of the content is proven. Comes once for each swarm that did not know it, before completion. */
    record SizeKnown(SwarmId swarm, long contentLengthBytes) implements EngineEvent {}

    /** Every chunk is verified and stored. */
    record Completed(SwarmId swarm, long contentLengthBytes) implements EngineEvent {}

    /** The size claimed by all peers cannot be told from a forgery: it takes the content length to go on (see T12). */
    record SizeUnprovable(SwarmId swarm, long candidateLengthBytes) implements EngineEvent {}

    /** It takes the content length to go on: only peers are there that send no hashes. Comes once. */
    record LengthNeeded(SwarmId swarm) implements EngineEvent {}

    /** Writing fails; downloads pause and are tried again by themselves. */
    record StorageFailing(SwarmId swarm, StorageResult.Cause cause, String message) implements EngineEvent {}

    /** Writing works again. */
    record StorageRecovered(SwarmId swarm) implements EngineEvent {}

    /** A chunk we had can no longer be read or no longer matches its hash; it will be fetched again. */
    record ChunkLost(SwarmId swarm, long chunk) implements EngineEvent {}

    /** Content from peers that send no hashes does not match the swarm ID as a whole; it is fetched again. */
    record ContentRefuted(SwarmId swarm) implements EngineEvent {}

    /**
     * The source of a live stream has begun anew, with chunk numbers of before: the chunks there were are void.
     *
     * @param beginning how often it has, since this swarm was joined
     */
    record StreamRestarted(SwarmId swarm, int beginning) implements EngineEvent {}

    /** The source of a live stream has signed two contents for the same chunks; what came first counts (rule R27). */
    record SourceEquivocates(SwarmId swarm, ChunkRange chunks) implements EngineEvent {}

    /** A handshake with this peer was completed. */
    record PeerConnected(SwarmId swarm, TransportAddress address) implements EngineEvent {}

    /** A peer is gone; {@code reason} is one of a few fixed phrases. */
    record PeerLost(SwarmId swarm, TransportAddress address, String reason) implements EngineEvent {}

    /** A peer sent content that does not verify or broke the protocol too often, and is banned. */
    record PeerBanned(SwarmId swarm, TransportAddress address, String reason) implements EngineEvent {}

    /** No channel uses this TCP connection any more: close it once what was sent has left. */
    record Disconnect(TransportAddress address) implements EngineEvent {}
}
