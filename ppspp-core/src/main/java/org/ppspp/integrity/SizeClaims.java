package org.ppspp.integrity;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The claims about the size that compete as long as the height of the tree is not proven. */
final class SizeClaims {
    /** More than that at once are lies, or all of them are. */
    private static final int MAX_CLAIMS = 4;

    /** A true claim is proven within a round trip or two. One that stands longer gives way to a new one. */
    private static final long PROTECTED_NANOS = 10_000_000_000L;

    private final List<SizeClaim> claims = new ArrayList<>(MAX_CLAIMS);

    /** The claim that {@code peaks} make, which lead to the root; or null if there is no place for it now. */
    @Nullable
    SizeClaim stake(PeakList peaks, long now) {
        claims.removeIf(SizeClaim::abandoned);
        for (SizeClaim claim : claims) {
            if (claim.chunkCount() == peaks.chunkCount()) {
                return claim;
            }
        }
        if (claims.size() == MAX_CLAIMS) {
            if (now - claims.get(0).since() < PROTECTED_NANOS) {
                return null;
            }
            claims.remove(0).drop();
        }
        SizeClaim claim = new SizeClaim(peaks, now);
        claims.add(claim);
        return claim;
    }

    /** Whether all that is left is one chunk that may as well be two hashes. */
    boolean unprovable() {
        claims.removeIf(SizeClaim::abandoned);
        return claims.size() == 1 && claims.get(0).lookedLikeTwoHashes();
    }

    /** Ends the competition: the claims that were left. */
    List<SizeClaim> close() {
        List<SizeClaim> left = List.copyOf(claims);
        claims.clear();
        return left;
    }
}
