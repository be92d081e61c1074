package org.ppspp.integrity;

/**
 * Verifies signatures of one live stream (RFC 7574 §6.1). Keep it: it remembers multiples of the key, without which a
 * verification takes longer. Any thread may use it.
 */
public final class LiveVerifier {
    private final LivePublicKey publicKey;
    private final int signatureLengthBytes;

    public LiveVerifier(LivePublicKey publicKey) {
        this.publicKey = publicKey;
        this.signatureLengthBytes = publicKey.signatureLengthBytes();
    }

    public LivePublicKey publicKey() {
        return publicKey;
    }

    /** Whether {@code signature} is the stream's of {@code signed}; false, too, for what is no signature at all. */
    public boolean verify(byte[] signed, byte[] signature) {
        return signature.length == signatureLengthBytes
                && publicKey.algorithm().scheme().verify(publicKey.key(), signed, signature);
    }
}
