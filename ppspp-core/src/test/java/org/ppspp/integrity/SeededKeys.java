package org.ppspp.integrity;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Random;
import org.bouncycastle.crypto.AsymmetricCipherKeyPairGenerator;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.Ed25519KeyGenerationParameters;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;

/** Keys of live streams that a seed determines: for tests and simulated swarms, and no secrets. */
public final class SeededKeys {
    private static final int RSA_BITS = 1024;
    private static final int RSA_CERTAINTY = 40;

    private SeededKeys() {}

    /** The source of the stream of {@code seed}. */
    public static LiveSigner signer(LiveAlgorithm algorithm, long seed) {
        return LiveSigner.of(algorithm, privateKey(algorithm, seed));
    }

    /** The key of the stream of {@code seed}; also for an algorithm that signs no more. */
    public static LivePublicKey publicKey(LiveAlgorithm algorithm, long seed) {
        return LivePublicKey.of(algorithm, privateKey(algorithm, seed));
    }

    static AsymmetricKeyParameter privateKey(LiveAlgorithm algorithm, long seed) {
        return generator(algorithm, new SeededRandom(seed)).generateKeyPair().getPrivate();
    }

    private static AsymmetricCipherKeyPairGenerator generator(LiveAlgorithm algorithm, SecureRandom random) {
        LiveScheme scheme = algorithm.scheme();
        if (scheme instanceof EcdsaScheme ecdsa) {
            ECKeyPairGenerator generator = new ECKeyPairGenerator();
            generator.init(new ECKeyGenerationParameters(ecdsa.curve(), random));
            return generator;
        }
        if (scheme instanceof RsaScheme) {
            RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
            generator.init(new RSAKeyGenerationParameters(BigInteger.valueOf(65_537), random, RSA_BITS, RSA_CERTAINTY));
            return generator;
        }
        Ed25519KeyPairGenerator generator = new Ed25519KeyPairGenerator();
        generator.init(new Ed25519KeyGenerationParameters(random));
        return generator;
    }

    /** What the generators ask for, and as predictable as a test needs it. */
    private static final class SeededRandom extends SecureRandom {
        private static final long serialVersionUID = 1;
        private final Random random;

        SeededRandom(long seed) {
            this.random = new Random(seed);
        }

        @Override
        public void nextBytes(byte[] bytes) {
            random.nextBytes(bytes);
        }
    }
}
