package org.ppspp.integrity;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Signatures of live streams against published vectors and against Java's own implementation. */
class LiveSignatureTest {
    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static AsymmetricKeyParameter privateKey(LiveAlgorithm algorithm, byte[] secret) {
        return algorithm.scheme() instanceof EcdsaScheme ecdsa
                ? new ECPrivateKeyParameters(new BigInteger(1, secret), ecdsa.curve())
                : new Ed25519PrivateKeyParameters(secret, 0);
    }

    @ParameterizedTest
    @DisplayName("RFC 6979 A.2.5, A.2.6: the nonce of an ECDSA signature comes from key and message")
    @CsvSource({
        "ECDSAP256SHA256, sample, efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716,"
                + "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
        "ECDSAP256SHA256, test, f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367,"
                + "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
        "ECDSAP384SHA384, sample,"
                + "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46,"
                + "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
        "ECDSAP384SHA384, test,"
                + "8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb0542a7f0812998da8f1dd3ca3cf023db,"
                + "ddd0760448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e06a739f040649a667bf3b828246baa5a5",
    })
    void signsAsRfc6979(LiveAlgorithm algorithm, String message, String r, String s) {
        boolean p256 = algorithm == LiveAlgorithm.ECDSAP256SHA256;
        byte[] secret = hex(
                p256
                        ? "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
                        : "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8"
                                + "96d5724e4c70a825f872c9ea60d2edf5");
        byte[] publicKey = hex(
                p256
                        ? "0d60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                                + "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
                        : "0eec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64"
                                + "def8f0ea9055866064a254515480bc13"
                                + "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1"
                                + "288b231c3ae0d4fe7344fd2533264720");
        check(algorithm, secret, publicKey, message.getBytes(US_ASCII), hex(r + s));
    }

    @ParameterizedTest
    @DisplayName("RFC 8032 7.1: Ed25519")
    @CsvSource({
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60,"
                + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a, '',"
                + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb,"
                + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c, 72,"
                + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7,"
                + "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025, af82,"
                + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    })
    void signsAsRfc8032(String secret, String publicKey, String message, String signature) {
        check(LiveAlgorithm.ED25519, hex(secret), hex("0f" + publicKey), hex(message), hex(signature));
    }

