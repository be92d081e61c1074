package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.integrity.LiveAlgorithm;
import org.ppspp.integrity.SeededKeys;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.SwarmId;

class SwarmLinkTest {
    private static final String ID = "d094024bfed046a9be25a762870ce67089f31f81";

    @Test
    void takesABareSwarmIdWithTheUsualValues() {
        SwarmLink link = SwarmLink.parse(" " + ID.toUpperCase(Locale.ROOT) + "\n");
        assertThat(link.metadata()).isEqualTo(SwarmMetadata.ofRootHash(SwarmId.parse(ID), 1024, null));
        assertThat(link.name()).isNull();
        assertThat(link.trackers()).isEmpty();
        assertThat(link).hasToString("ppspp:" + ID);
    }

    @Test
    void takesTheHashFunctionFromTheLengthOfTheId() {
        for (HashFunction function : HashFunction.values()) {
            SwarmMetadata metadata =
                    SwarmLink.parse("ab".repeat(function.length())).metadata();
            assertThat(metadata.hashFunction()).isEqualTo(function);
            assertThat(metadata.integrityMethod()).isEqualTo(IntegrityMethod.MERKLE_HASH_TREE);
        }
    }

    @ParameterizedTest
    @EnumSource(LiveAlgorithm.class)
    @DisplayName("a bare swarm ID that is a key means a live stream with a Unified Merkle Tree of SHA-256")
    void takesABareKeyForALiveStream(LiveAlgorithm algorithm) {
        String id = SeededKeys.publicKey(algorithm, 9).swarmId().toString();
        SwarmLink link = SwarmLink.parse(id);
        assertThat(link.metadata().live()).isTrue();
        assertThat(link.metadata().integrityMethod()).isEqualTo(IntegrityMethod.UNIFIED_MERKLE_TREE);
        assertThat(link.metadata().hashFunction()).isEqualTo(HashFunction.SHA256);
        assertThat(link.metadata().discardWindowChunks()).isNull();
        assertThat(link).hasToString("ppspp:" + id);
        String other = "ppspp:" + id + "?cs=1316&ip=2&hf=0&dw=4096&tr=tracker.example:6777";
        assertThat(SwarmLink.parse(other).metadata().integrityMethod()).isEqualTo(IntegrityMethod.SIGN_ALL);
        assertThat(SwarmLink.parse(other).metadata().discardWindowChunks()).isEqualTo(4096);
        assertThat(SwarmLink.parse(other)).hasToString(other);
    }

    @Test
    void keepsTheLongestKey() {
        String id = "0803010001" + "ff".repeat(512);
        assertThat(SwarmLink.parse("ppspp:" + id + "?dw=1")).hasToString("ppspp:" + id + "?dw=1");
    }

    @Test
    void saysWhyAnIdIsNeitherHashNorKey() {
        assertThatThrownBy(() -> SwarmLink.parse(ID.substring(2)))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("38 digits")
                .hasMessageContaining("40 (SHA-1)")
                .hasMessageContaining("no algorithm has number 148");
        assertThatThrownBy(() -> SwarmLink.parse("0d" + "17".repeat(64)))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no point of the curve");
        for (int method = 2; method <= 3; method++) {
            String link = "ppspp:" + ID + "?ip=" + method;
            assertThatThrownBy(() -> SwarmLink.parse(link))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the swarm ID is no key of a live stream");
        }
    }

    @Test
    void writesWhatItReads() {
        String text = "ppspp:" + ID + "?cs=8192&l=7468&am=4&n=My%20%C3%BCber%26film%2B%25.mp4"
                + "&tr=tracker.example:6777&tr=[2001:db8::1]:6777";
        SwarmLink link = SwarmLink.parse(text);
        assertThat(link.name()).isEqualTo("My über&film+%.mp4");
        assertThat(link.trackers()).containsExactly("tracker.example:6777", "[2001:db8::1]:6777");
        assertThat(link.metadata().chunkSizeBytes()).isEqualTo(8192);
        assertThat(link.metadata().contentLengthBytes()).isEqualTo(7468L);
        assertThat(link.metadata().addressing()).isEqualTo(ChunkAddressing.CHUNK_RANGES_64);
        assertThat(link).hasToString(text);
    }

