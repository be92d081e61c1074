package org.ppspp.gateway;

import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.ppspp.ContentReader;
import org.ppspp.Playable;
import org.ppspp.media.TsDuration;
import org.ppspp.media.TsPackets;

/**
 * A transport stream in a file as equal pieces of whole packets. Where the key frames are is not known before all of it is
 * here, and players need no key frame at the beginning of a piece; how long a piece plays is its share of the whole, which is
 * exact for a constant bit rate.
 */
final class FileHls implements Hls {
    /** Players begin with two or three pieces, and each is fetched whole. */
    private static final long PIECE_MICROS = 2_000_000;

    private static final int MAX_PIECES = 20_000;

    /** How much of the end is looked at for the clock, and of either end at most: it is there ten times a second. */
    private static final int END_BYTES = 64 << 10;

    private static final int MAX_LOOK_BYTES = 512 << 10;

    private static final int READ_BYTES = 16 << 10;

    /** @param pieceBytes of each but the last */
    private record Layout(long lengthBytes, long pieceBytes, double seconds) {
        static Layout of(long lengthBytes, long micros) {
            long pieces = Math.max(
                    1, Math.min(Math.min(MAX_PIECES, micros / PIECE_MICROS), lengthBytes / TsPackets.PACKET_BYTES));
            long share = (lengthBytes + pieces - 1) / pieces;
            long packets = (share + TsPackets.PACKET_BYTES - 1) / TsPackets.PACKET_BYTES;
            return new Layout(lengthBytes, packets * TsPackets.PACKET_BYTES, micros / 1e6);
        }

        long pieces() {
            return (lengthBytes + pieceBytes - 1) / pieceBytes;
        }

        Piece piece(long number) {
            long first = number * pieceBytes;
            return new Piece(null, first, Math.min(pieceBytes, lengthBytes - first));
        }

        String playlist(String base) {
            StringBuilder text = new StringBuilder("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-PLAYLIST-TYPE:VOD\n");
            text.append("#EXT-X-TARGETDURATION:").append((long) Math.ceil(seconds * pieceBytes / lengthBytes));
            text.append("\n#EXT-X-MEDIA-SEQUENCE:0\n");
            for (long i = 0; i < pieces(); i++) {
                double share = (double) piece(i).length() / lengthBytes;
                text.append(String.format(Locale.ROOT, "#EXTINF:%.3f,\n%s%d.ts\n", seconds * share, base, i));
            }
            return text.append("#EXT-X-ENDLIST\n").toString();
        }
    }

    private final Playable playable;
    private @Nullable CompletableFuture<@Nullable Layout> layout;

    FileHls(Playable playable) {
        this.playable = playable;
    }

    @Override
    public CompletableFuture<@Nullable String> playlist(String base) {
        long length = playable.lengthBytes();
        if (length == Playable.UNKNOWN_LENGTH) {
            return CompletableFuture.completedFuture(null);
        }
        if (layout == null || layout.isCompletedExceptionally()) {
            layout = measure(length);
        }
        return layout.thenApply(known -> known == null ? null : known.playlist(base));
    }

    @Override
    public @Nullable Piece piece(long number) {
        Layout known = layout == null || layout.isCompletedExceptionally() ? null : layout.getNow(null);
        return known == null || number >= known.pieces() ? null : known.piece(number);
    }

    private CompletableFuture<@Nullable Layout> measure(long length) {
        TsDuration duration = new TsDuration();
        return read(duration, 0, Math.min(length, MAX_LOOK_BYTES), () -> duration.micros() >= 0)
                .thenCompose(position -> duration.micros() < 0
                        ? CompletableFuture.completedFuture(position)
                        : readEnd(duration, position, length))
                .thenApply(position -> {
                    if (duration.micros() < 0 || duration.bytes() == 0) {
                        return null;
                    }
                    double whole = duration.micros() * ((double) length / duration.bytes());
                    return Layout.of(length, Math.round(whole));
                });
    }

    /** Looks at the last bytes from {@code least} on, and at more of them where the clock is not in these. */
    private CompletableFuture<Long> readEnd(TsDuration duration, long least, long length) {
        long before = duration.bytes();
        return read(duration, Math.max(least, length - END_BYTES), length, () -> false)
                .thenCompose(position -> duration.bytes() > before
                        ? CompletableFuture.completedFuture(position)
                        : read(duration, Math.max(least, length - MAX_LOOK_BYTES), length, () -> false));
    }

    /** Reads up to {@code end}, or until that is enough; tells how far. */
    private CompletableFuture<Long> read(TsDuration duration, long from, long end, BooleanSupplier enough) {
        ContentReader reader = playable.reader(from);
        return read(duration, reader, end, enough).whenComplete((position, failure) -> reader.close());
    }

    private static CompletableFuture<Long> read(
            TsDuration duration, ContentReader reader, long end, BooleanSupplier enough) {
        long position = reader.position();
        if (position >= end || enough.getAsBoolean()) {
            return CompletableFuture.completedFuture(position);
        }
        return reader.read((int) Math.min(end - position, READ_BYTES)).thenCompose(bytes -> {
            duration.accept(position, bytes, 0, bytes.length);
            return bytes.length == 0
                    ? CompletableFuture.completedFuture(position)
                    : read(duration, reader, end, enough);
        });
    }

    @Override
    public void close() {
        if (layout != null) {
            layout.cancel(false);
        }
    }
}
