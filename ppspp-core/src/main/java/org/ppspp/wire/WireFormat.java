package org.ppspp.wire;

/**
 * What one must know of a swarm to find where its messages end: nothing on the wire tells (RFC 7574 §8.2).
 *
 * @param addressing how chunks are named
 * @param hashLengthBytes length of a hash in INTEGRITY, or 0 where the swarm has none
 * @param signatureLengthBytes length of a signature in SIGNED_INTEGRITY, or 0 where the swarm has none
 * @param chunkSizeBytes size of every chunk but the last, or {@link #VARIABLE_CHUNK_SIZE}
 * @param contentLengthBytes the length of static content once it is trusted, or {@link #UNKNOWN_LENGTH}
 * @param liveForm how SIGNED_INTEGRITY says the time, and what it is the signature of
 */
public record WireFormat(
        ChunkAddressing addressing,
        int hashLengthBytes,
        int signatureLengthBytes,
        int chunkSizeBytes,
        long contentLengthBytes,
        LiveForm liveForm) {

    /** The chunk of a DATA message takes the rest of the datagram, whatever its size. Live streams only. */
    public static final int VARIABLE_CHUNK_SIZE = Integer.MAX_VALUE;

    /** The content length is not known or not yet trusted, or the content is live. */
    public static final long UNKNOWN_LENGTH = -1;

    /** With larger chunks byte offsets would no longer fit beside the largest chunk number. */
    private static final int MAX_BYTE_RANGE_CHUNK_SIZE = 1 << 22;

    public WireFormat {
        if (hashLengthBytes < 0 || signatureLengthBytes < 0 || chunkSizeBytes <= 0) {
            throw new IllegalArgumentException("no wire format with hashes of " + hashLengthBytes + ", signatures of "
                    + signatureLengthBytes + " and chunks of " + chunkSizeBytes + " bytes");
        }
        if (contentLengthBytes <= 0 && contentLengthBytes != UNKNOWN_LENGTH) {
            throw new IllegalArgumentException("not a content length: " + contentLengthBytes);
        }
        if (addressing == ChunkAddressing.BYTE_RANGES_64 && chunkSizeBytes > MAX_BYTE_RANGE_CHUNK_SIZE) {
            throw new IllegalArgumentException("byte ranges need a fixed chunk size, not " + chunkSizeBytes);
        }
    }

    /** A format of RFC 7574. */
    public WireFormat(
            ChunkAddressing addressing,
            int hashLengthBytes,
            int signatureLengthBytes,
            int chunkSizeBytes,
            long contentLengthBytes) {
        this(addressing, hashLengthBytes, signatureLengthBytes, chunkSizeBytes, contentLengthBytes, LiveForm.RFC7574);
    }

    /** The same with another form of signatures. */
    public WireFormat withLiveForm(LiveForm form) {
        return new WireFormat(
                addressing, hashLengthBytes, signatureLengthBytes, chunkSizeBytes, contentLengthBytes, form);
    }

    /** The same format once the content's length is known. */
    public WireFormat withContentLength(long lengthBytes) {
        return new WireFormat(addressing, hashLengthBytes, signatureLengthBytes, chunkSizeBytes, lengthBytes, liveForm);
    }

    /** Whether {@link #contentLengthBytes} tells the length. */
    public boolean lengthKnown() {
        return contentLengthBytes != UNKNOWN_LENGTH;
    }
}
