package org.ppspp.picker;

import org.ppspp.chunk.ChunkMap;

/** Decides which 64-chunk request bin to ask of a peer next. One picker serves one swarm. */
public interface ChunkPicker {
    /** Nothing to ask of this peer. */
    long NOTHING = -1;

    /** How many peers hold at least part of a request bin, the one that is asked among them. */
    interface Holders {
        int count(long bin);
    }

    /**
     * The index of a request bin below {@code chunkCount} with at least one chunk that the peer has and that is neither had
     * nor requested, or {@link #NOTHING}.
     */
    long next(ChunkMap have, ChunkMap requested, ChunkMap peerHas, long chunkCount, Holders holders);
}
