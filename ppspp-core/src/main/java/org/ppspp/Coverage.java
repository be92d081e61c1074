package org.ppspp;

/**
 * What of some content is here, for whoever draws it.
 *
 * @param cells equal parts of the content in order, or of the last half minute of a live stream: 0 where nothing of one is
 *     here, 255 where all of it is; none while that is not known. Do not modify
 * @param playingCell the one where the newest reader is, or, in a live stream, what is due to be played; -1 where there is none
 * @param aheadBytes what is here without a gap from there on, or -1
 */
public record Coverage(byte[] cells, int playingCell, long aheadBytes) {
    public static final Coverage NONE = new Coverage(new byte[0], -1, -1);
}
