package org.ppspp.engine;

import org.ppspp.chunk.ChunkMap;

/**
 * How often each chunk of a live stream left here, to whomever: what left least goes first. Where many ask one peer for the
 * same, and it can send only some of that, each of them gets something else and has something to give to the others.
 */
final class Departures {
    /** Never, once, and more often. */
    static final int LEVELS = 3;

    private final ChunkMap once = new ChunkMap();
    private final ChunkMap again = new ChunkMap();

    /** Which chunks of a request bin left so often. */
    long word(int level, long bin) {
        return switch (level) {
            case 0 -> ~once.word(bin);
            case 1 -> once.word(bin) & ~again.word(bin);
            default -> again.word(bin);
        };
    }

    void left(long chunk) {
        (once.get(chunk) ? again : once).set(chunk);
    }

    /** It left, but did not arrive. */
    void lost(long chunk) {
        (again.get(chunk) ? again : once).clear(chunk);
    }

    /** Chunks below this one are gone. */
    void forgetBelow(long chunk) {
        if (chunk > 0) {
            once.clear(0, chunk - 1);
            again.clear(0, chunk - 1);
        }
    }
}
