package org.ppspp.integrity;

/** How often something costly may be done: so many times in each second. */
final class RateBudget {
    private static final long SECOND = 1_000_000_000L;

    private final int perSecond;
    private long second = Long.MIN_VALUE;
    private int spent;

    RateBudget(int perSecond) {
        this.perSecond = perSecond;
    }

    boolean available(long now) {
        return now / SECOND != second || spent < perSecond;
    }

    void spend(long now) {
        if (now / SECOND != second) {
            second = now / SECOND;
            spent = 0;
        }
        spent++;
    }
}
