package org.ppspp.engine;

import java.util.List;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.integrity.BinHashes;
import org.ppspp.integrity.UpperHashes;

/**
 * How to join one swarm of static content. Everything in it becomes the engine's.
 *
 * @param metadata what the publisher fixed, with the content length wherever it is known
 * @param have chunks stored already
 * @param upper stored hashes at and above the request bins, not yet verified; the engine checks them against the root
 * @param partial stored hashes of the request bins that {@code have} covers in part, and of the last one, whose peaks every
 *     new peer is sent; not yet verified
 * @param exchange how peers are exchanged
 */
public record SwarmConfig(
        SwarmMetadata metadata, ChunkMap have, UpperHashes upper, List<BinHashes> partial, ExchangeConfig exchange) {

    /** Without peer exchange. */
    public SwarmConfig(SwarmMetadata metadata, ChunkMap have, UpperHashes upper, List<BinHashes> partial) {
        this(metadata, have, upper, partial, ExchangeConfig.OFF);
    }

    public SwarmConfig withExchange(ExchangeConfig other) {
        return new SwarmConfig(metadata, have, upper, partial, other);
    }
}
