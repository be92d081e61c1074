package org.ppspp.keys;

import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.AsymmetricCipherKeyPairGenerator;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519KeyGenerationParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.jspecify.annotations.Nullable;
import org.ppspp.integrity.LiveAlgorithm;
import org.ppspp.integrity.LiveSigner;

/** The secret of a live stream: whoever has it can sign the stream. Written as PKCS#8 in PEM, as all tools read it. */
public final class LivePrivateKey {
    private static final String EC_PRIVATE_KEY = "EC PRIVATE KEY";
    private static final String RSA_PRIVATE_KEY = "RSA PRIVATE KEY";

    private static final int RSA_BITS = 2048;
    private static final BigInteger RSA_EXPONENT = BigInteger.valueOf(65_537);

    /** A number that passes for a prime is none with a probability of 2⁻¹¹². */
    private static final int RSA_CERTAINTY = 112;

    private final AsymmetricKeyParameter key;
    private final LiveSigner signer;

    private LivePrivateKey(LiveAlgorithm algorithm, AsymmetricKeyParameter key) {
        this.key = key;
        this.signer = LiveSigner.of(algorithm, key);
    }

    /** Makes a key; RSA keys have 2048 bits. Throws {@link IllegalArgumentException} for an algorithm that signs no more. */
    public static LivePrivateKey generate(LiveAlgorithm algorithm, SecureRandom random) {
        AsymmetricCipherKeyPairGenerator generator = switch (algorithm) {
            case RSASHA1, RSASHA256, RSASHA512 -> rsa(random);
            case ECDSAP256SHA256 -> ecdsa(SECObjectIdentifiers.secp256r1, random);
            case ECDSAP384SHA384 -> ecdsa(SECObjectIdentifiers.secp384r1, random);
            case ED25519 -> ed25519(random);
        };
        return new LivePrivateKey(algorithm, generator.generateKeyPair().getPrivate());
    }

    private static RSAKeyPairGenerator rsa(SecureRandom random) {
        RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
        generator.init(new RSAKeyGenerationParameters(RSA_EXPONENT, random, RSA_BITS, RSA_CERTAINTY));
        return generator;
    }

    private static ECKeyPairGenerator ecdsa(ASN1ObjectIdentifier curve, SecureRandom random) {
        ECKeyPairGenerator generator = new ECKeyPairGenerator();
        ECNamedDomainParameters named = new ECNamedDomainParameters(curve, CustomNamedCurves.getByOID(curve));
        generator.init(new ECKeyGenerationParameters(named, random));
        return generator;
    }

    private static Ed25519KeyPairGenerator ed25519(SecureRandom random) {
        Ed25519KeyPairGenerator generator = new Ed25519KeyPairGenerator();
        generator.init(new Ed25519KeyGenerationParameters(random));
        return generator;
    }

    /**
     * Reads the first private key in {@code pem}: PKCS#8, or the older forms for ECDSA and RSA.
     *
     * @param algorithm what it is to sign with, or null for the usual algorithm of its kind: for RSA that is RSASHA256
     * @throws IllegalArgumentException if there is none, or none for {@code algorithm}; the message is for the user
     */
    public static LivePrivateKey parse(String pem, @Nullable LiveAlgorithm algorithm) {
        if (pem.contains("ENCRYPTED")) {
            throw new IllegalArgumentException("the key is encrypted: write it without a passphrase");
        }
        AsymmetricKeyParameter key = key(Pem.first(pem, Pem.PRIVATE_KEY, EC_PRIVATE_KEY, RSA_PRIVATE_KEY));
        LiveAlgorithm usual = usualAlgorithm(key);
        if (algorithm == null || algorithm == usual) {
            return new LivePrivateKey(usual, key);
        }
        if (usual != LiveAlgorithm.RSASHA256 || algorithm != LiveAlgorithm.RSASHA512) {
            throw new IllegalArgumentException("the key is for " + usual + ", not for " + algorithm);
        }
        return new LivePrivateKey(algorithm, key);
    }

    private static AsymmetricKeyParameter key(Pem block) {
        try {
            return PrivateKeyFactory.createKey(
                    switch (block.type()) {
                        case EC_PRIVATE_KEY -> ecdsaInfo(ECPrivateKey.getInstance(block.bytes()));
                        case RSA_PRIVATE_KEY ->
                            new PrivateKeyInfo(
                                    new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                                    RSAPrivateKey.getInstance(block.bytes()));
                        default -> PrivateKeyInfo.getInstance(block.bytes());
                    });
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("no private key that is understood here", e);
        }
    }

    private static PrivateKeyInfo ecdsaInfo(ECPrivateKey key) throws IOException {
        return new PrivateKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject()), key);
    }

    private static LiveAlgorithm usualAlgorithm(AsymmetricKeyParameter key) {
        if (key instanceof ECPrivateKeyParameters ecdsa) {
            boolean small = ecdsa.getParameters().getN().bitLength() <= 256;
            return small ? LiveAlgorithm.ECDSAP256SHA256 : LiveAlgorithm.ECDSAP384SHA384;
        }
        if (key instanceof Ed25519PrivateKeyParameters) {
            return LiveAlgorithm.ED25519;
        }
        if (key instanceof RSAKeyParameters) {
            return LiveAlgorithm.RSASHA256;
        }
        throw new IllegalArgumentException("the key is none of ECDSA, Ed25519 or RSA");
    }

    /** What signs with this key. */
    public LiveSigner signer() {
        return signer;
    }

    /** The key as a PEM block: PKCS#8 of version 1, since OpenSSL does not read the next one. */
    public String pem() {
        try {
            PrivateKeyInfo info = PrivateKeyInfoFactory.createPrivateKeyInfo(key);
            PrivateKeyInfo first = new PrivateKeyInfo(info.getPrivateKeyAlgorithm(), info.parsePrivateKey());
            return new Pem(Pem.PRIVATE_KEY, first.getEncoded(ASN1Encoding.DER)).text();
        } catch (IOException e) {
            throw new IllegalStateException("cannot write a key that was just made or read", e);
        }
    }
}
