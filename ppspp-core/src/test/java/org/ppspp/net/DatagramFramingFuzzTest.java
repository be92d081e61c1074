package org.ppspp.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** However a TCP stream is cut, the frames are those of the whole stream, and memory grows with what came. */
class DatagramFramingFuzzTest {
    private static final int MAX_STREAM_BYTES = 4_096;

    @FuzzTest(maxDuration = "60s")
    void cutsAStreamIntoFrames(FuzzedDataProvider data) {
        byte[] stream = stream(data);
        DatagramFraming framing = new DatagramFraming(new NetTally());
        EmbeddedChannel channel = new EmbeddedChannel(framing);
        int at = 0;
        while (at < stream.length && channel.isOpen()) {
            int length = data.remainingBytes() == 0 ? stream.length - at : data.consumeInt(1, stream.length - at);
            channel.writeInbound(Unpooled.copiedBuffer(stream, at, length));
            at += length;
            assertThat(framing.heldBytes()).isLessThanOrEqualTo(2 * at + 1_024);
        }
        List<byte[]> frames = new ArrayList<>();
        for (ByteBuf frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
            frames.add(ByteBufUtil.getBytes(frame));
            frame.release();
        }
        assertThat(frames).containsExactlyElementsOf(model(stream));
        channel.finishAndReleaseAll();
        assertThat(framing.heldBytes()).isZero();
    }

    /** Lengths that are mostly right, so that there is more than one frame. */
    private static byte[] stream(FuzzedDataProvider data) {
        ByteBuf stream = Unpooled.buffer();
        while (data.remainingBytes() > 0 && stream.readableBytes() < MAX_STREAM_BYTES && data.consumeBoolean()) {
            byte[] frame = data.consumeBytes(data.consumeInt(0, 64));
            stream.writeInt(data.consumeInt(0, 15) == 0 ? data.consumeInt() : frame.length)
                    .writeBytes(frame);
        }
        return ByteBufUtil.getBytes(stream);
    }

    private static List<byte[]> model(byte[] stream) {
        List<byte[]> frames = new ArrayList<>();
        ByteBuf rest = Unpooled.wrappedBuffer(stream);
        while (rest.readableBytes() >= DatagramFraming.LENGTH_BYTES) {
            long length = rest.readUnsignedInt();
            if (length < DatagramFraming.MIN_FRAME_BYTES
                    || length > DatagramFraming.MAX_FRAME_BYTES
                    || length > rest.readableBytes()) {
                break;
            }
            int from = rest.readerIndex();
            frames.add(Arrays.copyOfRange(stream, from, from + (int) length));
            rest.skipBytes((int) length);
        }
        return frames;
    }
}
