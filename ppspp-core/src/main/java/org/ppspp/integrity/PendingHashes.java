package org.ppspp.integrity;

import org.jspecify.annotations.Nullable;

/**
 * What one channel said about hashes and that nobody has verified yet. It is used only for chunks of the same channel, so
 * that a peer can spoil nothing but its own data, and dies with the channel: {@link #clear} it then.
 *
 * <p>Memory is bounded by the number of entries. They live in two generations of at most half of that, so an entry vanishes
 * 10 to 20 seconds after it came, or earlier where the channel sends too many.
 */
public final class PendingHashes {
    private static final long GENERATION_NANOS = 10_000_000_000L;

    /** Hash computations for peaks in one generation: enough for any honest list, and no lever for others. */
    private static final int PEAK_BUDGET = 2048;

    private final int hashLength;
    private final int maxEntriesPerGeneration;
    private final PeakList peaks;
    private HashTable young;
    private HashTable old;
    private long youngSince;
    private boolean started;
    private int peakBudget = PEAK_BUDGET;
    private final RateBudget verifications = new RateBudget();
    private @Nullable SizeClaim claim;

    public PendingHashes(int hashLength, int maxEntries) {
        if (maxEntries < 2) {
            throw new IllegalArgumentException("room for " + maxEntries + " hashes is too little");
        }
        this.hashLength = hashLength;
        this.maxEntriesPerGeneration = maxEntries / 2;
        this.peaks = new PeakList(hashLength);
        this.young = newGeneration();
        this.old = newGeneration();
    }

    /** Length of a hash in bytes. */
    public int hashLength() {
        return hashLength;
    }

    /** Adds or replaces the hash of {@code bin}. */
    public void put(long bin, byte[] hash, long now) {
        expire(now);
        old.remove(bin);
        if (young.isFull() && !young.has(bin)) {
            turn(now);
        }
        young.put(bin, hash);
    }

    /** Copies the hash of {@code bin} to {@code into[at…]}; false, with nothing done, where it is absent. */
    public boolean read(long bin, byte[] into, int at) {
        return young.read(bin, into, at) || old.read(bin, into, at);
    }

    /** Whether there is a hash of {@code bin}. */
    boolean has(long bin) {
        return young.has(bin) || old.has(bin);
    }

    /** A copy of the hash of {@code bin}, or null where it is absent. */
    public byte @Nullable [] get(long bin) {
        byte[] hash = new byte[hashLength];
        return read(bin, hash, 0) ? hash : null;
    }

    public void remove(long bin) {
        young.remove(bin);
        old.remove(bin);
    }

    /** Forgets everything, the channel's claim about the size included. */
    public void clear() {
        young = newGeneration();
        old = newGeneration();
        peaks.clear();
        claim(null);
    }

    /** The number of hashes, those included that are due to vanish at the next call with a time. */
    public int size() {
        return young.size() + old.size();
    }

    /** Drops what is too old. */
    void expire(long now) {
        if (!started) {
            started = true;
            youngSince = now;
        } else if (now - youngSince >= 2 * GENERATION_NANOS) {
            turn(now);
            turn(now);
        } else if (now - youngSince >= GENERATION_NANOS) {
            turn(youngSince + GENERATION_NANOS);
        }
    }

    /** The peaks as they come in; see {@link PeakList}. */
    PeakList peaks() {
        return peaks;
    }

    /** Takes {@code computations} from what this channel may cause; false if there is not that much left. */
    boolean spend(int computations) {
        if (computations > peakBudget) {
            return false;
        }
        peakBudget -= computations;
        return true;
    }

    /** How many signatures of this channel were verified lately. */
    RateBudget verifications() {
        return verifications;
    }

    /** The size that this channel's peaks claim, or null. */
    @Nullable
    SizeClaim claim() {
        return claim;
    }

    void claim(@Nullable SizeClaim newClaim) {
        if (newClaim != null) {
            newClaim.back();
        }
        if (claim != null) {
            claim.abandon();
        }
        claim = newClaim;
    }

    private void turn(long since) {
        old = young;
        young = newGeneration();
        if (since - youngSince >= GENERATION_NANOS) {
            peakBudget = PEAK_BUDGET;
        }
        youngSince = since;
    }

    private HashTable newGeneration() {
        return new HashTable(hashLength, maxEntriesPerGeneration);
    }
}
