package org.ppspp.membership;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;

/** The signatures that certificates may bear. */
enum SignatureScheme {
    ECDSA_SHA256("SHA256withECDSA", X9ObjectIdentifiers.ecdsa_with_SHA256),
    ECDSA_SHA384("SHA384withECDSA", X9ObjectIdentifiers.ecdsa_with_SHA384),
    ECDSA_SHA512("SHA512withECDSA", X9ObjectIdentifiers.ecdsa_with_SHA512),
    RSA_SHA256("SHA256withRSA", PKCSObjectIdentifiers.sha256WithRSAEncryption),
    RSA_SHA384("SHA384withRSA", PKCSObjectIdentifiers.sha384WithRSAEncryption),
    RSA_SHA512("SHA512withRSA", PKCSObjectIdentifiers.sha512WithRSAEncryption),
    ED25519("Ed25519", new ASN1ObjectIdentifier("1.3.101.112"));

    /** Asked by name and never installed: what else runs in this process keeps its providers. */
    static final Provider PROVIDER = new BouncyCastleProvider();

    private static final String UNKNOWN_KEY = "unknown kind of key: ";

    private final String algorithm;
    private final String identifier;

    SignatureScheme(String algorithm, ASN1ObjectIdentifier identifier) {
        this.algorithm = algorithm;
        this.identifier = identifier.getId();
    }

    /** Throws {@link IllegalArgumentException} for a kind of key that is unknown here. */
    static PublicKey publicKey(SubjectPublicKeyInfo info) throws IOException {
        PublicKey key = BouncyCastleProvider.getPublicKey(info);
        if (key == null) {
            throw new IllegalArgumentException(UNKNOWN_KEY + info.getAlgorithm().getAlgorithm());
        }
        return key;
    }

    /** As {@link #publicKey}. */
    static PrivateKey privateKey(PrivateKeyInfo info) throws IOException {
        PrivateKey key = BouncyCastleProvider.getPrivateKey(info);
        if (key == null) {
            throw new IllegalArgumentException(
                    UNKNOWN_KEY + info.getPrivateKeyAlgorithm().getAlgorithm());
        }
        return key;
    }

    static @Nullable SignatureScheme of(AlgorithmIdentifier algorithm) {
        for (SignatureScheme scheme : values()) {
            if (scheme.identifier.equals(algorithm.getAlgorithm().getId())) {
                return scheme;
            }
        }
        return null;
    }

    /** What this key signs with. Throws {@link IllegalArgumentException} for one of another kind. */
    static SignatureScheme of(Key key) {
        return switch (key.getAlgorithm()) {
            case "EC", "ECDSA" -> ECDSA_SHA256;
            case "RSA" -> RSA_SHA256;
            case "Ed25519" -> ED25519;
            default ->
                throw new IllegalArgumentException("a key of kind " + key.getAlgorithm() + " signs nothing here");
        };
    }

    AlgorithmIdentifier identifier() {
        ASN1ObjectIdentifier named = new ASN1ObjectIdentifier(identifier);
        boolean rsa = algorithm.endsWith("RSA");
        return rsa ? new AlgorithmIdentifier(named, DERNull.INSTANCE) : new AlgorithmIdentifier(named);
    }

    byte[] sign(PrivateKey key, byte[] message) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm, PROVIDER);
        signature.initSign(key);
        signature.update(message);
        return signature.sign();
    }

    /** Throws for a key of another kind, or for what is no signature at all. */
    boolean verify(PublicKey key, byte[] message, byte[] signed) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm, PROVIDER);
        signature.initVerify(key);
        signature.update(message);
        return signature.verify(signed);
    }
}
