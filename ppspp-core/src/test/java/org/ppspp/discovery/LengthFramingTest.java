package org.ppspp.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LengthFramingTest {
    private final List<Object> violations = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(
            new LengthFraming(LengthFraming.MAX_REQUEST_BYTES, LengthFraming.FRAME_TIMEOUT_NANOS),
            new ChannelInboundHandlerAdapter() {
                @Override
                public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                    violations.add(event);
                }
            });

    @AfterEach
    void releaseEverything() {
        channel.finishAndReleaseAll();
    }

    @Test
    void findsFramesHoweverTheBytesAreCut() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> bodies = new ArrayList<>();
        ByteBuf stream = Unpooled.buffer();
        for (int i = 0; i < 200; i++) {
            byte[] body = new byte[2 + random.nextInt(random.nextInt(10) == 0 ? 16_383 : 100)];
            random.nextBytes(body);
            bodies.add(body);
            stream.writeInt(body.length).writeBytes(body);
        }
        while (stream.isReadable()) {
            int cut = Math.min(stream.readableBytes(), 1 + random.nextInt(random.nextBoolean() ? 8 : 40_000));
            channel.writeInbound(Unpooled.copiedBuffer(stream.readSlice(cut)));
        }
        for (byte[] body : bodies) {
            assertThat(nextBody()).as("seed %d", seed).isEqualTo(body);
        }
        assertThat(channel.inboundMessages()).isEmpty();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void putsTheLengthBeforeEachBody() {
        channel.writeOutbound(Unpooled.wrappedBuffer(new byte[] {'{', '}'}));
        ByteBuf header = channel.readOutbound();
        assertThat(ByteBufUtil.getBytes(header)).containsExactly(0, 0, 0, 2);
        header.release();
        ByteBuf body = channel.readOutbound();
        assertThat(ByteBufUtil.getBytes(body)).containsExactly('{', '}');
        body.release();
    }

    @Test
    void closesAtImpossibleLengths() {
        for (int length : new int[] {0, 1, LengthFraming.MAX_REQUEST_BYTES + 1, Integer.MAX_VALUE, -1}) {
            EmbeddedChannel fresh =
                    new EmbeddedChannel(new LengthFraming(LengthFraming.MAX_REQUEST_BYTES, Long.MAX_VALUE >> 1));
            fresh.writeInbound(Unpooled.buffer().writeInt(length).writeBytes(new byte[100]));
            assertThat(fresh.isOpen()).as("length %d", length).isFalse();
            assertThat(fresh.inboundMessages()).isEmpty();
            assertThat(fresh.finishAndReleaseAll()).isFalse();
        }
    }

    @Test
    void tellsWhyItCloses() {
        channel.writeInbound(Unpooled.buffer().writeInt(-1));
        assertThat(violations).containsExactly(LengthFraming.Violation.LENGTH);
    }

    @Test
    void passesOnTheFramesBeforeAnImpossibleOne() {
        channel.writeInbound(Unpooled.buffer()
                .writeInt(2)
                .writeShort(7)
                .writeInt(0)
                .writeInt(2)
                .writeShort(8));
        assertThat(nextBody()).containsExactly(0, 7);
        assertThat(channel.inboundMessages()).isEmpty();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closesConnectionsThatDripAFrame() {
        channel.freezeTime();
        channel.writeInbound(Unpooled.buffer().writeInt(0x4000));
        for (int second = 0; second < 9; second++) {
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.writeInbound(Unpooled.buffer().writeByte(' '));
        }
        assertThat(channel.isOpen()).isTrue();
        channel.advanceTimeBy(1, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(violations).containsExactly(LengthFraming.Violation.SLOW_FRAME);
    }

    @Test
    void givesEachFrameItsOwnTime() {
        channel.freezeTime();
        for (int frame = 0; frame < 10; frame++) {
            channel.writeInbound(Unpooled.buffer().writeInt(2));
            channel.advanceTimeBy(9, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
            channel.writeInbound(Unpooled.buffer().writeShort(frame));
            nextBody();
        }
        channel.advanceTimeBy(1, TimeUnit.HOURS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void stopsWhenTheReaderOfAFrameCloses() {
        EmbeddedChannel closing = new EmbeddedChannel(
                new LengthFraming(LengthFraming.MAX_REQUEST_BYTES, LengthFraming.FRAME_TIMEOUT_NANOS),
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ((ByteBuf) message).release();
                        violations.add("frame");
                        assertThat(ctx.channel().close()).isNotNull();
                    }
                });
        ByteBuf bytes = Unpooled.buffer().writeInt(2).writeShort(1).writeInt(2).writeShort(2);
        closing.writeInbound(bytes);
        assertThat(violations).containsExactly("frame");
        assertThat(bytes.refCnt()).isZero();
        assertThat(closing.finishAndReleaseAll()).isFalse();
    }

    private byte[] nextBody() {
        ByteBuf body = channel.readInbound();
        byte[] bytes = ByteBufUtil.getBytes(body);
        body.release();
        return bytes;
    }
}
