package org.ppspp.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever arrives, the reader answers with messages or with its one exception, and it ends. */
class HostileDatagramTest {
    private static final int RANDOM_DATAGRAMS = 200_000;
    private static final int LONGEST_RANDOM_DATAGRAM = 120;

    static List<Vectors.Vector> good() {
        return Vectors.good();
    }

    @ParameterizedTest
    @MethodSource("good")
    void survivesTruncationAtEveryByte(Vectors.Vector vector) {
        byte[] bytes = HexFormat.of().parseHex(vector.hex());
        for (int length = 0; length < bytes.length; length++) {
            read(Unpooled.wrappedBuffer(bytes, 0, length), vector.format(), "length " + length);
        }
    }

    @Test
    void survivesRandomAndMutatedDatagrams() {
        long seed = 7574;
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> originals = Vectors.good().stream()
                .filter(vector -> vector.hex().length() < 1_000)
                .map(vector -> HexFormat.of().parseHex(vector.hex()))
                .toList();
        WireFormat[] formats = formats();
        for (int i = 0; i < RANDOM_DATAGRAMS; i++) {
            byte[] bytes = random.nextBoolean()
                    ? noise(random)
                    : mutation(random, originals.get(random.nextInt(originals.size())));
            read(
                    Unpooled.wrappedBuffer(bytes),
                    formats[random.nextInt(formats.length)],
                    "seed " + seed + " datagram " + i);
        }
    }

    private static WireFormat[] formats() {
        ChunkAddressing[] methods = ChunkAddressing.values();
        WireFormat[] formats = new WireFormat[2 * methods.length];
        for (int i = 0; i < methods.length; i++) {
            formats[2 * i] = new WireFormat(methods[i], 32, 64, 1024, WireFormat.UNKNOWN_LENGTH);
            formats[2 * i + 1] = new WireFormat(methods[i], 4, 0, 3, 1 + 3L * i);
        }
        return formats;
    }

    /** Random bytes behind a type that exists, of which many are zeros and ones. */
    private static byte[] noise(SplittableRandom random) {
        byte[] bytes = new byte[random.nextInt(LONGEST_RANDOM_DATAGRAM)];
        random.nextBytes(bytes);
        for (int i = 0; i < bytes.length; i++) {
            switch (random.nextInt(4)) {
                case 0 -> bytes[i] = 0;
                case 1 -> bytes[i] = (byte) (random.nextInt(8) == 0 ? 0xff : random.nextInt(16));
                default -> {}
            }
        }
        return bytes;
    }

    private static byte[] mutation(SplittableRandom random, byte[] original) {
        byte[] bytes = original.clone();
        for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
            int at = random.nextInt(bytes.length);
            bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : bytes[at] ^ 1 << random.nextInt(8));
        }
        return bytes;
    }

    private static void read(ByteBuf datagram, WireFormat format, String which) {
        int length = datagram.readableBytes();
        int messages = 0;
        try {
            MessageReader reader = new MessageReader(datagram, format);
            if (MessageReader.readChannel(datagram) == 0) {
                MessageReader.readHandshake(datagram);
                reader = MessageReader.afterHandshake(datagram, format, MessageReader.DEFAULT_MAX_MESSAGES);
            }
            while (reader.next() != null) {
                messages++;
            }
            assertThat(datagram.isReadable()).as(which).isFalse();
        } catch (MalformedMessageException e) {
            assertThat(e.getStackTrace()).as(which).isEmpty();
        } catch (RuntimeException | AssertionError e) {
            fail(which, e);
        }
        assertThat(messages).as(which).isLessThanOrEqualTo(Math.min(length, MessageReader.DEFAULT_MAX_MESSAGES));
    }
}
