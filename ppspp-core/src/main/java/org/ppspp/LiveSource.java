package org.ppspp;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.LiveSigner;
import org.ppspp.media.input.LiveInput;
import org.ppspp.wire.ChunkAddressing;

/**
 * A live stream that starts here.
 *
 * @param metadata of the swarm, whose ID is the public half of the key
 * @param signer signs the stream, or null for one without protection
 * @param input where the stream comes from; the transfer opens and closes it
 * @param chunksPerSignature chunks that are signed together in a unified Merkle tree (RFC 7574 §6.1.2.1): a power of two from 2
 *     to 1,024
 * @param positionFile where it is kept how far the stream has got, for the next run under the same key; or null to begin anew
 *     each time
 */
public record LiveSource(
        SwarmMetadata metadata,
        @Nullable LiveSigner signer,
        LiveInput input,
        int chunksPerSignature,
        @Nullable Path positionFile) {
    /** A minute of 4 Mbit/s in chunks of five packets. */
    public static final long DEFAULT_WINDOW_CHUNKS = 1 << 15;

    /** PyPPSPP's, whose clients begin with the oldest chunks that they are told of: twelve seconds of its streams. */
    public static final long UNPROTECTED_WINDOW_CHUNKS = 1_000;

    /** 30 KiB of transport stream: at 5 Mbit/s, 20 signatures a second. */
    public static final int DEFAULT_CHUNKS_PER_SIGNATURE = 32;

    private static final int MAX_CHUNKS_PER_SIGNATURE = 1024;

    public LiveSource {
        boolean power = Integer.bitCount(chunksPerSignature) == 1;
        if (!power || chunksPerSignature < 2 || chunksPerSignature > MAX_CHUNKS_PER_SIGNATURE) {
            throw new IllegalArgumentException(
                    "a signature covers a power of two from 2 to 1024 chunks, not " + chunksPerSignature);
        }
        boolean unprotected = metadata.integrityMethod() == IntegrityMethod.NONE;
        if (unprotected != (signer == null)) {
            throw new IllegalArgumentException("a stream has a key unless it is without protection");
        }
        if (signer != null && !signer.publicKey().swarmId().equals(metadata.swarmId())) {
            throw new IllegalArgumentException("the key is not that of swarm " + metadata.swarmId());
        }
    }

    /** A stream with the usual settings, and chunks as they suit the input. */
    public static LiveSource of(LiveSigner signer, LiveInput input, @Nullable Path positionFile) {
        SwarmMetadata metadata = new SwarmMetadata(
                signer.publicKey().swarmId(),
                IntegrityMethod.UNIFIED_MERKLE_TREE,
                HashFunction.SHA256,
                input.chunkSizeBytes(),
                ChunkAddressing.CHUNK_RANGES_32,
                null,
                DEFAULT_WINDOW_CHUNKS);
        return of(metadata, signer, input, positionFile);
    }

    /** A stream as {@code metadata} describes it. */
    public static LiveSource of(
            SwarmMetadata metadata, @Nullable LiveSigner signer, LiveInput input, @Nullable Path positionFile) {
        return new LiveSource(metadata, signer, input, DEFAULT_CHUNKS_PER_SIGNATURE, positionFile);
    }

    /** The same with so many chunks under one signature. */
    public LiveSource withChunksPerSignature(int chunks) {
        return new LiveSource(metadata, signer, input, chunks, positionFile);
    }
}
