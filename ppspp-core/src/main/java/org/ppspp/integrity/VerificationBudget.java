package org.ppspp.integrity;

/**
 * How many signatures may be verified: for one stream and for each channel, whatever peers send (rule R27). What stays
 * unverified for want of time is no fault of its sender.
 */
final class VerificationBudget {
    /** In a second, of the stream and of one channel: at 0.1 ms each, a twentieth of the time. */
    private static final int OF_STREAM = 500;

    private static final int OF_CHANNEL = 100;

    private final int catchUp;
    private final RateBudget ofStream = new RateBudget();

    /** A stream that is signed so often that these numbers are too few for it may have {@code catchUp} times its own rate. */
    VerificationBudget(int catchUp) {
        this.catchUp = catchUp;
    }

    /** Takes one; false if there is none left. */
    boolean take(PendingHashes from, long now, double signaturesPerSecond) {
        int own = (int) Math.ceil(catchUp * signaturesPerSecond);
        return from.verifications().take(now, Math.max(OF_CHANNEL, own))
                && ofStream.take(now, Math.max(OF_STREAM, own));
    }
}
