package org.ppspp.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;

/** Any bytes are a frame, which written anew is the same, or a {@link MalformedFrameException}. */
class FramePickleFuzzTest {
    /** What pickles of frames are made of. */
    private static final String[] PIECES = {
        "\u0080\u0004",
        "\u0095\u0010\0\0\0\0\0\0\0",
        "}",
        "(",
        "u",
        "s",
        "d",
        "t",
        "R",
        "\u0086",
        "\u0094",
        ".",
        "q\0",
        "h\0",
        "p0\n",
        "g0\n",
        "K\u0001",
        "M\u0001\u0002",
        "J\0\0\0\u0080",
        "I7\n",
        "L7L\n",
        "\u008a\u0001\u0007",
        "X\u0002\0\0\0id",
        "\u008c\u0002vk",
        "Vvd\n",
        "Vad\n",
        "Vin\n",
        "Vlatin1\n",
        "C\u0001x",
        "B\u0001\0\0\0x",
        "\u008e\u0001\0\0\0\0\0\0\0x",
        "c_codecs\nencode\n",
        "cos\nsystem\n",
        "\\u20ac"
    };

    @FuzzTest(maxDuration = "60s")
    void readsWhatItWrites(FuzzedDataProvider data) throws MalformedFrameException {
        AvFrame frame;
        try {
            frame = FramePickle.read(pickle(data));
        } catch (MalformedFrameException e) {
            return;
        }
        if (frame.id() != (int) frame.id()) {
            return;
        }
        AvFrame again = FramePickle.read(FramePickle.write(frame, FramePickle.PROTOCOL_4));
        assertThat(again.id()).isEqualTo(frame.id());
        assertThat(again.video()).isEqualTo(frame.video());
        assertThat(again.audio()).isEqualTo(frame.audio());
    }

    private static byte[] pickle(FuzzedDataProvider data) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (data.remainingBytes() > 0) {
            int piece = data.consumeInt(0, PIECES.length);
            if (piece == PIECES.length) {
                bytes.write(data.consumeByte());
            } else {
                bytes.writeBytes(PIECES[piece].getBytes(ISO_8859_1));
            }
        }
        bytes.write('.');
        return bytes.toByteArray();
    }
}
