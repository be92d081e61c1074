package org.ppspp.media;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any bytes are cut into segments of whole packets, and chunks of them hold every byte that is not counted as skipped. */
class TsFuzzTest {
    @FuzzTest(maxDuration = "60s")
    void takesAnyPackets(FuzzedDataProvider data) {
        TsSegmenter segmenter = new TsSegmenter(
                1_000_000,
                segment -> assertThat(segment.bytes().length % TsPackets.PACKET_BYTES)
                        .isZero());
        TsAccessPoints points = new TsAccessPoints();
        long position = 0;
        while (data.remainingBytes() > 0) {
            TsMaker maker = new TsMaker();
            switch (data.consumeInt(0, 4)) {
                case 0 -> maker.tables(data.consumeInt(0, 255));
                case 1 -> maker.picture(data.consumeLong(), "6765", data.consumeInt(0, 2_000));
                case 2 -> maker.sound(data.consumeLong());
                default -> maker.picture(1, "4165", 900);
            }
            byte[] bytes = maker.bytes();
            for (int i = data.consumeInt(0, 8); i > 0; i--) {
                bytes[data.consumeInt(0, bytes.length - 1)] = data.consumeByte();
            }
            position += data.consumeInt(0, 9) == 0 ? data.consumeInt(0, 5_000) : 0;
            segmenter.accept(position, bytes, 0, bytes.length);
            points.accept(position, bytes, 0, bytes.length);
            position += bytes.length;
        }
        segmenter.finish();
    }
}
