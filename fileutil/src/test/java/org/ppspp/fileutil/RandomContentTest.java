package org.ppspp.fileutil;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RandomContentTest {
    @Test
    void staysTheSameInEveryVersion() {
        assertThat(HexFormat.of().formatHex(bytes(7, 0, 24)))
                .isEqualTo("4fbd0a4c1f893b8615f4ea82d2fb584d5037c00c0721e5f0");
    }

    @Test
    void doesNotDependOnHowItIsDivided() {
        byte[] whole = bytes(3, 0, 4096);
        for (int at = 0; at < 4096; at += 512) {
            assertThat(bytes(3, at, 512)).isEqualTo(Arrays.copyOfRange(whole, at, at + 512));
        }
    }

    @Test
    void differsForNeighbouringSeeds() {
        assertThat(bytes(1, 0, 64)).isNotEqualTo(bytes(2, 0, 64));
        assertThat(bytes(1, 8, 64)).isNotEqualTo(bytes(2, 0, 64));
    }

    @Test
    void isSpreadEvenly() {
        int[] counts = new int[256];
        for (byte b : bytes(1, 0, 1 << 20)) {
            counts[b & 0xff]++;
        }
        assertThat(Arrays.stream(counts).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(3800, 4400));
    }

    private static byte[] bytes(long seed, long offset, int length) {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        new RandomContent(seed).fill(buffer, offset);
        return buffer.array();
    }
}
