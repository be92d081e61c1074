package org.ppspp.integrity;

import org.ppspp.chunk.Bin;

/**
 * A number of chunks that somebody claims with peaks that do lead to the root hash. That alone proves nothing: the root hash
 * itself passes as the only peak of any power of two, and all peaks together can be moved up or down by any number of layers.
 * The height is proven by a chunk of full size that verifies under the claim, since no inner node hashes that many bytes.
 */
final class SizeClaim implements TrustedHashes {
    private final PeakList peaks;
    private final long since;
    private int backers;
    private boolean dropped;
    private boolean lookedLikeTwoHashes;

    SizeClaim(PeakList peaks, long now) {
        this.peaks = peaks.copy();
        this.since = now;
    }

    long chunkCount() {
        return peaks.chunkCount();
    }

    int height() {
        return Bin.height(chunkCount());
    }

    PeakList peaks() {
        return peaks;
    }

    /** When the claim was first made. */
    long since() {
        return since;
    }

    @Override
    public boolean read(long bin, byte[] into, int at) {
        return peaks.read(bin, into, at);
    }

    @Override
    public long end() {
        return chunkCount();
    }

    @Override
    public long reached() {
        return peaks.lastPeakStart() + 1;
    }

    /** One more channel makes this claim. */
    void back() {
        backers++;
    }

    /** One channel less makes this claim. */
    void abandon() {
        backers--;
    }

    boolean abandoned() {
        return backers == 0;
    }

    /** Gives the place among the rivals to another claim. */
    void drop() {
        dropped = true;
    }

    boolean dropped() {
        return dropped;
    }

    /** The only chunk has the right hash, but its size is that of two hashes: perhaps it is the root's children. */
    void looksLikeTwoHashes() {
        lookedLikeTwoHashes = true;
    }

    boolean lookedLikeTwoHashes() {
        return lookedLikeTwoHashes;
    }
}
