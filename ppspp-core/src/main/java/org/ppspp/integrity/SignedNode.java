package org.ppspp.integrity;

import java.util.Arrays;
import org.ppspp.chunk.ChunkRange;

/**
 * What the source of a live stream signed, as SIGNED_INTEGRITY says it (RFC 7574 §6.1.2.2, §8.9): a munro of a unified Merkle
 * tree, or with Sign All one chunk.
 *
 * @param chunks the chunks below one node
 * @param ntpTime when it was signed, 64-bit NTP time
 * @param signature as long as those of the stream are; not to be changed
 */
public record SignedNode(ChunkRange chunks, long ntpTime, byte[] signature) {
    /** Whether the other says the same, to the byte. */
    boolean same(SignedNode other) {
        return ntpTime == other.ntpTime && chunks.equals(other.chunks) && Arrays.equals(signature, other.signature);
    }
}
