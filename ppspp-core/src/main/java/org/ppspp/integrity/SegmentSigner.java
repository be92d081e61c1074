package org.ppspp.integrity;

import java.util.ArrayList;
import java.util.List;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.wire.WireFormat;

/**
 * Makes the chunks of a live stream provable, at its source (RFC 7574 §6.1). Has a digest, so it belongs to one thread; its
 * owner keeps times rising from segment to segment.
 */
public final class SegmentSigner {
    private final IntegrityMethod method;
    private final NodeHasher hasher;
    private final SignedBytes bytes;
    private final SignatureMaker signer;

    /** {@code format} says how chunks are named; {@code signer} is not used where {@code method} is NONE. */
    public SegmentSigner(IntegrityMethod method, HashFunction function, WireFormat format, SignatureMaker signer) {
        if (method == IntegrityMethod.MERKLE_HASH_TREE) {
            throw new IllegalArgumentException("static content is not signed");
        }
        this.method = method;
        this.hasher = new NodeHasher(function);
        this.bytes = new SignedBytes(format);
        this.signer = signer;
    }

    /**
     * Signs {@code chunks}, the first of which has number {@code first}. In a unified Merkle tree they are those of one munro:
     * as many as one signature covers, a power of two from 2 to 1,024, and aligned.
     */
    public SignedSegment sign(long first, List<byte[]> chunks, long ntpTime) {
        ChunkRange range = new ChunkRange(first, first + chunks.size() - 1);
        return switch (method) {
            case UNIFIED_MERKLE_TREE -> munro(range, chunks, ntpTime);
            case SIGN_ALL -> each(range, chunks, ntpTime);
            case NONE -> new SignedSegment(range, new byte[0], List.of(new SignedNode(range, ntpTime, new byte[0])));
            case MERKLE_HASH_TREE -> throw new AssertionError(method);
        };
    }

    private SignedSegment munro(ChunkRange range, List<byte[]> chunks, long ntpTime) {
        long node = Bin.ofRange(range.first(), range.last());
        if (node == Bin.NONE || !Munro.isMunro(node)) {
            throw new IllegalArgumentException("no munro has the chunks " + range);
        }
        Munro munro = new Munro(node, hasher);
        for (int i = 0; i < chunks.size(); i++) {
            munro.put(Bin.leaf(range.first() + i), hasher.leaf(chunks.get(i)), 0);
        }
        munro.computeInner();
        byte[] signature = signer.sign(bytes.of(range, ntpTime, munro.hash()));
        return new SignedSegment(range, munro.block(), List.of(new SignedNode(range, ntpTime, signature)));
    }

    private SignedSegment each(ChunkRange range, List<byte[]> chunks, long ntpTime) {
        List<SignedNode> signed = new ArrayList<>(chunks.size());
        for (int i = 0; i < chunks.size(); i++) {
            ChunkRange one = ChunkRange.of(range.first() + i);
            // Times rise with the chunks, though they may come from the same moment.
            long time = ntpTime + i;
            signed.add(new SignedNode(one, time, signer.sign(bytes.of(one, time, chunks.get(i)))));
        }
        return new SignedSegment(range, new byte[0], signed);
    }
}
