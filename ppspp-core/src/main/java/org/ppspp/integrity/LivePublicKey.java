package org.ppspp.integrity;

import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.ppspp.wire.SwarmId;

/**
 * The key a live stream is signed with, which is its swarm ID: the algorithm's number and the key as a DNSKEY has it (RFC 7574
 * §6.1). A value; there is one encoding for each key.
 */
public final class LivePublicKey {
    private final LiveAlgorithm algorithm;
    private final AsymmetricKeyParameter key;
    private final byte[] encoded;

    private LivePublicKey(LiveAlgorithm algorithm, AsymmetricKeyParameter key, byte[] encoded) {
        this.algorithm = algorithm;
        this.key = key;
        this.encoded = encoded;
    }

    /**
     * Reads the bytes of a swarm ID.
     *
     * @throws IllegalArgumentException if they are no key of a known algorithm, or one that anybody could sign for; the message
     *     is for the user
     */
    public static LivePublicKey parse(byte[] swarmId) {
        LiveAlgorithm algorithm = swarmId.length == 0 ? null : LiveAlgorithm.byNumber(swarmId[0] & 0xff);
        if (algorithm == null) {
            throw new IllegalArgumentException("the swarm ID is no key of a live stream: "
                    + (swarmId.length == 0 ? "it is empty" : "no algorithm has number " + (swarmId[0] & 0xff)));
        }
        byte[] encoded = swarmId.clone();
        try {
            AsymmetricKeyParameter key = algorithm.scheme().publicKey(Arrays.copyOfRange(encoded, 1, encoded.length));
            return new LivePublicKey(algorithm, key, encoded);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the swarm ID is no " + algorithm + " key of a live stream: " + e.getMessage(), e);
        }
    }

    /** The public half of {@code privateKey}. Throws {@link IllegalArgumentException} where that is of another algorithm. */
    static LivePublicKey of(LiveAlgorithm algorithm, AsymmetricKeyParameter privateKey) {
        byte[] key = algorithm.scheme().publicKeyOf(privateKey);
        byte[] swarmId = new byte[1 + key.length];
        swarmId[0] = (byte) algorithm.number();
        System.arraycopy(key, 0, swarmId, 1, key.length);
        return parse(swarmId);
    }

    public LiveAlgorithm algorithm() {
        return algorithm;
    }

    /** Length of every signature with this key (RFC 7574 §8.9: the wire does not say it). */
    public int signatureLengthBytes() {
        return algorithm.scheme().signatureLengthBytes(key);
    }

    /** A copy of the bytes that {@link #parse} takes. */
    public byte[] encode() {
        return encoded.clone();
    }

    /** The swarm of the stream signed with this key. */
    public SwarmId swarmId() {
        return SwarmId.of(encoded);
    }

    AsymmetricKeyParameter key() {
        return key;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LivePublicKey that && Arrays.equals(encoded, that.encoded);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded);
    }

    @Override
    public String toString() {
        return algorithm + " " + HexFormat.of().formatHex(encoded, 1, encoded.length);
    }
}
