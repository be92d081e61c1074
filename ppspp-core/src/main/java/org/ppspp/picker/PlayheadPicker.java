package org.ppspp.picker;

import java.util.List;
import org.ppspp.chunk.ChunkMap;

/**
 * What is read next first: of all urgent chunks the one that is the fewest chunks ahead of a reader, so that whoever has the
 * smallest buffer is helped first. Behind the urgent ones rarest first, from the newest reader on.
 *
 * <p>A peer that is far slower than others gets no chunk that is read before it could bring it, as long as those have it.
 * Without readers this is rarest first alone.
 */
public final class PlayheadPicker implements ChunkPicker {
    private static final int CHUNKS = Long.SIZE;

    private final RarestFirstPicker behind;
    private List<PlayWindow> windows = List.of();

    public PlayheadPicker(RarestFirstPicker behind) {
        this.behind = behind;
    }

    @Override
    public void seek(List<PlayWindow> changed) {
        windows = List.copyOf(changed);
    }

    @Override
    public List<PlayWindow> windows() {
        return windows;
    }

    @Override
    public long next(ChunkMap have, ChunkMap requested, ChunkMap peerHas, long chunkCount, Holders holders) {
        if (windows.isEmpty()) {
            return behind.next(have, requested, peerHas, chunkCount, holders);
        }
        long urgent = NOTHING;
        long nearest = Long.MAX_VALUE;
        for (PlayWindow window : windows) {
            Urgent of = new Urgent(window, have, requested, peerHas);
            long bin = of.first(Math.min(window.urgentEnd(), chunkCount), holders);
            if (bin != NOTHING && of.ahead(bin) < nearest) {
                nearest = of.ahead(bin);
                urgent = bin;
            }
        }
        return urgent == NOTHING ? behind(have, requested, peerHas, chunkCount, holders) : urgent;
    }

    private long behind(ChunkMap have, ChunkMap requested, ChunkMap peerHas, long chunkCount, Holders holders) {
        PlayWindow newest = windows.get(0);
        long end = 0;
        for (PlayWindow window : windows) {
            end = Math.max(end, window.end());
        }
        // A request bin that is within reach in part has its turn when all of it is, or when it is urgent.
        long within = end >= chunkCount ? chunkCount : end / CHUNKS * CHUNKS;
        if (within == 0) {
            return NOTHING;
        }
        long from = Math.max(newest.urgentEnd(), newest.playhead() + holders.lead());
        long bin = behind.nextFrom(from / CHUNKS, have, requested, peerHas, within, holders);
        return bin == NOTHING || leftToOthers(bin, holders) ? NOTHING : bin;
    }

    private boolean leftToOthers(long bin, Holders holders) {
        for (PlayWindow window : windows) {
            if (leftToOthers(bin, window, holders)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the peer is too slow for what is read so soon, and others are not. */
    private static boolean leftToOthers(long bin, PlayWindow window, Holders holders) {
        long ahead = (bin + 1) * CHUNKS - 1 - window.playhead();
        return ahead >= 0 && ahead < holders.lead() && holders.faster(bin);
    }

    @Override
    public long first(long bin, long wanted) {
        long urgent = 0;
        for (PlayWindow window : windows) {
            urgent |= window.urgentOf(bin) & wanted;
        }
        return urgent == 0 ? wanted : urgent;
    }

    /** The urgent chunks of one reader that a peer could be asked for. */
    private record Urgent(PlayWindow window, ChunkMap have, ChunkMap requested, ChunkMap peerHas) {
        /** Chunks between the reader and the first of a request bin. */
        long ahead(long bin) {
            return Math.max(0, bin * CHUNKS - window.playhead());
        }

        long first(long end, Holders holders) {
            for (long chunk = have.nextClear(window.playhead()); chunk < end; ) {
                long bin = chunk / CHUNKS;
                long wanted = peerHas.word(bin) & ~have.word(bin) & ~requested.word(bin) & window.urgentOf(bin);
                if (wanted != 0 && !leftToOthers(bin, window, holders)) {
                    return bin;
                }
                chunk = have.nextClear((bin + 1) * CHUNKS);
            }
            return NOTHING;
        }
    }
}
