package org.ppspp.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatagramFramingTest {
    private final NetTally tally = new NetTally();
    private final DatagramFraming framing = new DatagramFraming(tally);
    private final EmbeddedChannel channel = new EmbeddedChannel(framing);

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void cutsAStreamIntoItsFramesHoweverItIsSplit() {
        for (long seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            List<byte[]> frames = new ArrayList<>();
            ByteBuf stream = Unpooled.buffer();
            int longestPiece = 1 << random.nextInt(18);
            for (int i = random.nextInt(10); i >= 0; i--) {
                byte[] frame = new byte[frameLength(random, longestPiece)];
                random.nextBytes(frame);
                frames.add(frame);
                stream.writeInt(frame.length).writeBytes(frame);
            }
            while (stream.isReadable()) {
                int length = Math.min(stream.readableBytes(), 1 + random.nextInt(longestPiece));
                channel.writeInbound(stream.readBytes(length));
            }
            stream.release();
            assertThat(received()).as("seed %d", seed).containsExactlyElementsOf(frames);
            assertThat(framing.overdue(Long.MAX_VALUE / 2, 1))
                    .as("seed %d", seed)
                    .isFalse();
        }
        assertThat(tally.read().framesRejected()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 131_073, Integer.MAX_VALUE, Integer.MIN_VALUE, 0xFFFFFFFF})
    void closesAtALengthThatIsNotAllowed(int length) {
        channel.writeInbound(
                Unpooled.buffer().writeInt(4).writeInt(1).writeInt(length).writeZero(100));
        assertThat(received()).containsExactly(new byte[] {0, 0, 0, 1});
        assertThat(channel.isOpen()).isFalse();
        assertThat(tally.read().framesRejected()).isEqualTo(1);
    }

    @Test
    void readsNothingBehindALengthThatIsNotAllowed() {
        ByteBuf bytes = Unpooled.buffer().writeInt(0).writeInt(4).writeInt(1);
        channel.writeInbound(bytes);
        assertThat(received()).isEmpty();
        assertThat(bytes.refCnt()).isZero();
    }

    @Test
    void passesOnFramesOfTheSmallestAndTheLargestSize() {
        channel.writeInbound(Unpooled.buffer().writeInt(4).writeInt(7));
        channel.writeInbound(Unpooled.buffer().writeInt(131_072).writeZero(131_072));
        assertThat(received()).extracting(frame -> frame.length).containsExactly(4, 131_072);
    }

    @Test
    void keepsNoMoreMemoryThanTwiceWhatCame() {
        channel.writeInbound(Unpooled.buffer().writeInt(131_072));
        for (int received = 0; received < 1000; received++) {
            channel.writeInbound(Unpooled.buffer().writeByte(1));
            assertThat(framing.heldBytes()).isLessThanOrEqualTo(Math.max(64, 2 * (4 + received + 1)));
        }
    }

    @Test
    void knowsHowLongAFrameHasBeenIncomplete() {
        channel.freezeTime();
        channel.writeInbound(Unpooled.buffer().writeInt(8));
        long begun = now();
        channel.advanceTimeBy(6, TimeUnit.SECONDS);
        channel.writeInbound(Unpooled.buffer().writeInt(8));
        assertThat(framing.overdue(now(), now() - begun)).isTrue();
        assertThat(framing.overdue(now(), now() - begun + 1)).isFalse();

        channel.writeInbound(Unpooled.buffer().writeInt(8).writeByte(0));
        assertThat(framing.overdue(now(), 0)).isTrue();
        assertThat(framing.overdue(now(), 1)).isFalse();
        received();
    }

    @Test
    void releasesAnIncompleteFrameWhenTheConnectionEnds() {
        ByteBuf bytes = Unpooled.buffer().writeInt(8).writeByte(0);
        channel.writeInbound(bytes);
        assertThat(channel.finish()).isFalse();
        assertThat(framing.heldBytes()).isZero();
        assertThat(bytes.refCnt()).isZero();
    }

    private long now() {
        return channel.eventLoop().ticker().nanoTime();
    }

    private List<byte[]> received() {
        List<byte[]> frames = new ArrayList<>();
        for (ByteBuf frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
            frames.add(ByteBufUtil.getBytes(frame));
            frame.release();
        }
        return frames;
    }

    /** Up to the longest, unless it would come in very many pieces. */
    private static int frameLength(Random random, int longestPiece) {
        int most = Math.min(DatagramFraming.MAX_FRAME_BYTES, 64 * longestPiece);
        return DatagramFraming.MIN_FRAME_BYTES + random.nextInt(most - DatagramFraming.MIN_FRAME_BYTES + 1);
    }
}