    @Test
    void keepsAnySwarm() {
        long seed = 8;
        Random random = new Random(seed);
        byte[][] keys = Arrays.stream(LiveAlgorithm.values())
                .map(algorithm -> SeededKeys.publicKey(algorithm, seed).encode())
                .toArray(byte[][]::new);
        for (int round = 0; round < 500; round++) {
            HashFunction function = pick(random, HashFunction.values());
            IntegrityMethod method = pick(random, IntegrityMethod.values());
            byte[] id = new byte[method == IntegrityMethod.NONE ? 1 + random.nextInt(99) : function.length()];
            random.nextBytes(id);
            if (method == IntegrityMethod.UNIFIED_MERKLE_TREE || method == IntegrityMethod.SIGN_ALL) {
                id = pick(random, keys);
            }
            SwarmLink link = new SwarmLink(
                    new SwarmMetadata(
                            SwarmId.of(id),
                            method,
                            function,
                            200 + random.nextInt(10_000),
                            pick(random, ChunkAddressing.values()),
                            random.nextBoolean() ? null : 1 + random.nextLong(1L << 38),
                            random.nextBoolean() ? null : 1 + random.nextLong(1L << 31)),
                    random.nextBoolean() ? null : "nаme " + round + " 100%😀.bin",
                    random.nextBoolean() ? List.of() : List.of("a:1", "b:2"),
                    random.nextBoolean() ? List.of() : List.of("[::1]:3"));
            assertThat(SwarmLink.parse(link.toString()))
                    .as("seed %d round %d: %s", seed, round, link)
                    .isEqualTo(link);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tswift:/ID | ppspp:ID",
                "tswift:/ID$8192 | ppspp:ID?cs=8192",
                "TSWIFT://192.0.2.1:7758/ID | ppspp:ID?pe=192.0.2.1:7758",
                "tswift://[2001:db8::1]:7758/ID$8192 | ppspp:ID?cs=8192&pe=[2001:db8::1]:7758",
                "tswift:///ID/film.mp4?cs=2048&cl=77&v=1&mt=video/mp4 | ppspp:ID?cs=2048&l=77&n=film.mp4",
                "tswift://host:1/ID?ca=0&hf=0 | ppspp:ID?am=0&pe=host:1",
            })
    void understandsTheUrlsOfLibswift(String url, String link) {
        String id = "0123456789abcdef0123456789abcdef01234567";
        assertThat(SwarmLink.parse(url.replace("ID", id))).hasToString(link.replace("ID", id));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tswift:",
                "tswift://host:1",
                "tswift://host:1/",
                "tswift:/ID$",
                "tswift:/ID$x",
                "tswift:/ID/../x"
            })
    void refusesWhatIsNoUrlOfLibswift(String url) {
        assertThatThrownBy(() -> SwarmLink.parse(url.replace("ID", "0123456789abcdef0123456789abcdef01234567")))
                .isExactlyInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ignoresKeysOfLaterVersions() {
        assertThat(SwarmLink.parse("ppspp:" + ID + "?zz=9&&l=5"))
                .isEqualTo(SwarmLink.of(SwarmMetadata.ofRootHash(SwarmId.parse(ID), 1024, 5L)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ppspp:",
                "hello",
                "abc",
                "ppspp:" + ID + "g",
                "http://example.org/" + ID,
                ID + "?l=0",
                ID + "?l=-1",
                ID + "?l=x",
                ID + "?l=99999999999999999999",
                ID + "?l=999999999999999999",
                ID + "?l=4398046511105",
                ID + "?am=0&l=2199023255553",
                ID + "?l",
                ID + "?l=1&l=2",
                ID + "?cs=0",
                ID + "?cs=70000",
                ID + "?cs=40",
                ID + "?hf=2",
                ID + "?hf=9",
                ID + "?am=5",
                ID + "?ip=4",
                ID + "?dw=0",
                ID + "?n=%zz",
                ID + "?n=%",
                ID + "?n=%ff",
                ID + "?n=",
                ID + "?n=..",
                ID + "?n=a%2Fb",
                ID + "?n=a%00b",
                ID + "?n=a%5Cb",
                ID + "?n=%E2%80%AEgpj.exe",
                ID + "?n=nul.txt",
                ID + "?n=trailing.",
                ID + "?tr=",
                ID + "?tr=a%0Ab:1",
                "ppspp:" + ID
                        + "?tr=1&tr=2&tr=3&tr=4&tr=5&tr=6&tr=7&tr=8&tr=9&tr=10&tr=11&tr=12&tr=13&tr=14&tr=15&tr=16&tr=17"
            })
    void refusesWhatIsNoLink(String text) {
        assertThatThrownBy(() -> SwarmLink.parse(text))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("\n");
    }

    @Test
    void refusesALinkThatIsTooLong() {
        assertThatThrownBy(() -> SwarmLink.parse("ppspp:" + ID + "?n=" + "x".repeat(SwarmLink.MAX_LENGTH)))
                .hasMessageContaining("longer than");
    }

    @Test
    void survivesAnyText() {
        long seed = 77;
        Random random = new Random(seed);
        String alphabet = "0123456789abcdef?&=%:./\\ntrlcsamhfipdw\u202e\0\n";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "ppspp:" + ID + "?" : "");
            for (int i = random.nextInt(40); i > 0; i--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                SwarmLink link = SwarmLink.parse(text.toString());
                assertThat(SwarmLink.parse(link.toString())).isEqualTo(link);
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).as("seed %d round %d", seed, round).isNotBlank();
            }
        }
    }

    private static <T> T pick(Random random, T[] values) {
        return values[random.nextInt(values.length)];
    }
}
