package org.ppspp.integrity;

import org.bouncycastle.crypto.params.AsymmetricKeyParameter;

/**
 * How one family of algorithms writes keys and makes signatures. Stateless; the numbers of Bouncy Castle's lightweight interface
 * need no provider. Keys given to a scheme come from that scheme.
 */
sealed interface LiveScheme permits EcdsaScheme, RsaScheme, Ed25519Scheme {
    /**
     * The key with this encoding, the "Public Key" field of a DNSKEY.
     *
     * @throws IllegalArgumentException where it is none, or one that proves nothing; the message is for the user
     */
    AsymmetricKeyParameter publicKey(byte[] encoded);

    /**
     * The encoded public half of {@code privateKey}.
     *
     * @throws IllegalArgumentException if this is no private key, or one of another kind
     */
    byte[] publicKeyOf(AsymmetricKeyParameter privateKey);

    /** Length of every signature with this key. */
    int signatureLengthBytes(AsymmetricKeyParameter publicKey);

    /** Whether {@code signature}, of the right length, is one of {@code message}. */
    boolean verify(AsymmetricKeyParameter publicKey, byte[] message, byte[] signature);

    /** The signature: the same for the same message. */
    byte[] sign(AsymmetricKeyParameter privateKey, byte[] message);
}
