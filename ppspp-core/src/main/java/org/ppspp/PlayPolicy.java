package org.ppspp;

/**
 * What is fetched first while content is played.
 *
 * @param bufferChunks from the place where it is read on, which are fetched in order and before anything else
 * @param aheadChunks from that place on, behind which nothing is fetched; 0 for no limit
 * @param fromStart whether content counts as read from its beginning before anybody does, and from where he was after the
 *     last one has gone; otherwise nothing is preferred then
 */
public record PlayPolicy(int bufferChunks, long aheadChunks, boolean fromStart) {
    /** The buffer where nobody says another. */
    public static final int DEFAULT_BUFFER_CHUNKS = 500;

    /** For files that may be played now and then. */
    public static final PlayPolicy DEFAULT = new PlayPolicy(DEFAULT_BUFFER_CHUNKS, 0, false);

    public PlayPolicy {
        if (bufferChunks <= 0 || aheadChunks < 0) {
            throw new IllegalArgumentException("no buffer of " + bufferChunks + " chunks, " + aheadChunks + " ahead");
        }
    }
}
