package org.ppspp.media;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkCutterTest {
    private final List<byte[]> chunks = new ArrayList<>();

    private byte[] cut(int chunkSize, byte[] stream, long seed) {
        ChunkCutter cutter = new ChunkCutter(chunkSize, chunks::add);
        Random random = new Random(seed);
        for (int at = 0; at < stream.length; ) {
            int length = Math.min(stream.length - at, 1 + random.nextInt(3_000));
            cutter.accept(stream, at, length);
            at += length;
        }
        byte[] rest = cutter.finish();
        assertThat(chunks).allSatisfy(chunk -> assertThat(chunk).hasSize(chunkSize));
        assertThat(rest.length).isLessThan(chunkSize);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        chunks.forEach(all::writeBytes);
        all.writeBytes(rest);
        return all.toByteArray();
    }

    private static byte[] ts() {
        TsMaker maker = new TsMaker();
        for (int i = 0; i < 30; i++) {
            maker.tables(TsMaker.H264).picture(i, "65b8", 3_000);
        }
        return maker.bytes();
    }

    @ParameterizedTest
    @ValueSource(ints = {188, 940, 1_316, 1_024, 1, 64 << 10})
    void changesNoStreamThatIsInOrder(int chunkSize) {
        assertThat(cut(chunkSize, ts(), chunkSize)).isEqualTo(ts());
    }

    @Test
    void beginsEachChunkWithAPacket() {
        byte[] stream = ts();
        byte[] joined = cut(940, Arrays.copyOfRange(stream, 77, stream.length), 5);
        assertThat(joined).isEqualTo(Arrays.copyOfRange(stream, 188, stream.length));
        assertThat(chunks).allSatisfy(chunk -> assertThat(chunk[0]).isEqualTo((byte) 0x47));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 4_095, 4_096, 4_097, 50_000})
    void passesWhatIsNoTransportStream(int length) {
        byte[] text = new byte[length];
        Random random = new Random(length);
        for (int i = 0; i < length; i++) {
            text[i] = (byte) ('A' + random.nextInt(26));
        }
        assertThat(cut(940, text, length)).isEqualTo(text);
    }

    @Test
    void continuesNoHalfPacketWhenTheSourceBeginsAnew() {
        byte[] stream = ts();
        ChunkCutter cutter = new ChunkCutter(940, chunks::add);
        cutter.accept(stream, 0, 10_000);
        cutter.interrupt();
        cutter.accept(stream, 0, 20_000);
        assertThat(cutter.cutsPackets()).isTrue();
        assertThat(cutter.skippedBytes()).isEqualTo(10_000 % 188);
        assertThat(chunks).hasSize((10_000 / 188 + 20_000 / 188) / 5);
        chunks.forEach(chunk -> {
            for (int at = 0; at < chunk.length; at += 188) {
                assertThat(chunk[at]).isEqualTo((byte) 0x47);
            }
        });
    }

    @Test
    void losesNothingOfAShortStream() {
        ChunkCutter cutter = new ChunkCutter(940, chunks::add);
        cutter.accept("hello".getBytes(UTF_8), 0, 5);
        assertThat(cutter.finish()).asString(UTF_8).isEqualTo("hello");
        assertThat(cutter.finish()).isEmpty();
    }
}
