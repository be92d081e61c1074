package org.ppspp.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TsPacketsTest {
    private static final int PACKET = TsPackets.PACKET_BYTES;

    private final List<Long> positions = new ArrayList<>();
    private final ByteArrayOutputStream delivered = new ByteArrayOutputStream();
    private final TsPackets packets = new TsPackets((position, bytes, offset) -> {
        positions.add(position);
        delivered.write(bytes, offset, PACKET);
    });

    private static byte[] stream(int count) {
        TsMaker maker = new TsMaker();
        while (maker.size() < count * PACKET) {
            maker.picture(0, "09f0", 5 * PACKET);
        }
        return Arrays.copyOf(maker.bytes(), count * PACKET);
    }

    @Test
    void deliversEveryPacketHoweverTheBytesAreSplit() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            delivered.reset();
            positions.clear();
            packets.interrupt();
            byte[] stream = stream(5 + random.nextInt(60));
            for (int at = 0; at < stream.length; ) {
                int length = Math.min(stream.length - at, 1 + random.nextInt(random.nextBoolean() ? 20 : 2_000));
                packets.accept(at, stream, at, length);
                at += length;
            }
            assertThat(delivered.toByteArray()).as("seed %d", seed).isEqualTo(stream);
            assertThat(positions.get(positions.size() - 1)).isEqualTo(stream.length - PACKET);
        }
    }

    @Test
    void findsThePacketsWhereverReadingBegins() {
        byte[] stream = stream(20);
        for (int start = 0; start <= PACKET; start++) {
            delivered.reset();
            packets.interrupt();
            packets.accept(start, stream, start, stream.length - start);
            int first = start == 0 ? 0 : PACKET;
            assertThat(delivered.toByteArray())
                    .as("from %d", start)
                    .isEqualTo(Arrays.copyOfRange(stream, first, stream.length));
        }
    }

    @Test
    void skipsWhatIsNoPacketAndCountsIt() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            byte[] junk = new byte[random.nextInt(1_000)];
            Arrays.fill(junk, (byte) random.nextInt(0x40));
            byte[] before = stream(5);
            byte[] after = stream(8);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(before);
            all.writeBytes(junk);
            all.writeBytes(after);
            delivered.reset();
            packets.interrupt();
            long skipped = packets.skippedBytes();
            packets.accept(0, all.toByteArray(), 0, all.size());
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            expected.writeBytes(before);
            expected.writeBytes(after);
            assertThat(delivered.toByteArray()).as("seed %d", seed).isEqualTo(expected.toByteArray());
            assertThat(packets.skippedBytes() - skipped).isEqualTo(junk.length);
        }
    }

    @Test
    void joinsNoHalvesOfPacketsOverAGap() {
        byte[] stream = stream(20);
        packets.accept(0, stream, 0, 1_100);
        packets.accept(1_300, stream, 1_300, stream.length - 1_300);
        assertThat(positions).containsSequence(752L, 1_316L).hasSize(5 + 13);
    }

    @Test
    void takesAnyBytes() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            byte[] bytes = new byte[random.nextInt(3_000)];
            random.nextBytes(bytes);
            for (int i = random.nextInt(PACKET); i < bytes.length; i += PACKET) {
                bytes[i] = random.nextInt(20) == 0 ? 0 : (byte) 0x47;
            }
            packets.accept(bytes, 0, bytes.length);
        }
        assertThat(packets.packets()).isPositive();
        assertThat(packets.packets() * PACKET + packets.skippedBytes()).isPositive();
        for (int i = 1; i < positions.size(); i++) {
            assertThat(positions.get(i) - positions.get(i - 1)).isGreaterThanOrEqualTo(PACKET);
        }
    }
}
