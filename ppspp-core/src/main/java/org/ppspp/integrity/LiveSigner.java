package org.ppspp.integrity;

import org.bouncycastle.crypto.params.AsymmetricKeyParameter;

/**
 * Signs a live stream, as its source does (RFC 7574 §6.1). Deterministic: a message has one signature for each key, so no chances
 * are drawn (RFC 6979 for ECDSA). Any thread may use it.
 */
public final class LiveSigner {
    private final LivePublicKey publicKey;
    private final AsymmetricKeyParameter privateKey;

    private LiveSigner(LivePublicKey publicKey, AsymmetricKeyParameter privateKey) {
        this.publicKey = publicKey;
        this.privateKey = privateKey;
    }

    /**
     * What signs with this private key of Bouncy Castle's lightweight interface.
     *
     * @throws IllegalArgumentException if the key is none of {@code algorithm}, or that signs no new streams; the message is for
     *     the user
     */
    public static LiveSigner of(LiveAlgorithm algorithm, AsymmetricKeyParameter privateKey) {
        if (!algorithm.signs()) {
            throw new IllegalArgumentException(algorithm + " is for old streams, and signs no new ones");
        }
        return new LiveSigner(LivePublicKey.of(algorithm, privateKey), privateKey);
    }

    /** The half that the world may know. */
    public LivePublicKey publicKey() {
        return publicKey;
    }

    /** The signature of {@code message}: {@code publicKey().signatureLengthBytes()} bytes. */
    public byte[] sign(byte[] message) {
        return publicKey.algorithm().scheme().sign(privateKey, message);
    }
}
