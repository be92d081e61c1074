package org.ppspp.gateway;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Some content as HTTP Live Streaming has it (RFC 8216): a playlist that names pieces of a few seconds. For the gateway's
 * thread alone.
 */
interface Hls extends AutoCloseable {
    /** Of what is no transport stream. */
    Hls NONE = new Hls() {
        @Override
        public CompletableFuture<@Nullable String> playlist(String base) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public @Nullable Piece piece(long number) {
            return null;
        }

        @Override
        public void close() {}
    };

    /**
     * A piece: bytes in memory, or a part of the content.
     *
     * @param bytes null for a part of the content
     */
    record Piece(byte @Nullable [] bytes, long first, long length) {}

    /**
     * The playlist once there is anything to play, or null where the content is no MPEG transport stream.
     *
     * @param base what stands before the number of a piece, which .ts follows
     */
    CompletableFuture<@Nullable String> playlist(String base);

    /** Piece {@code number}, or null where there is none, or none any more. */
    @Nullable
    Piece piece(long number);

    @Override
    void close();
}
