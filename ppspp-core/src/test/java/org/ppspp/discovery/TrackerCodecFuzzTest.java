package org.ppspp.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Any text is a tracker message, nothing of interest, or a {@link MalformedTrackerMessageException}. */
class TrackerCodecFuzzTest {
    /** What tracker messages are made of, whole and in parts, good and bad. */
    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        " ",
        "\"",
        "\\",
        "null",
        "true",
        "-1",
        "6778",
        "65536",
        "1e9",
        "99999999999999999999",
        "\"type\":\"register\",",
        "\"type\":\"get_peers\",",
        "\"type\":\"unregister\",",
        "\"type\":\"other_peers\",",
        "\"type\":\"new_node\",",
        "\"type\":\"remove_node\",",
        "\"type\":",
        "\"swarm_id\":\"82d3614b\"",
        "\"swarm_id\":",
        "\"endpoint\":[\"127.0.0.1\",6778]",
        "\"endpoint\":[\"::1\",6778,0,0]",
        "\"endpoint\":",
        "\"details\":[",
        "[\"10.0.0.1\",1],",
        "[\"10.0.0.2\",2]",
        "\"details\":",
        "\"host.example\"",
        "\"\\u00e9\"",
        "\"\\ud800\"",
        "\u00e9"
    };

    private final TrackerCodec server = TrackerCodec.server();
    private final TrackerCodec client = TrackerCodec.client();

    @FuzzTest(maxDuration = "60s")
    void readsWhatItWrites(FuzzedDataProvider data) throws MalformedTrackerMessageException {
        TrackerMessage message;
        try {
            message = server.decode(text(data));
        } catch (MalformedTrackerMessageException e) {
            return;
        }
        if (message != null) {
            assertThat(client.decode(Unpooled.wrappedBuffer(client.encode(message))))
                    .isEqualTo(message);
        }
    }

    private static ByteBuf text(FuzzedDataProvider data) {
        ByteBuf text = Unpooled.buffer();
        text.writeByte('{');
        while (data.remainingBytes() > 0) {
            int piece = data.consumeInt(0, PIECES.length);
            if (piece == PIECES.length) {
                text.writeByte(data.consumeByte());
            } else {
                text.writeCharSequence(PIECES[piece], StandardCharsets.UTF_8);
            }
        }
        if (text.readableBytes() % 4 > 0) {
            text.writeByte('}');
        }
        return text;
    }
}
