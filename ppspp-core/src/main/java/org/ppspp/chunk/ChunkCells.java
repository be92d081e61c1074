package org.ppspp.chunk;

/** A {@link ChunkMap} made small enough to look at. */
public final class ChunkCells {
    private static final int FULL = 255;

    private ChunkCells() {}

    /**
     * Divides {@code chunkCount} chunks from {@code firstChunk} on into at most {@code maxCells} equal parts and says how full each
     * is: 0 where no chunk is in the map, 255 where all are, as unsigned bytes.
     */
    public static byte[] of(ChunkMap map, long firstChunk, long chunkCount, int maxCells) {
        int count = (int) Math.min(chunkCount, maxCells);
        byte[] cells = new byte[count];
        for (int i = 0; i < count; i++) {
            long first = firstChunk + start(i, count, chunkCount);
            long end = firstChunk + start(i + 1, count, chunkCount);
            cells[i] = (byte) fullness(set(map, first, end), end - first);
        }
        return cells;
    }

    private static long start(int cell, int cells, long chunkCount) {
        return chunkCount / cells * cell + chunkCount % cells * cell / cells;
    }

    private static long set(ChunkMap map, long first, long end) {
        long set = 0;
        long from = map.nextSet(first);
        while (from >= 0 && from < end) {
            long to = Math.min(map.nextClear(from), end);
            set += to - from;
            from = map.nextSet(to);
        }
        return set;
    }

    /** Only what is whole looks whole, and only what is empty looks empty. */
    private static int fullness(long set, long of) {
        if (set == of) {
            return FULL;
        }
        return set == 0 ? 0 : (int) Math.max(1, Math.min(FULL - 1, FULL * set / of));
    }
}
