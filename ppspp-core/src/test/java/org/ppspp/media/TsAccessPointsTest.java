package org.ppspp.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TsAccessPointsTest {
    private static final String H264_KEY = "09f0 6764001f 68ee 0605 65b8";
    private static final String H264_OTHER = "09f0 0605 419a";

    private final TsAccessPoints points = new TsAccessPoints();

    private void accept(TsMaker maker) {
        points.accept(0, maker.bytes(), 0, maker.size());
    }

    /** -1 for none. */
    private static long position(@Nullable AccessPoint point) {
        return point == null ? -1 : point.position();
    }

    @ParameterizedTest
    @CsvSource({
        "0x1B, 09f0 6764001f 68ee 65b8, 09f0 419a",
        "0x1B, 09f0 0605 65b8, 09f0 0605 619a",
        "0x24, 4601 40010c 4201 2601, 4601 4e01 0201",
        "0x24, 4601 2a01, 4601 0001",
        "0x02, b3aabb b5 b8 00000b, 0000100b",
        "0x01, b3aabb 00000b, 0000180b"
    })
    void findsKeyFrames(String type, String key, String other) {
        TsMaker maker = new TsMaker();
        int streamType = Integer.decode(type);
        maker.tables(streamType).picture(90_000, other, 2_000).sound(90_000);
        int at = maker.tables(streamType).size() - 2 * 188;
        maker.picture(93_600, key, 5_000).sound(93_600).picture(97_200, other, 2_000);
        accept(maker);
        AccessPoint latest = Objects.requireNonNull(points.latest());
        assertThat(latest.position()).isEqualTo(at);
        assertThat(latest.tables()).isEmpty();
        assertThat(latest.ptsTicks()).isEqualTo(93_600);
        assertThat(points.latestUpTo(at - 1)).isNull();
    }

    @Test
    void findsAKeyFrameThatShowsOnlyPacketsLater() {
        TsMaker maker = new TsMaker().tables(TsMaker.H264);
        String words = "09f0 06" + "05".repeat(700) + " 65b8";
        maker.picture(1, words, 3_000).picture(2, H264_OTHER, 500).picture(3, H264_OTHER, 500);
        accept(maker);
        assertThat(position(points.latest())).isZero();
    }

    @Test
    void bringsTheTablesWhereTheStreamHasThemElsewhere() {
        TsMaker maker = new TsMaker().tables(TsMaker.H264);
        byte[] tables = maker.bytes();
        maker.picture(1, H264_OTHER, 2_000);
        int at = maker.size();
        maker.picture(2, H264_KEY, 2_000);
        accept(maker);
        assertThat(position(points.latest())).isEqualTo(at);
        assertThat(Objects.requireNonNull(points.latest()).tables()).isEqualTo(tables);
    }

    @Test
    void believesTheSenderAboutCodecsItDoesNotKnow() {
        TsMaker maker = new TsMaker().tables(0x33).picture(1, "", 2_000);
        int at = maker.size();
        maker.markedPicture(2, "", 2_000).picture(3, "", 2_000);
        accept(maker);
        assertThat(position(points.latest())).isEqualTo(at);
    }

    @Test
    void beginsWithAnySoundWhereThereIsNoVideo() {
        TsMaker maker = new TsMaker().tables(TsMaker.AAC).sound(1).sound(2);
        int at = maker.size();
        accept(maker.sound(3));
        assertThat(position(points.latest())).isEqualTo(at);
    }

    @Test
    void ignoresTablesThatAreDamaged() {
        byte[] bytes =
                new TsMaker().tables(TsMaker.H264).picture(1, H264_KEY, 2_000).bytes();
        bytes[188 + 20] ^= 1;
        points.accept(0, bytes, 0, bytes.length);
        assertThat(points.latest()).isNull();
    }

    @Test
    void takesNoHalfPictureOverAGapForAKeyFrame() {
        TsMaker maker = new TsMaker().tables(TsMaker.H264);
        int cut = maker.size() + 188;
        maker.picture(1, "09f0 06" + "05".repeat(300) + " 419a", 2_000);
        int end = maker.size();
        maker.picture(2, H264_KEY, 2_000).picture(3, H264_OTHER, 2_000);
        byte[] bytes = maker.bytes();
        points.accept(0, bytes, 0, cut);
        points.accept(end + 188, bytes, end + 188, bytes.length - end - 188);
        assertThat(points.latest()).isNull();
    }

    @Test
    void remembersAsManyAsItMay() {
        TsMaker maker = new TsMaker();
        for (int i = 0; i < 300; i++) {
            maker.tables(TsMaker.H264).picture(i * 3_600L, H264_KEY, 1_000);
        }
        accept(maker);
        int group = maker.size() / 300;
        assertThat(position(points.firstFrom(0))).isEqualTo(44L * group);
        assertThat(position(points.latestUpTo(100L * group + 5))).isEqualTo(100L * group);
        points.accept(5, maker.bytes(), 0, 10 * group);
        assertThat(position(points.latest())).as("read again from earlier").isLessThan(10L * group + 5);
    }

    @Test
    void takesAnyPackets() {
        Random random = new Random(3);
        TsMaker maker = new TsMaker();
        for (int i = 0; i < 400; i++) {
            maker.tables(i % 3 == 0 ? TsMaker.HEVC : TsMaker.H264)
                    .picture(i, H264_KEY, 600)
                    .clock(i);
        }
        byte[] sound = maker.bytes();
        for (int round = 0; round < 40; round++) {
            byte[] bytes = sound.clone();
            for (int i = 0; i < bytes.length / 100; i++) {
                int at = random.nextInt(bytes.length);
                if (at % 188 != 0) {
                    bytes[at / 188 * 188 + 1 + random.nextInt(30)] = (byte) random.nextInt();
                }
            }
            points.accept(0, bytes, 0, bytes.length);
        }
        assertThat(points.latest()).isNotNull();
    }
}
