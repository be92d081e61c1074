package org.ppspp.engine;

import org.ppspp.integrity.LivePublicKey;
import org.ppspp.integrity.LiveVerifier;
import org.ppspp.integrity.SignatureCheck;
import org.ppspp.wire.NtpTime;

/**
 * How to take part in a live stream.
 *
 * @param signatures tells what the source has signed
 * @param algorithm DNSSEC number of the source's key, 0 for a stream without signatures
 * @param signatureLengthBytes length of its signatures
 * @param source whether we are the source: then nothing is asked of others, and no addresses are exchanged (rule R18)
 * @param delayNanos how far behind the live edge to stay, as a viewer
 * @param notBefore the latest time a signature of this stream had in an earlier run, {@code NtpTime.UNKNOWN} if there was
 *     none: nothing older is taken for new
 */
public record LiveConfig(
        SignatureCheck signatures,
        int algorithm,
        int signatureLengthBytes,
        boolean source,
        long delayNanos,
        long notBefore) {
    public static final long DEFAULT_DELAY_NANOS = 4 * Limits.SECOND;

    public LiveConfig {
        if (delayNanos <= 0) {
            throw new IllegalArgumentException("the delay must be positive, not " + delayNanos);
        }
    }

    /** A viewer of the stream that is signed with this key. */
    public static LiveConfig viewer(LivePublicKey key) {
        return new LiveConfig(
                new LiveVerifier(key)::verify,
                key.algorithm().number(),
                key.signatureLengthBytes(),
                false,
                DEFAULT_DELAY_NANOS,
                NtpTime.UNKNOWN);
    }

    /** A viewer of a stream without signatures, as PyPPSPP has them. */
    public static LiveConfig unprotected() {
        return new LiveConfig((signed, signature) -> false, 0, 0, false, DEFAULT_DELAY_NANOS, NtpTime.UNKNOWN);
    }

    public LiveConfig asSource() {
        return new LiveConfig(signatures, algorithm, signatureLengthBytes, true, delayNanos, notBefore);
    }

    public LiveConfig withDelay(long nanos) {
        return new LiveConfig(signatures, algorithm, signatureLengthBytes, source, nanos, notBefore);
    }

    public LiveConfig withNotBefore(long ntpTime) {
        return new LiveConfig(signatures, algorithm, signatureLengthBytes, source, delayNanos, ntpTime);
    }
}
