package org.ppspp;

/**
 * What of some content is here, for whoever draws it.
 *
 * @param cells equal parts of the content in order: 0 where nothing of one is here, 255 where all of it is; none while the
 *     length is not known. Do not modify
 * @param aheadBytes what is here without a gap from where the newest reader is, or -1 where nobody reads
 */
public record Coverage(byte[] cells, long aheadBytes) {
    public static final Coverage NONE = new Coverage(new byte[0], -1);
}
