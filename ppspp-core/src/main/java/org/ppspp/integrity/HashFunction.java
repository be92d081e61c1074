package org.ppspp.integrity;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import org.jspecify.annotations.Nullable;

/** The five Merkle hash tree functions (RFC 7574 §7.6). */
public enum HashFunction {
    SHA1(0, "SHA-1", 20),
    SHA224(1, "SHA-224", 28),
    SHA256(2, "SHA-256", 32),
    SHA384(3, "SHA-384", 48),
    SHA512(4, "SHA-512", 64);

    private final int code;
    private final String algorithm;
    private final int length;

    HashFunction(int code, String algorithm, int length) {
        this.code = code;
        this.algorithm = algorithm;
        this.length = length;
    }

    /** The value of the Merkle Hash Tree Function option. */
    public int code() {
        return code;
    }

    /** Length of a hash in bytes. */
    public int length() {
        return length;
    }

    /** The usual name, such as {@code SHA-256}. */
    public String algorithm() {
        return algorithm;
    }

    /**
     * A new digest, of the JDK's own provider: its SHA-256 is eight times as fast as Bouncy Castle's. A digest belongs to
     * one thread.
     */
    public MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance(algorithm, "SUN");
        } catch (NoSuchAlgorithmException | NoSuchProviderException e) {
            throw new IllegalStateException("this Java has no " + algorithm, e);
        }
    }

    /** The function with this option value, or null for a value that RFC 7574 does not assign. */
    public static @Nullable HashFunction byCode(int code) {
        return code >= 0 && code < values().length ? values()[code] : null;
    }

    /** The function whose hashes have this many bytes, or null where there is none. */
    public static @Nullable HashFunction byLength(int length) {
        for (HashFunction function : values()) {
            if (function.length == length) {
                return function;
            }
        }
        return null;
    }
}
