package org.ppspp.engine;

import java.util.List;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.picker.ChunkPicker;

/** Whom {@link Requests} asks first, and what of whom. */
interface Priorities {
    /** Chooses among the chunks that {@link #settledFor} leaves open. */
    ChunkPicker picker();

    /** Prefers cheap peers from now on, or none in particular where {@code costs} is empty. */
    void costs(PeerCosts costs);

    /** The channels in the order in which to ask them; begins a round. */
    List<Channel> order(List<Channel> channels, long now);

    /**
     * The chunks not to ask this peer for, as they are had, others bring them or their time has not come; to be called in
     * {@link #order}, after those before it were asked.
     */
    ChunkMap settledFor(Channel channel, long now);

    /** The channel had its turn. */
    void asked(Channel channel, long now);

    void stored(long chunk);

    /** How many chunks a peer may owe us and still be asked for those that another one has owed us for long. */
    int endGameLoad();

    /** When to ask again although nothing came. */
    long nextWake();
}
