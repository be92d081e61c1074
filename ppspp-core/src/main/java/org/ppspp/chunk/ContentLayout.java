package org.ppspp.chunk;

/**
 * How content of a known length divides into chunks of a fixed size (RFC 7574 §8.1).
 *
 * @param chunkSizeBytes size of every chunk but the last, positive
 * @param lengthBytes length of the content, positive
 */
public record ContentLayout(int chunkSizeBytes, long lengthBytes) {
    public ContentLayout {
        if (chunkSizeBytes <= 0 || lengthBytes <= 0) {
            throw new IllegalArgumentException("no layout for " + lengthBytes + " bytes in " + chunkSizeBytes);
        }
    }

    /** Number of chunks, the short last one included. */
    public long chunkCount() {
        return (lengthBytes - 1) / chunkSizeBytes + 1;
    }

    /** Where {@code chunk} starts in the content. */
    public long offset(long chunk) {
        return chunk * chunkSizeBytes;
    }

    /** Which of the 64 chunks from 64·{@code bin} on there are: bit <i>i</i> is chunk 64·bin+<i>i</i>. */
    public long wordOf(long bin) {
        long count = Math.max(0, chunkCount() - bin * Long.SIZE);
        return count >= Long.SIZE ? -1 : (1L << count) - 1;
    }

    /** Size of {@code chunk} in bytes: the chunk size, or what is left for the last chunk. */
    public int size(long chunk) {
        return (int) Math.min(chunkSizeBytes, lengthBytes - offset(chunk));
    }
}
