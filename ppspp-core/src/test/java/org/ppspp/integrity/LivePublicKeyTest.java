package org.ppspp.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.ppspp.wire.SwarmId;

class LivePublicKeyTest {
    private static final byte[] P256 = {13};

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    /** An RSA key of algorithm 8 with exponent 65537 and a modulus of that many bits. */
    private static byte[] rsa(int modulusBits) {
        byte[] modulus = new byte[(modulusBits + 7) / 8];
        Arrays.fill(modulus, (byte) -1);
        modulus[0] = (byte) (0xff >>> (modulus.length * 8 - modulusBits));
        return hex("0803010001" + HexFormat.of().formatHex(modulus));
    }

    @ParameterizedTest
    @EnumSource(LiveAlgorithm.class)
    @DisplayName("I-8: a key is the swarm ID, and says how long signatures are")
    void isTheSwarmId(LiveAlgorithm algorithm) {
        LivePublicKey key = SeededKeys.publicKey(algorithm, 5);
        assertThat(LivePublicKey.parse(key.encode())).isEqualTo(key).hasSameHashCodeAs(key);
        assertThat(key.swarmId()).isEqualTo(SwarmId.of(key.encode()));
        assertThat(key.encode()[0]).isEqualTo((byte) algorithm.number());
        assertThat(key.algorithm()).isEqualTo(algorithm);
        assertThat(SeededKeys.publicKey(algorithm, 6)).isNotEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource({"RSASHA1, 128, 133", "RSASHA512, 128, 133", "ECDSAP256SHA256, 64, 65", "ECDSAP384SHA384, 96, 97"})
    void knowsTheLengthOfSignatures(LiveAlgorithm algorithm, int signatureBytes, int swarmIdBytes) {
        LivePublicKey key = SeededKeys.publicKey(algorithm, 5);
        assertThat(key.signatureLengthBytes()).isEqualTo(signatureBytes);
        assertThat(key.swarmId().length()).isEqualTo(swarmIdBytes);
        assertThat(LivePublicKey.parse(rsa(4096)).signatureLengthBytes()).isEqualTo(512);
        assertThat(LivePublicKey.parse(rsa(1025)).signatureLengthBytes()).isEqualTo(129);
        assertThat(SeededKeys.publicKey(LiveAlgorithm.ED25519, 5).signatureLengthBytes())
                .isEqualTo(64);
    }

    @ParameterizedTest
    @CsvSource({"512, true", "511, false", "4096, true", "4097, false"})
    @DisplayName("an RSA modulus has 512 to 4096 bits")
    void boundsTheModulus(int bits, boolean fine) {
        if (fine) {
            assertThat(LivePublicKey.parse(rsa(bits)).encode()).isEqualTo(rsa(bits));
        } else {
            refuses(rsa(bits), "its RSA modulus has " + bits + " bits");
        }
    }

    @Test
    void refusesRsaKeysThatCannotBeOnes() {
        byte[] even = rsa(1024);
        even[even.length - 1] = (byte) 0xfe;
        refuses(even, "even");
        String modulus = "ff".repeat(128);
        refuses(hex("0803010000" + modulus), "even");
        refuses(hex("080101" + modulus), "exponent");
        refuses(hex("0804" + "00010001" + modulus), "leading zeros");
        refuses(hex("0803010001" + "00" + modulus), "leading zeros");
        refuses(hex("0809" + "01".repeat(9) + modulus), "exponent");
        refuses(hex("08" + "000003" + "010001" + modulus), "exponent");
        refuses(hex("0803010001"), "cut off");
        refuses(hex("08030100"), "cut off");
        refuses(hex("0803"), "cut off");
        refuses(hex("08"), "exponent");
    }

    @Test
    @DisplayName("RFC 5702 §2.2: RSASHA512 takes 1024 bits at least, since its hash must fit")
    void wantsRoomForTheLongHash() {
        byte[] small = rsa(1023);
        small[0] = 10;
        refuses(small, "1023 bits");
        byte[] large = rsa(1024);
        large[0] = 10;
        assertThat(LivePublicKey.parse(large).algorithm()).isEqualTo(LiveAlgorithm.RSASHA512);
    }

    @Test
    void refusesPointsThatAreNotOnTheCurve() {
        for (LiveAlgorithm algorithm :
                new LiveAlgorithm[] {LiveAlgorithm.ECDSAP256SHA256, LiveAlgorithm.ECDSAP384SHA384}) {
            byte[] key = SeededKeys.publicKey(algorithm, 3).encode();
            byte[] off = key.clone();
            off[off.length - 1] ^= 1;
            refuses(off, "no point of the curve");
            Arrays.fill(off, 1, off.length, (byte) 0);
            refuses(off, "no point of the curve");
            Arrays.fill(off, 1, off.length, (byte) -1);
            refuses(off, "no point of the curve");
            refuses(Arrays.copyOf(key, key.length - 1), "bytes");
            refuses(Arrays.copyOf(key, key.length + 1), "bytes");
        }
        refuses(P256, "bytes");
    }

    @Test
    @DisplayName("a coordinate is below the prime: one point has one encoding")
    void refusesCoordinatesBeyondTheField() {
        // x = 5 is on P-256; p + 5 would be the same point.
        String y = "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc";
        assertThat(LivePublicKey.parse(hex("0d" + "00".repeat(31) + "05" + y)).algorithm())
                .isEqualTo(LiveAlgorithm.ECDSAP256SHA256);
        refuses(hex("0dffffffff00000001000000000000000000000001000000000000000000000004" + y), "no point of the curve");
    }

    @ParameterizedTest
    @CsvSource({
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0200000000000000000000000000000000000000000000000000000000000000",
    })
    @DisplayName("Ed25519 keys of small order, for which anybody could sign, and those that are no points")
    void refusesWeakPoints(String key) {
        refuses(hex("0f" + key), "ED25519");
    }

    @Test
    void refusesWhatNamesNoAlgorithm() {
        refuses(new byte[0], "empty");
        for (int number = 0; number < 256; number++) {
            if (LiveAlgorithm.byNumber(number) == null) {
                byte[] swarmId =
                        SeededKeys.publicKey(LiveAlgorithm.ECDSAP256SHA256, 3).encode();
                swarmId[0] = (byte) number;
                refuses(swarmId, "no algorithm has number " + number);
            }
        }
    }

    @Test
    @DisplayName("any bytes give a key that is written as it was read, or one kind of exception")
    void isTotal() {
        long seed = 11;
        Random random = new Random(seed);
        LiveAlgorithm[] algorithms = LiveAlgorithm.values();
        int keys = 0;
        for (int round = 0; round < 3_000; round++) {
            LiveAlgorithm algorithm = algorithms[round % algorithms.length];
            byte[] swarmId = new byte[1 + random.nextInt(round % 2 == 0 ? 600 : 100)];
            random.nextBytes(swarmId);
            swarmId[0] = (byte) algorithm.number();
            if (swarmId.length > 1 && random.nextBoolean()) {
                swarmId[1] = 1;
            }
            try {
                LivePublicKey key = LivePublicKey.parse(swarmId);
                assertThat(key.encode()).as("seed %d round %d", seed, round).isEqualTo(swarmId);
                byte[] signature = new byte[key.signatureLengthBytes()];
                random.nextBytes(signature);
                assertThat(new LiveVerifier(key).verify(swarmId, signature))
                        .as("seed %d round %d", seed, round)
                        .isFalse();
                keys++;
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageStartingWith("the swarm ID is no ");
            }
        }
        assertThat(keys).isPositive();
    }

    private static void refuses(byte[] swarmId, String why) {
        assertThatThrownBy(() -> LivePublicKey.parse(swarmId))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the swarm ID is no ")
                .hasMessageContaining(why);
    }
}
