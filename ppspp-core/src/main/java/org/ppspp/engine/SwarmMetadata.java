package org.ppspp.engine;

import org.jspecify.annotations.Nullable;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.LivePublicKey;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.SwarmId;

/**
 * What a peer must know of a swarm before it contacts anyone (RFC 7574 §3.1.1): fixed by the publisher, never negotiated.
 *
 * @param swarmId the root hash, or the public key of a live stream ({@link LivePublicKey})
 * @param integrityMethod how chunks are verified
 * @param hashFunction of the Merkle tree
 * @param chunkSizeBytes size of every chunk but the last, 1 to 62,000
 * @param addressing how chunks are named on the wire
 * @param contentLengthBytes length of static content, or null where it must be found out (RFC 7574 §5.6)
 * @param discardWindowChunks how much of a live stream is kept, {@code Long.MAX_VALUE} for all of it, or null for static content
 */
public record SwarmMetadata(
        SwarmId swarmId,
        IntegrityMethod integrityMethod,
        HashFunction hashFunction,
        int chunkSizeBytes,
        ChunkAddressing addressing,
        @Nullable Long contentLengthBytes,
        @Nullable Long discardWindowChunks) {

    /** The chunk size RFC 7574 §8.1 recommends. */
    public static final int DEFAULT_CHUNK_SIZE_BYTES = 1024;

    /** Larger chunks do not fit a UDP datagram beside their header and hashes. */
    public static final int MAX_CHUNK_SIZE_BYTES = 62_000;

    public SwarmMetadata {
        if (chunkSizeBytes < 1 || chunkSizeBytes > MAX_CHUNK_SIZE_BYTES) {
            throw new IllegalArgumentException(
                    "the chunk size must be 1 to " + MAX_CHUNK_SIZE_BYTES + " bytes, not " + chunkSizeBytes);
        }
        if (integrityMethod == IntegrityMethod.MERKLE_HASH_TREE) {
            if (swarmId.length() != hashFunction.length()) {
                throw new IllegalArgumentException("a " + hashFunction.algorithm() + " root hash has "
                        + hashFunction.length() + " bytes, not " + swarmId.length());
            }
            if (chunkSizeBytes == 2 * hashFunction.length()) {
                throw new IllegalArgumentException("a chunk of two hash lengths could be forged");
            }
        }
        if (isLive(integrityMethod)) {
            LivePublicKey.parse(swarmId.toBytes());
        }
        if (discardWindowChunks != null && discardWindowChunks < 1) {
            throw new IllegalArgumentException(
                    "the live discard window must be at least one chunk, not " + discardWindowChunks);
        }
        if (contentLengthBytes != null && contentLengthBytes <= 0) {
            throw new IllegalArgumentException("the content length must be positive, not " + contentLengthBytes);
        }
        if (contentLengthBytes != null && (contentLengthBytes - 1) / chunkSizeBytes >= addressing.maxChunks()) {
            throw new IllegalArgumentException(
                    "content of " + contentLengthBytes + " bytes is too long for chunks of " + chunkSizeBytes);
        }
    }

    /** Static content named by its root hash: 32-bit chunk ranges, the hash function that fits the identifier. */
    public static SwarmMetadata ofRootHash(SwarmId rootHash, int chunkSizeBytes, @Nullable Long contentLengthBytes) {
        HashFunction function = HashFunction.byLength(rootHash.length());
        if (function == null) {
            throw new IllegalArgumentException("no hash function makes root hashes of " + rootHash.length() + " bytes");
        }
        return new SwarmMetadata(
                rootHash,
                IntegrityMethod.MERKLE_HASH_TREE,
                function,
                chunkSizeBytes,
                ChunkAddressing.CHUNK_RANGES_32,
                contentLengthBytes,
                null);
    }

    /** Whether the content is a live stream, which is signed. */
    public boolean live() {
        return isLive(integrityMethod);
    }

    private static boolean isLive(IntegrityMethod method) {
        return method == IntegrityMethod.UNIFIED_MERKLE_TREE || method == IntegrityMethod.SIGN_ALL;
    }

    public SwarmMetadata withDiscardWindow(long chunks) {
        return new SwarmMetadata(
                swarmId, integrityMethod, hashFunction, chunkSizeBytes, addressing, contentLengthBytes, chunks);
    }

    public SwarmMetadata withContentLength(long lengthBytes) {
        return new SwarmMetadata(
                swarmId, integrityMethod, hashFunction, chunkSizeBytes, addressing, lengthBytes, discardWindowChunks);
    }
}
