package org.ppspp.picker;

import java.util.List;
import org.ppspp.chunk.ChunkMap;

/** Decides which 64-chunk request bin to ask of a peer next. One picker serves one swarm. */
public interface ChunkPicker {
    /** Nothing to ask of this peer. */
    long NOTHING = -1;

    /** What a picker may know of the peer that is asked, and of the others. */
    interface Holders {
        /** How many peers hold at least part of a request bin, the one that is asked among them. */
        int count(long bin);

        /** How many chunks all peers bring until this one, which is far slower than others, has brought one more; else 0. */
        default long lead() {
            return 0;
        }

        /** Whether one of those that are far faster has chunks of a request bin. */
        default boolean faster(long bin) {
            return false;
        }
    }

    /**
     * The index of a request bin below {@code chunkCount} with at least one chunk that the peer has and that is neither had
     * nor requested, or {@link #NOTHING}.
     */
    long next(ChunkMap have, ChunkMap requested, ChunkMap peerHas, long chunkCount, Holders holders);

    /** Which of the {@code wanted} chunks of the request bin that {@link #next} named to ask for first; not none of them. */
    default long first(long bin, long wanted) {
        return wanted;
    }

    /** Who reads where from now on, the newest reader first. */
    default void seek(List<PlayWindow> windows) {}

    /** What somebody waits for: it is asked of another peer where the one that was asked is late. */
    default List<PlayWindow> windows() {
        return List.of();
    }
}
