package org.ppspp.integrity;

import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.bouncycastle.util.BigIntegers;

/**
 * RSASSA-PKCS1-v1_5: a key is the exponent's length, the exponent and the modulus (RFC 3110 §2), a signature as long as the
 * modulus.
 *
 * @param hash what is signed is this hash of the message
 * @param minModulusBits the shortest modulus accepted
 */
record RsaScheme(HashFunction hash, int minModulusBits) implements LiveScheme {
    static final RsaScheme WITH_SHA1 = new RsaScheme(HashFunction.SHA1, 512);
    static final RsaScheme WITH_SHA256 = new RsaScheme(HashFunction.SHA256, 512);

    /** A shorter modulus leaves little or no room for the hash (RFC 5702 §2.2). */
    static final RsaScheme WITH_SHA512 = new RsaScheme(HashFunction.SHA512, 1024);

    private static final int MAX_MODULUS_BITS = 4096;

    /** Exponents in use are 3 and 65537. One as long as the modulus would make a verification take as long as a signature. */
    private static final int MAX_EXPONENT_BYTES = 8;

    @Override
    public AsymmetricKeyParameter publicKey(byte[] encoded) {
        int length = encoded.length == 0 ? 0 : encoded[0] & 0xff;
        if (length == 0 || length > MAX_EXPONENT_BYTES) {
            throw new IllegalArgumentException("its RSA exponent does not have 1 to " + MAX_EXPONENT_BYTES + " bytes");
        }
        BigInteger exponent = number(encoded, 1, 1 + length);
        BigInteger modulus = number(encoded, 1 + length, encoded.length);
        check(exponent, modulus);
        // The last argument spares a search for factors of the modulus, which draws chances and proves nothing to us.
        return new RSAKeyParameters(false, modulus, exponent, true);
    }

    private static BigInteger number(byte[] encoded, int from, int to) {
        if (from >= to || to > encoded.length) {
            throw new IllegalArgumentException("its RSA key is cut off");
        }
        if (encoded[from] == 0) {
            throw new IllegalArgumentException("its RSA key has leading zeros");
        }
        return new BigInteger(1, encoded, from, to - from);
    }

    private void check(BigInteger exponent, BigInteger modulus) {
        int bits = modulus.bitLength();
        if (bits < minModulusBits || bits > MAX_MODULUS_BITS) {
            throw new IllegalArgumentException(
                    "its RSA modulus has " + bits + " bits, not " + minModulusBits + " to " + MAX_MODULUS_BITS);
        }
        if (!modulus.testBit(0) || !exponent.testBit(0) || exponent.equals(BigInteger.ONE)) {
            throw new IllegalArgumentException("its RSA modulus is even, or its exponent is even or 1");
        }
    }

    @Override
    public byte[] publicKeyOf(AsymmetricKeyParameter privateKey) {
        if (!(privateKey instanceof RSAPrivateCrtKeyParameters key)) {
            throw new IllegalArgumentException("no private RSA key");
        }
        byte[] exponent = BigIntegers.asUnsignedByteArray(key.getPublicExponent());
        byte[] modulus = BigIntegers.asUnsignedByteArray(key.getModulus());
        if (exponent.length > MAX_EXPONENT_BYTES) {
            throw new IllegalArgumentException("the RSA exponent is longer than " + MAX_EXPONENT_BYTES + " bytes");
        }
        byte[] encoded = Arrays.copyOf(new byte[] {(byte) exponent.length}, 1 + exponent.length + modulus.length);
        System.arraycopy(exponent, 0, encoded, 1, exponent.length);
        System.arraycopy(modulus, 0, encoded, 1 + exponent.length, modulus.length);
        return encoded;
    }

    @Override
    public int signatureLengthBytes(AsymmetricKeyParameter publicKey) {
        return BigIntegers.getUnsignedByteLength(((RSAKeyParameters) publicKey).getModulus());
    }

    @Override
    public boolean verify(AsymmetricKeyParameter publicKey, byte[] message, byte[] signature) {
        RSADigestSigner verifier = new RSADigestSigner(newDigest());
        verifier.init(false, publicKey);
        verifier.update(message, 0, message.length);
        return verifier.verifySignature(signature);
    }

    @Override
    public byte[] sign(AsymmetricKeyParameter privateKey, byte[] message) {
        RSADigestSigner signer = new RSADigestSigner(newDigest());
        signer.init(true, privateKey);
        signer.update(message, 0, message.length);
        try {
            return signer.generateSignature();
        } catch (CryptoException e) {
            throw new IllegalStateException("cannot sign with this RSA key", e);
        }
    }

    private Digest newDigest() {
        return switch (hash) {
            case SHA1 -> new SHA1Digest();
            case SHA256 -> new SHA256Digest();
            case SHA512 -> new SHA512Digest();
            default -> throw new AssertionError(hash);
        };
    }
}
