package org.ppspp.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Any bytes at all are messages or a {@link MalformedMessageException}, in every format. */
class DatagramFuzzTest {
    private static final ChunkAddressing[] METHODS = ChunkAddressing.values();

    @FuzzTest(maxDuration = "60s")
    void readsDatagrams(byte[] data) {
        if (data.length == 0) {
            return;
        }
        ByteBuf datagram = Unpooled.wrappedBuffer(data, 1, data.length - 1);
        int messages = 0;
        try {
            MessageReader reader = new MessageReader(datagram, format(data[0] & 0xff));
            if (MessageReader.readChannel(datagram) == 0) {
                MessageReader.readHandshake(datagram);
                reader = MessageReader.afterHandshake(
                        datagram, format(data[0] & 0xff), MessageReader.DEFAULT_MAX_MESSAGES);
            }
            while (reader.next() != null) {
                messages++;
            }
            assertThat(datagram.isReadable()).isFalse();
        } catch (MalformedMessageException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
        assertThat(messages).isLessThanOrEqualTo(Math.min(data.length, MessageReader.DEFAULT_MAX_MESSAGES));
    }

    private static WireFormat format(int choice) {
        ChunkAddressing addressing = METHODS[choice % METHODS.length];
        return switch (choice / METHODS.length % 3) {
            case 0 -> new WireFormat(addressing, 32, 64, 1_024, WireFormat.UNKNOWN_LENGTH);
            case 1 -> new WireFormat(addressing, 20, 0, 1_024, 7_162);
            default -> new WireFormat(addressing, 4, 0, 3, 1);
        };
    }
}
