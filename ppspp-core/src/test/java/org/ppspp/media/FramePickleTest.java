package org.ppspp.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramePickleTest {
    private static final String INFO = "Quick Brow Fox!";

    private static byte[] fill(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0xC0);
        return bytes;
    }

    private static void assertSame(AvFrame actual, AvFrame expected) {
        assertThat(actual.id()).isEqualTo(expected.id());
        assertThat(actual.key()).isEqualTo(expected.key());
        assertThat(actual.video()).isEqualTo(expected.video());
        assertThat(actual.audio()).isEqualTo(expected.audio());
        assertThat(actual.info()).isEqualTo(expected.info());
    }

    @Test
    @DisplayName("PyPPSPP: the same bytes as Python's, in protocols 3 and 4")
    void writesWhatPythonWrites() throws MalformedFrameException {
        JsonNode frames = Vectors.read().get("frames");
        assertThat(frames).hasSize(16);
        for (JsonNode each : frames) {
            AvFrame frame = new AvFrame(
                    each.get("id").asLong(),
                    each.get("key").asBoolean(),
                    fill(each.get("videoBytes").asInt()),
                    fill(each.get("audioBytes").asInt()),
                    INFO);
            byte[] pickle = FramePickle.write(frame, each.get("protocol").asInt());
            assertThat(pickle).hasSize(each.get("pickleBytes").asInt());
            assertThat(Vectors.sha1(pickle)).isEqualTo(each.get("pickleSha1").asText());
            assertSame(FramePickle.read(pickle), frame);
        }
    }

    @Test
    @DisplayName("PyPPSPP: protocols 0 to 5 are read")
    void readsEveryProtocol() throws MalformedFrameException {
        JsonNode pickles = Vectors.read().get("pickles");
        assertThat(pickles).hasSize(6);
        for (JsonNode each : pickles) {
            byte[] pickle = HexFormat.of().parseHex(each.get("hex").asText());
            assertSame(FramePickle.read(pickle), new AvFrame(300, true, fill(3), fill(300), INFO));
        }
    }

    @Test
    void readsWhatItWrites() throws MalformedFrameException {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            byte[] video = new byte[random.nextInt(random.nextBoolean() ? 300 : 100_000)];
            byte[] audio = new byte[random.nextInt(random.nextBoolean() ? 300 : 70_000)];
            random.nextBytes(video);
            random.nextBytes(audio);
            String info = "\u00e9\u20ac\ud83d\ude00".repeat(random.nextInt(100));
            AvFrame frame = new AvFrame(
                    random.nextBoolean() ? random.nextInt() : random.nextInt(70_000),
                    random.nextBoolean(),
                    video,
                    audio,
                    info);
            for (int protocol = 3; protocol <= 4; protocol++) {
                assertSame(FramePickle.read(FramePickle.write(frame, protocol)), frame);
            }
        }
    }

    @Test
    void takesAnyBytes() {
        for (JsonNode each : Vectors.read().get("pickles")) {
            byte[] sound = HexFormat.of().parseHex(each.get("hex").asText());
            for (int length = 0; length < sound.length; length++) {
                byte[] cut = Arrays.copyOf(sound, length);
                assertThatThrownBy(() -> FramePickle.read(cut)).isInstanceOf(MalformedFrameException.class);
            }
            Random random = new Random(each.get("protocol").asInt());
            for (int round = 0; round < 5_000; round++) {
                byte[] bytes = sound.clone();
                for (int i = 0; i <= random.nextInt(4); i++) {
                    bytes[random.nextInt(Math.min(bytes.length, 120))] = (byte) random.nextInt();
                }
                try {
                    FramePickle.read(bytes);
                } catch (MalformedFrameException e) {
                    assertThat(e.getStackTrace()).isEmpty();
                }
            }
        }
    }

    /** What makes a general reader of pickles run commands, exhaust memory or recurse. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cos\nsystem\n(S'true'\ntR.",
                "cos\nsystem\n(Vtrue\nVlatin1\ntR.",
                "c_codecs\ndecode\n(Vx\nVlatin1\ntR.",
                "c_codecs\nencode\n(Vx\nVrot13\ntR.",
                "c_codecs\nencode\n.",
                "(Vx\nVlatin1\ntR.",
                "\u0080\u0004\u008c\u0002os\u008c\u0006system\u0093.",
                "(i__builtin__\nexec\n.",
                "\u0080\u0006}.",
                "}q\u0000Va\nh\u0000s.",
                "}(Va\n}u.",
                "}(K\u0001K\u0002u.",
                "}(Va\nu.",
                "B\u00ff\u00ff\u00ff\u007f.",
                "\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f.",
                "X\u00ff\u00ff\u00ff\u00ff.",
                "\u008b\u00ff\u00ff\u0000\u0000.",
                "L999999999999999999999L\n.",
                "V\\ud83\n.",
                "V\\Uffffffff\n.",
                "h\u0005.",
                "s.",
                "u.",
                ".",
                "K\u0001.",
                "}}."
            })
    void runsNothing(String pickle) {
        assertThatThrownBy(() -> FramePickle.read(pickle.getBytes(ISO_8859_1)))
                .isInstanceOf(MalformedFrameException.class);
    }

    @Test
    void growsNoFurtherThanItMay() {
        for (String part : new String[] {"(", "}", "K\u0001", "K\u0001\u0094", "K\u0001q\u0001h\u0001"}) {
            byte[] bytes = (part.repeat(100_000) + ".").getBytes(ISO_8859_1);
            assertThatThrownBy(() -> FramePickle.read(bytes)).hasMessageContaining("too m");
        }
    }

    @Test
    void undoesEscapes() throws MalformedFrameException {
        String text = "}(Vid\nI7\nVvk\nI00\nVvd\nC\u0000Vad\nC\u0001xVin\nV\\u20ac\\u005c\\U0001F600\\x\nu.";
        AvFrame frame = FramePickle.read(text.getBytes(ISO_8859_1));
        assertThat(frame.info()).isEqualTo("\u20ac\\\ud83d\ude00\\x");
        assertThat(frame.id()).isEqualTo(7);
        assertThat(frame.key()).isFalse();
    }
}
