package org.ppspp;

import org.jspecify.annotations.Nullable;

/**
 * Content that can be played while it arrives: the one side of the seam between swarms and players. Its methods may be called
 * from any thread.
 */
public interface Playable {
    /** {@link #lengthBytes} of content whose length is not known yet, or that has none. */
    long UNKNOWN_LENGTH = -1;

    /** A file name without folders, from which players guess what it is; null if it has none. */
    @Nullable
    String name();

    /** Whether this is a live stream: without beginning and end. */
    boolean live();

    /** The length in bytes, or {@link #UNKNOWN_LENGTH}. */
    long lengthBytes();

    /**
     * Begins to read. The place of the newest reader is what is fetched first.
     *
     * @param position of the first byte wanted, at most {@link #lengthBytes}; a live stream is read from a place near its
     *     edge where decoding can begin, whatever this says
     */
    ContentReader reader(long position);
}
