package org.ppspp.integrity;

import java.util.List;
import org.ppspp.chunk.ChunkRange;

/**
 * Consecutive chunks of a live stream that its source has signed, and what proves them to others. {@link SegmentSigner} makes
 * it.
 *
 * @param chunks which chunks
 * @param hashes of the munro over all of them: the hashes of its nodes in the order of their bins; empty without a tree
 * @param signed the munro, or with Sign All each chunk in order; for a stream without protection just the time
 */
public record SignedSegment(ChunkRange chunks, byte[] hashes, List<SignedNode> signed) {}
