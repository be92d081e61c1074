package org.ppspp.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.integrity.LiveAlgorithm;
import org.ppspp.integrity.LiveVerifier;

/**
 * The files were made by OpenSSL 3: {@code ecparam -name prime256v1 -genkey} and the same key by {@code pkcs8 -topk8 -nocrypt},
 * {@code ecparam -name secp384r1 -genkey -noout}, {@code genpkey -algorithm ed25519}, {@code genrsa -traditional 1024}.
 */
class LivePrivateKeyTest {
    private static final String P256 = openssl("p256");
    private static final String P256_SWARM_ID = "0dc9839e3faf1b05f88698458418bf09b6c484e61fcb5d64c75ea0609bd792597d"
            + "592a0ce66541143e607dc0696c16f8010a41ab9a60cf2428c02651886a27e9ab";

    private static final String P256_PKCS8 = openssl("p256-pkcs8");
    private static final String P384 = openssl("p384");
    private static final String P384_SWARM_ID =
            "0e4d20938c34f413fdd2f90c65c810433f2acf5b327ac311b4e4b8a8dd2910d5b6b9d655196e6812529a13f8ca088940df"
                    + "18deb2dc28653af4a614724d95e919bb3cfddd53b3d8dce29b51e37b6b18648d9d6fd8202976f7076b88888b105d3aac";

    private static final String ED25519 = openssl("ed25519");
    private static final String ED25519_SWARM_ID = "0f0c0933501738390488db048dd35f77ee064d324a831af0b7dc53347a6e9cf40a";

    private static final String RSA = openssl("rsa");
    private static final String RSA_KEY = "03010001b79e62ac3c2021831a5be0128c9567f2c4bf5c66372fcb25e73a9c780a6fcd1d"
            + "9d2f679e05f69243eaeb6c8662a03b0ef72e43056ddb61b2afea93417b279bfc4482f4a7511c7ce5dfc61a67eef8e928713e8d71"
            + "ea61f122c429b8adaaef24b9df9d7b307c57167757ace90287ec8a30538f48c6fd9c28a57969f8212467d91f";

    private static final String OTHER_CURVE = openssl("secp256k1");

    private static String openssl(String name) {
        try (InputStream in = LivePrivateKeyTest.class.getResourceAsStream(name + ".pem")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String swarmId(String pem) {
        return LivePrivateKey.parse(pem, null).signer().publicKey().swarmId().toString();
    }

    @Test
    @DisplayName("keys that OpenSSL made, in all the forms it writes, have the public half that OpenSSL says")
    void readsKeysOfOpenssl() {
        assertThat(swarmId(P256)).isEqualTo(P256_SWARM_ID);
        assertThat(swarmId(P256_PKCS8)).isEqualTo(P256_SWARM_ID);
        assertThat(swarmId(P384)).isEqualTo(P384_SWARM_ID);
        assertThat(swarmId(ED25519)).isEqualTo(ED25519_SWARM_ID);
        assertThat(swarmId(RSA)).isEqualTo("08" + RSA_KEY);
    }

    @Test
    @DisplayName("an RSA key signs with the hash that is asked for")
    void choosesTheHashOfRsa() {
        assertThat(LivePrivateKey.parse(RSA, LiveAlgorithm.RSASHA512)
                        .signer()
                        .publicKey()
                        .swarmId())
                .hasToString("0a" + RSA_KEY);
        assertThat(LivePrivateKey.parse(RSA, LiveAlgorithm.RSASHA256)
                        .signer()
                        .publicKey()
                        .algorithm())
                .isEqualTo(LiveAlgorithm.RSASHA256);
    }

    @ParameterizedTest
    @EnumSource(value = LiveAlgorithm.class, names = "RSASHA1", mode = EnumSource.Mode.EXCLUDE)
    void readsWhatItWrote(LiveAlgorithm algorithm) {
        LivePrivateKey made = LivePrivateKey.generate(algorithm, new SecureRandom());
        assertThat(made.pem()).startsWith("-----BEGIN PRIVATE KEY-----\n").endsWith("-----END PRIVATE KEY-----\n");
        LivePrivateKey read = LivePrivateKey.parse(made.pem(), algorithm);
        assertThat(read.pem()).isEqualTo(made.pem());
        assertThat(read.signer().publicKey()).isEqualTo(made.signer().publicKey());
        byte[] message = {1, 2, 3};
        assertThat(new LiveVerifier(made.signer().publicKey())
                        .verify(message, read.signer().sign(message)))
                .isTrue();
        LivePrivateKey other = LivePrivateKey.generate(algorithm, new SecureRandom());
        assertThat(other.signer().publicKey()).isNotEqualTo(made.signer().publicKey());
    }

    @Test
    @DisplayName("what is written is what Java reads as PKCS#8, Ed25519 without the public half as well")
    void writesPlainPkcs8() throws Exception {
        for (LiveAlgorithm algorithm : new LiveAlgorithm[] {LiveAlgorithm.ECDSAP256SHA256, LiveAlgorithm.ED25519}) {
            byte[] encoded = Pem.first(
                            LivePrivateKey.generate(algorithm, new SecureRandom())
                                    .pem(),
                            Pem.PRIVATE_KEY)
                    .bytes();
            String kind = algorithm == LiveAlgorithm.ED25519 ? "Ed25519" : "EC";
            assertThat(KeyFactory.getInstance(kind)
                            .generatePrivate(new PKCS8EncodedKeySpec(encoded))
                            .getAlgorithm())
                    .isIn("EC", "EdDSA", "Ed25519");
        }
        assertThat(LivePrivateKey.parse(ED25519, null).pem()).isEqualTo(ED25519);
        assertThat(swarmId(LivePrivateKey.parse(P256, null).pem())).isEqualTo(P256_SWARM_ID);
    }

    @Test
    void saysWhatIsWrongWithAKey() {
        refuses(OTHER_CURVE, null, "curve");
        refuses(P256, LiveAlgorithm.ED25519, "the key is for ECDSAP256SHA256, not for ED25519");
        refuses(P384, LiveAlgorithm.ECDSAP256SHA256, "the key is for ECDSAP384SHA384, not for ECDSAP256SHA256");
        refuses(ED25519, LiveAlgorithm.RSASHA512, "the key is for ED25519, not for RSASHA512");
        refuses(RSA, LiveAlgorithm.RSASHA1, "the key is for RSASHA256, not for RSASHA1");
        refuses(P256.replaceFirst("\n.*AwEHoUQ.*\n", "\n"), null, "no private key that is understood here");
        refuses(P256.replace("EC PRIVATE", "RSA PRIVATE"), null, "no private key that is understood here");
        refuses(openssl("encrypted"), null, "encrypted: write it without a passphrase");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----",
                "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----",
            })
    void refusesWhatIsNoKey(String pem) {
        assertThatThrownBy(() -> LivePrivateKey.parse(pem, null)).isExactlyInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void makesNoKeysForOldStreams() {
        assertThatThrownBy(() -> LivePrivateKey.generate(LiveAlgorithm.RSASHA1, new SecureRandom()))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("RSASHA1");
    }

    private static void refuses(String pem, @Nullable LiveAlgorithm algorithm, String why) {
        assertThatThrownBy(() -> LivePrivateKey.parse(pem, algorithm))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
