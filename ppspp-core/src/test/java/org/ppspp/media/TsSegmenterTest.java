package org.ppspp.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TsSegmenterTest {
    private static final String KEY = "09f0 6764001f 68ee 65b8";
    private static final String OTHER = "09f0 419a";

    /** 25 pictures a second. */
    private static final long FRAME_TICKS = 3_600;

    private final List<TsSegment> segments = new ArrayList<>();
    private final TsSegmenter segmenter = new TsSegmenter(2_000_000, segments::add);

    /** So many seconds with a key frame each second, from this time on. */
    private static TsMaker seconds(TsMaker maker, int seconds, long from) {
        for (int i = 0; i < 25 * seconds; i++) {
            boolean key = i % 25 == 0;
            long pts = from + i * FRAME_TICKS & (1L << 33) - 1;
            (key ? maker.tables(TsMaker.H264) : maker).picture(pts, key ? KEY : OTHER, key ? 3_000 : 700);
            maker.sound(pts);
        }
        return maker;
    }

    private void accept(TsMaker maker) {
        segmenter.accept(0, maker.bytes(), 0, maker.size());
    }

    private byte[] joined() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        segments.forEach(segment -> all.writeBytes(segment.bytes()));
        return all.toByteArray();
    }

    @Test
    void cutsAtKeyFramesAndLosesNothing() {
        for (int seed = 0; seed < 20; seed++) {
            segments.clear();
            TsSegmenter each = new TsSegmenter(2_000_000, segments::add);
            Random random = new Random(seed);
            byte[] stream = seconds(new TsMaker(), 9, 90_000).bytes();
            for (int at = 0; at < stream.length; ) {
                int length = Math.min(stream.length - at, 1 + random.nextInt(5_000));
                each.accept(at, stream, at, length);
                at += length;
            }
            each.finish();
            assertThat(joined()).as("seed %d", seed).isEqualTo(stream);
            assertThat(segments)
                    .extracting(TsSegment::durationMicros)
                    .containsExactly(2_000_000L, 2_000_000L, 2_000_000L, 2_000_000L, 960_000L);
            assertThat(segments).extracting(TsSegment::discontinuous).containsExactly(true, false, false, false, false);
            for (TsSegment segment : segments) {
                TsAccessPoints points = new TsAccessPoints();
                points.accept(0, segment.bytes(), 0, segment.bytes().length);
                AccessPoint first = Objects.requireNonNull(points.firstFrom(0));
                assertThat(first.position()).isZero();
                assertThat(first.tables()).isEmpty();
            }
        }
    }

    @Test
    void measuresOverTheTurnOfTheClock() {
        accept(seconds(new TsMaker(), 7, (1L << 33) - 3 * 90_000));
        assertThat(segments).extracting(TsSegment::durationMicros).containsExactly(2_000_000L, 2_000_000L, 2_000_000L);
        assertThat(segments).extracting(TsSegment::discontinuous).containsExactly(true, false, false);
    }

    @Test
    void putsTablesInFrontWhereTheStreamHasNone() {
        TsMaker maker = new TsMaker().tables(TsMaker.H264);
        byte[] tables = maker.bytes();
        for (int i = 0; i < 100; i++) {
            maker.picture(i * FRAME_TICKS, i % 25 == 0 ? KEY : OTHER, 700);
        }
        accept(maker);
        segmenter.finish();
        assertThat(segments).hasSize(2);
        assertThat(segments.get(1).bytes()).startsWith(tables);
        byte[] first = segments.get(0).bytes();
        byte[] second = segments.get(1).bytes();
        assertThat(segments.get(1).position()).isEqualTo(first.length);
        assertThat(first.length + second.length - tables.length).isEqualTo(maker.size());
    }

    @Test
    void leavesOutWhatComesInFrontOfTheFirstKeyFrame() {
        TsMaker maker = new TsMaker();
        for (int i = 0; i < 20; i++) {
            maker.tables(TsMaker.H264).picture(i, OTHER, 1_000);
        }
        int start = maker.size();
        seconds(maker, 3, 90_000);
        accept(maker);
        assertThat(segments).hasSize(1);
        assertThat(segments.get(0).position()).isEqualTo(start);
        assertThat(segments.get(0).durationMicros()).isEqualTo(2_000_000);
    }

    @Test
    void endsASegmentWhereBytesAreMissing() {
        byte[] stream = seconds(new TsMaker(), 12, 90_000).bytes();
        int gap = stream.length * 5 / 12;
        segmenter.accept(0, stream, 0, gap);
        segmenter.accept(gap + 5_000, stream, gap + 5_000, stream.length - gap - 5_000);
        segmenter.finish();
        assertThat(segments)
                .extracting(TsSegment::discontinuous)
                .containsExactly(true, false, false, true, false, false);
        assertThat(segments.get(2).position() + segments.get(2).bytes().length).isLessThanOrEqualTo(gap);
        assertThat(segments.get(3).position()).isGreaterThan(gap);
    }

    @Test
    void marksASegmentWhoseClockBeginsAnew() {
        TsMaker maker = seconds(new TsMaker(), 5, 900_000);
        int restart = maker.size();
        accept(seconds(maker, 5, 90_000));
        assertThat(segments).extracting(TsSegment::position).contains((long) restart);
        assertThat(segments).extracting(TsSegment::discontinuous).containsExactly(true, false, false, true, false);
        assertThat(segments)
                .extracting(TsSegment::durationMicros)
                .containsExactly(2_000_000L, 2_000_000L, 960_000L, 2_000_000L, 2_000_000L);
    }

    @Test
    void cutsAStreamWithoutKeyFramesAllTheSame() {
        TsMaker maker = new TsMaker();
        for (int i = 0; i < 25 * 65; i++) {
            maker.tables(TsMaker.H264).picture(i * FRAME_TICKS, OTHER, 300);
        }
        accept(maker);
        assertThat(segments).hasSize(2).extracting(TsSegment::durationMicros).containsOnly(20_000_000L);
    }

    @Test
    void holdsNoMoreThanItMay() {
        TsMaker maker = new TsMaker().tables(TsMaker.H264).picture(0, KEY, 700);
        byte[] more = new TsMaker().picture(1, OTHER, 100_000).bytes();
        segmenter.accept(0, maker.bytes(), 0, maker.size());
        long at = maker.size();
        for (int i = 0; i < 400; i++) {
            segmenter.accept(at, more, 0, more.length);
            at += more.length;
        }
        assertThat(segments).hasSize(1);
        assertThat(segments.get(0).bytes().length)
                .isBetween(TsSegmenter.MAX_SEGMENT_BYTES, TsSegmenter.MAX_SEGMENT_BYTES + 188);
    }

    @Test
    void takesAnyBytes() {
        byte[] sound = seconds(new TsMaker(), 8, 0).bytes();
        Random random = new Random(11);
        for (int round = 0; round < 30; round++) {
            byte[] bytes = sound.clone();
            for (int i = 0; i < bytes.length / 200; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            segmenter.accept(0, bytes, 0, bytes.length);
        }
        assertThat(segments).isNotEmpty();
        assertThat(segments)
                .allSatisfy(segment -> assertThat(segment.bytes().length % 188).isZero());
        assertThat(segments)
                .allSatisfy(segment -> assertThat(segment.durationMicros()).isBetween(0L, 40_000_000L));
    }

    @Test
    void givesNothingForWhatIsNoTransportStream() {
        byte[] bytes = new byte[1 << 20];
        new Random(1).nextBytes(bytes);
        segmenter.accept(0, bytes, 0, bytes.length);
        segmenter.finish();
        assertThat(segments).isEmpty();
    }
}
