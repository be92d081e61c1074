package org.ppspp.picker;

/**
 * Where somebody reads the content, and what he needs soon.
 *
 * @param playhead the chunk that is read next
 * @param urgent how many chunks from there on are fetched before all others, in order
 * @param reach how many chunks from there on may be fetched at all, at least {@code urgent}
 */
public record PlayWindow(long playhead, long urgent, long reach) {
    /** The reach without a limit. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    public PlayWindow {
        if (playhead < 0 || urgent <= 0 || reach < urgent) {
            throw new IllegalArgumentException("no window of " + urgent + " and " + reach + " from " + playhead);
        }
    }

    /** Behind the last urgent chunk. */
    public long urgentEnd() {
        return playhead + urgent;
    }

    /** Behind the last chunk that may be fetched. */
    long end() {
        return reach > Long.MAX_VALUE - playhead ? Long.MAX_VALUE : playhead + reach;
    }

    /** Whether reading went on from {@code before} to here, and was not begun anew elsewhere. */
    public boolean continues(PlayWindow before) {
        return playhead >= before.playhead && playhead <= before.urgentEnd();
    }

    /** The urgent ones among 64 chunks, a bit each. */
    public long urgentOf(long bin) {
        return from(bin, playhead) & ~from(bin, urgentEnd());
    }

    /** Chunks of a request bin at or behind {@code first}. */
    private static long from(long bin, long first) {
        long offset = first - bin * Long.SIZE;
        return offset <= 0 ? -1 : offset >= Long.SIZE ? 0 : -1L << offset;
    }
}
