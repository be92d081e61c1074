package org.ppspp.integrity;

import org.jspecify.annotations.Nullable;

/**
 * The signature algorithms of live streams, by their names and numbers in the registry of DNSSEC (RFC 7574 §6.1, §7.7; RFC 8080
 * adds the last one).
 */
public enum LiveAlgorithm {
    /** Verified, for old streams, and signed no more: SHA-1 has collisions. */
    RSASHA1(5, RsaScheme.WITH_SHA1),
    RSASHA256(8, RsaScheme.WITH_SHA256),
    RSASHA512(10, RsaScheme.WITH_SHA512),
    ECDSAP256SHA256(13, EcdsaScheme.P256),
    ECDSAP384SHA384(14, EcdsaScheme.P384),
    ED25519(15, new Ed25519Scheme());

    /** What RFC 7574 §6.1 makes the default. */
    public static final LiveAlgorithm DEFAULT = ECDSAP256SHA256;

    private final int number;

    @SuppressWarnings("ImmutableEnumChecker") // a scheme changes no more than the curve it names
    private final LiveScheme scheme;

    LiveAlgorithm(int number, LiveScheme scheme) {
        this.number = number;
        this.scheme = scheme;
    }

    /** The value of the Live Signature Algorithm option, and the first byte of a live stream's swarm ID. */
    public int number() {
        return number;
    }

    /** Whether new streams may be signed with it. */
    public boolean signs() {
        return this != RSASHA1;
    }

    /** The algorithm with this number, or null for one that is unknown here. */
    public static @Nullable LiveAlgorithm byNumber(int number) {
        for (LiveAlgorithm algorithm : values()) {
            if (algorithm.number == number) {
                return algorithm;
            }
        }
        return null;
    }

    LiveScheme scheme() {
        return scheme;
    }
}
