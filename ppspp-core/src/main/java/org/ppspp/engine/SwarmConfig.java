package org.ppspp.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.UpperHashes;

/**
 * How to join one swarm. Everything in it becomes the engine's.
 *
 * @param metadata what the publisher fixed, with the content length wherever it is known
 * @param have chunks stored already
 * @param upper stored hashes at and above the request bins, not yet verified; the engine checks them against the root
 * @param partial stored hashes of the request bins that {@code have} covers in part, and of the last one, whose peaks every
 *     new peer is sent; not yet verified
 * @param exchange how peers are exchanged
 * @param live how to take part in a live stream, which has no stored hashes; null for static content
 */
public record SwarmConfig(
        SwarmMetadata metadata,
        ChunkMap have,
        UpperHashes upper,
        List<BinHashes> partial,
        ExchangeConfig exchange,
        @Nullable LiveConfig live) {

    public SwarmConfig {
        if ((live == null) != (metadata.integrityMethod() == IntegrityMethod.MERKLE_HASH_TREE)) {
            throw new IllegalArgumentException(
                    "static content has a root hash, and live streams say how they are joined");
        }
        if (live != null && metadata.discardWindowChunks() == null) {
            throw new IllegalArgumentException("a live stream has a discard window");
        }
        if (live != null && live.source()) {
            // Whoever surrounds the source has the stream in its hands (rule R18).
            exchange = ExchangeConfig.OFF;
        }
    }

    /** A live stream, from now on. A source exchanges no peers, whatever {@code exchange} says (rule R18). */
    public static SwarmConfig live(SwarmMetadata metadata, LiveConfig live, ExchangeConfig exchange) {
        return new SwarmConfig(
                metadata,
                new ChunkMap(),
                new UpperHashes(metadata.hashFunction().length()),
                List.of(),
                exchange,
                live);
    }

    /** Static content. */
    public SwarmConfig(
            SwarmMetadata metadata,
            ChunkMap have,
            UpperHashes upper,
            List<BinHashes> partial,
            ExchangeConfig exchange) {
        this(metadata, have, upper, partial, exchange, null);
    }

    /** Without peer exchange. */
    public SwarmConfig(SwarmMetadata metadata, ChunkMap have, UpperHashes upper, List<BinHashes> partial) {
        this(metadata, have, upper, partial, ExchangeConfig.OFF);
    }

    public SwarmConfig withExchange(ExchangeConfig other) {
        return new SwarmConfig(metadata, have, upper, partial, other, live);
    }
}
