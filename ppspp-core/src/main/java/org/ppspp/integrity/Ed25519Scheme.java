package org.ppspp.integrity;

import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Ed25519 with keys and signatures as they are (RFC 8080 §3, §4; RFC 8032 §5.1). */
record Ed25519Scheme() implements LiveScheme {
    @Override
    public AsymmetricKeyParameter publicKey(byte[] encoded) {
        if (encoded.length != Ed25519.PUBLIC_KEY_SIZE) {
            throw new IllegalArgumentException(
                    "its key has " + encoded.length + " bytes, not " + Ed25519.PUBLIC_KEY_SIZE);
        }
        // With a point of small order anybody could sign.
        Ed25519.PublicPoint point = Ed25519.validatePublicKeyFullExport(encoded, 0);
        if (point == null) {
            throw new IllegalArgumentException("its key is no point of the curve, or one of small order");
        }
        return new Ed25519PublicKeyParameters(point);
    }

    @Override
    public byte[] publicKeyOf(AsymmetricKeyParameter privateKey) {
        if (!(privateKey instanceof Ed25519PrivateKeyParameters key)) {
            throw new IllegalArgumentException("no private Ed25519 key");
        }
        return key.generatePublicKey().getEncoded();
    }

    @Override
    public int signatureLengthBytes(AsymmetricKeyParameter publicKey) {
        return Ed25519.SIGNATURE_SIZE;
    }

    @Override
    public boolean verify(AsymmetricKeyParameter publicKey, byte[] message, byte[] signature) {
        return ((Ed25519PublicKeyParameters) publicKey)
                .verify(Ed25519.Algorithm.Ed25519, null, message, 0, message.length, signature, 0);
    }

    @Override
    public byte[] sign(AsymmetricKeyParameter privateKey, byte[] message) {
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        ((Ed25519PrivateKeyParameters) privateKey)
                .sign(Ed25519.Algorithm.Ed25519, null, message, 0, message.length, signature, 0);
        return signature;
    }
}
