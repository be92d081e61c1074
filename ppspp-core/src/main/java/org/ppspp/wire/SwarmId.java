package org.ppspp.wire;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/** Names a swarm: the root hash of static content, or the encoded public key of a live stream (RFC 7574 §3.1.1, §7.4). */
public final class SwarmId {
    /** The longest identifier accepted: a 4096-bit RSA key and its exponent fit. */
    public static final int MAX_LENGTH_BYTES = 1024;

    private final byte[] bytes;

    private SwarmId(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > MAX_LENGTH_BYTES) {
            throw new IllegalArgumentException(
                    "a swarm ID has 1 to " + MAX_LENGTH_BYTES + " bytes, not " + bytes.length);
        }
        this.bytes = bytes;
    }

    public static SwarmId of(byte[] bytes) {
        return new SwarmId(bytes.clone());
    }

    /** Parses hexadecimal digits of either case; throws {@link IllegalArgumentException} for anything else. */
    public static SwarmId parse(String hex) {
        return new SwarmId(HexFormat.of().parseHex(hex.toLowerCase(Locale.ROOT)));
    }

    public int length() {
        return bytes.length;
    }

    /** A copy of the identifier. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SwarmId that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Lower-case hexadecimal, the form every tool of this field prints. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
