package org.ppspp;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.SwarmMetadata;

/** What is asked of a {@link Peer}, whatever the swarm has: a file or a live stream. */
public sealed interface SwarmRequest permits TransferRequest, LiveRequest {
    /** Of the swarm; {@link SwarmLink} reads it from what users type. */
    SwarmMetadata metadata();

    /** To ask for peers and to register at. */
    List<Endpoint> trackers();

    /** To contact without asking a tracker. */
    List<Endpoint> peers();

    /** How peers are contacted. */
    TransportPolicy transport();

    /** Whether peers tell each other of peers. */
    ExchangePolicy exchange();

    /** Who says which peers are cheap, or null where nobody does. */
    @Nullable
    AltoConfig alto();

    /** Hears what happens, on a thread of the peer's that other transfers share: it should return soon. */
    Consumer<TransferEvent> events();

    /** The same, told to somebody else. */
    SwarmRequest withEvents(Consumer<TransferEvent> listener);
}
