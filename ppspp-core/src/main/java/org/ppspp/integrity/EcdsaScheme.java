package org.ppspp.integrity;

import java.math.BigInteger;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.math.ec.WNafUtil;
import org.bouncycastle.math.ec.custom.sec.SecP256R1Curve;
import org.bouncycastle.math.ec.custom.sec.SecP384R1Curve;
import org.bouncycastle.util.BigIntegers;

/** ECDSA: keys are x and y, signatures r and s, each number as long as one of the curve's field (RFC 6605 §4). */
record EcdsaScheme(ECDomainParameters curve, HashFunction hash) implements LiveScheme {
    static final EcdsaScheme P256 = of(
            new SecP256R1Curve(),
            HashFunction.SHA256,
            "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    static final EcdsaScheme P384 = of(
            new SecP384R1Curve(),
            HashFunction.SHA384,
            "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
            "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f");

    /** The curve with its generator; the multiples of the latter are kept once and serve all keys. */
    private static EcdsaScheme of(ECCurve curve, HashFunction hash, String x, String y) {
        ECPoint generator = curve.validatePoint(new BigInteger(x, 16), new BigInteger(y, 16));
        WNafUtil.configureBasepoint(generator);
        return new EcdsaScheme(new ECDomainParameters(curve, generator, curve.getOrder(), curve.getCofactor()), hash);
    }

    @Override
    public AsymmetricKeyParameter publicKey(byte[] encoded) {
        int length = numberBytes();
        if (encoded.length != 2 * length) {
            throw new IllegalArgumentException("its key has " + encoded.length + " bytes, not " + 2 * length);
        }
        BigInteger x = new BigInteger(1, encoded, 0, length);
        BigInteger y = new BigInteger(1, encoded, length, length);
        try {
            return new ECPublicKeyParameters(curve.getCurve().validatePoint(x, y), curve);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("its key is no point of the curve", e);
        }
    }

    @Override
    public byte[] publicKeyOf(AsymmetricKeyParameter privateKey) {
        if (!(privateKey instanceof ECPrivateKeyParameters key) || !isOurs(key.getParameters())) {
            throw new IllegalArgumentException("the key is no private key of the curve that the algorithm takes");
        }
        ECPoint point = new FixedPointCombMultiplier()
                .multiply(curve.getG(), key.getD())
                .normalize();
        byte[] encoded = new byte[2 * numberBytes()];
        write(point.getAffineXCoord().toBigInteger(), encoded, 0);
        write(point.getAffineYCoord().toBigInteger(), encoded, numberBytes());
        return encoded;
    }

    private boolean isOurs(ECDomainParameters other) {
        return other.getCurve().equals(curve.getCurve())
                && other.getN().equals(curve.getN())
                && other.getG().equals(curve.getG());
    }

    @Override
    public int signatureLengthBytes(AsymmetricKeyParameter publicKey) {
        return 2 * numberBytes();
    }

    @Override
    public boolean verify(AsymmetricKeyParameter publicKey, byte[] message, byte[] signature) {
        ECDSASigner verifier = new ECDSASigner();
        verifier.init(false, publicKey);
        BigInteger r = new BigInteger(1, signature, 0, numberBytes());
        BigInteger s = new BigInteger(1, signature, numberBytes(), numberBytes());
        // Numbers out of 1 to n-1 are refused by the verifier.
        return verifier.verifySignature(hash.newDigest().digest(message), r, s);
    }

    /** Takes its nonce from key and message (RFC 6979): no bad source of chances can betray the key. */
    @Override
    public byte[] sign(AsymmetricKeyParameter privateKey, byte[] message) {
        ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(nonceDigest()));
        signer.init(true, privateKey);
        BigInteger[] numbers = signer.generateSignature(hash.newDigest().digest(message));
        byte[] signature = new byte[2 * numberBytes()];
        write(numbers[0], signature, 0);
        write(numbers[1], signature, numberBytes());
        return signature;
    }

    private Digest nonceDigest() {
        return hash == HashFunction.SHA256 ? new SHA256Digest() : new SHA384Digest();
    }

    private int numberBytes() {
        return curve.getCurve().getFieldElementEncodingLength();
    }

    private void write(BigInteger number, byte[] target, int at) {
        BigIntegers.asUnsignedByteArray(number, target, at, numberBytes());
    }
}
