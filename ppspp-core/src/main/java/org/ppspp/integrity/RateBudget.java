package org.ppspp.integrity;

/** How often something costly may be done: so many times in each second. */
final class RateBudget {
    private static final long SECOND = 1_000_000_000L;

    private long second = Long.MIN_VALUE;
    private int spent;

    /** Takes one of {@code perSecond}; false if there is none left. */
    boolean take(long now, int perSecond) {
        if (now / SECOND != second) {
            second = now / SECOND;
            spent = 0;
        }
        if (spent >= perSecond) {
            return false;
        }
        spent++;
        return true;
    }
}