    private static void check(
            LiveAlgorithm algorithm, byte[] secret, byte[] swarmId, byte[] message, byte[] signature) {
        LiveSigner signer = LiveSigner.of(algorithm, privateKey(algorithm, secret));
        assertThat(signer.publicKey().encode()).isEqualTo(swarmId);
        assertThat(signer.sign(message)).isEqualTo(signature);
        assertThat(new LiveVerifier(LivePublicKey.parse(swarmId)).verify(message, signature))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(LiveAlgorithm.class)
    @DisplayName("what is signed here is verified by Java, too")
    void agreesWithJava(LiveAlgorithm algorithm) throws GeneralSecurityException {
        for (long seed = 1; seed <= 3; seed++) {
            byte[] message = new byte[28 + (int) seed];
            new Random(seed).nextBytes(message);
            AsymmetricKeyParameter privateKey = SeededKeys.privateKey(algorithm, seed);
            LivePublicKey publicKey = LivePublicKey.of(algorithm, privateKey);
            byte[] signature = algorithm.scheme().sign(privateKey, message);
            Signature java = Signature.getInstance(javaName(algorithm));
            java.initVerify(javaKey(publicKey));
            java.update(message);
            assertThat(java.verify(signature)).as("seed %d", seed).isTrue();
            assertThat(signature).hasSize(publicKey.signatureLengthBytes());
            assertThat(algorithm.scheme().sign(privateKey, message)).isEqualTo(signature);
            assertThat(new LiveVerifier(publicKey).verify(message, signature)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(LiveAlgorithm.class)
    void verifiesNothingThatWasChanged(LiveAlgorithm algorithm) {
        AsymmetricKeyParameter privateKey = SeededKeys.privateKey(algorithm, 7);
        LiveVerifier verifier = new LiveVerifier(LivePublicKey.of(algorithm, privateKey));
        byte[] message = "a munro's hash".getBytes(US_ASCII);
        byte[] signature = algorithm.scheme().sign(privateKey, message);
        Random random = new Random(7);
        for (int round = 0; round < 40; round++) {
            assertThat(verifier.verify(flipped(message, random), signature)).isFalse();
            assertThat(verifier.verify(message, flipped(signature, random))).isFalse();
            byte[] noise = new byte[signature.length];
            random.nextBytes(noise);
            assertThat(verifier.verify(message, noise)).isFalse();
        }
        LivePublicKey other = LivePublicKey.of(algorithm, SeededKeys.privateKey(algorithm, 8));
        assertThat(new LiveVerifier(other).verify(message, signature)).isFalse();
        assertThat(verifier.verify(message, signature)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(LiveAlgorithm.class)
    @DisplayName("numbers out of range and signatures of another length are no signatures, and no errors")
    void refusesSignaturesThatAreNone(LiveAlgorithm algorithm) {
        LiveVerifier verifier = new LiveVerifier(LivePublicKey.of(algorithm, SeededKeys.privateKey(algorithm, 7)));
        byte[] message = {1, 2, 3};
        byte[] signature = algorithm.scheme().sign(SeededKeys.privateKey(algorithm, 7), message);
        byte[] ones = new byte[signature.length];
        Arrays.fill(ones, (byte) -1);
        assertThat(verifier.verify(message, ones)).isFalse();
        assertThat(verifier.verify(message, new byte[signature.length])).isFalse();
        assertThat(verifier.verify(message, new byte[0])).isFalse();
        assertThat(verifier.verify(message, Arrays.copyOf(signature, signature.length - 1)))
                .isFalse();
        assertThat(verifier.verify(message, joined(signature, new byte[1]))).isFalse();
        assertThat(verifier.verify(message, joined(new byte[1], signature))).isFalse();
        for (int half = 0; half < 2; half++) {
            byte[] zeroed = signature.clone();
            Arrays.fill(zeroed, half * signature.length / 2, (half + 1) * signature.length / 2, (byte) 0);
            assertThat(verifier.verify(message, zeroed)).as("half %d", half).isFalse();
        }
    }

    @Test
    void signsNothingNewWithSha1() {
        AsymmetricKeyParameter key = SeededKeys.privateKey(LiveAlgorithm.RSASHA1, 1);
        assertThatThrownBy(() -> LiveSigner.of(LiveAlgorithm.RSASHA1, key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("RSASHA1");
    }

    @ParameterizedTest
    @EnumSource(LiveAlgorithm.class)
    void signsWithNoKeyOfAnotherKind(LiveAlgorithm algorithm) {
        for (LiveAlgorithm other : LiveAlgorithm.values()) {
            boolean sameKind = algorithm.name().substring(0, 3).equals("RSA")
                    && other.name().startsWith("RSA");
            if (other != algorithm && !sameKind) {
                AsymmetricKeyParameter key = SeededKeys.privateKey(other, 1);
                assertThatThrownBy(() -> LiveSigner.of(algorithm, key))
                        .as("%s with a key for %s", algorithm, other)
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    private static byte[] flipped(byte[] bytes, Random random) {
        byte[] copy = bytes.clone();
        copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        return copy;
    }

    private static String javaName(LiveAlgorithm algorithm) {
        return switch (algorithm) {
            case RSASHA1 -> "SHA1withRSA";
            case RSASHA256 -> "SHA256withRSA";
            case RSASHA512 -> "SHA512withRSA";
            case ECDSAP256SHA256 -> "SHA256withECDSAinP1363Format";
            case ECDSAP384SHA384 -> "SHA384withECDSAinP1363Format";
            case ED25519 -> "Ed25519";
        };
    }

    /** The key as Java reads it, out of the bytes of the swarm ID. */
    private static PublicKey javaKey(LivePublicKey key) throws GeneralSecurityException {
        byte[] swarmId = key.encode();
        int half = swarmId.length / 2;
        return switch (key.algorithm()) {
            case RSASHA1, RSASHA256, RSASHA512 ->
                KeyFactory.getInstance("RSA")
                        .generatePublic(new RSAPublicKeySpec(
                                new BigInteger(1, swarmId, 2 + swarmId[1], swarmId.length - 2 - swarmId[1]),
                                new BigInteger(1, swarmId, 2, swarmId[1])));
            case ECDSAP256SHA256, ECDSAP384SHA384 ->
                KeyFactory.getInstance("EC")
                        .generatePublic(new ECPublicKeySpec(
                                new ECPoint(
                                        new BigInteger(1, swarmId, 1, half),
                                        new BigInteger(1, swarmId, 1 + half, half)),
                                curve(half == 32 ? "secp256r1" : "secp384r1")));
            case ED25519 ->
                KeyFactory.getInstance("Ed25519")
                        .generatePublic(new X509EncodedKeySpec(joined(
                                hex("302a300506032b6570032100"), Arrays.copyOfRange(swarmId, 1, swarmId.length))));
        };
    }

    private static ECParameterSpec curve(String name) throws GeneralSecurityException {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec(name));
        return parameters.getParameterSpec(ECParameterSpec.class);
    }
}
