package org.ppspp.media;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a transport stream into {@link TsSegment}s, as HLS wants them: at the first place where decoding can begin after
 * {@code targetMicros}. What comes in front of the first such place is left out. Where a stream has none for 20 seconds,
 * it is cut in front of any picture. Belongs to one thread.
 */
public final class TsSegmenter {
    /** A segment ends here whatever follows: 20 s at 6 Mbit/s, and 6 s at 20. */
    static final int MAX_SEGMENT_BYTES = 16 << 20;

    private static final long MAX_SEGMENT_MICROS = 20_000_000;

    /** Pictures that are further apart belong to different clocks. */
    private static final long MAX_STEP_TICKS = 10 * 90_000;

    /** How much earlier a picture may be shown than one that was sent before it: 16 pictures at 16 a second. */
    private static final long MAX_REORDER_TICKS = 90_000;

    private static final long PTS_MODULUS = 1L << 33;

    private final long targetMicros;
    private final Consumer<TsSegment> sink;
    private final TsProgram program = new TsProgram();
    private final TsPackets packets = new TsPackets(this::packet);

    /** Where the open segment began; null before the first. */
    private @Nullable AccessPoint start;

    /** The open segment, or what may become the first. */
    private ByteArrayOutputStream open = new ByteArrayOutputStream();

    private long openAt;
    private long next;
    private long pictures;
    private long lastPts = TsPacket.NONE;
    private long elapsedTicks;

    /** Whether the open segment does not go on from the one before, and whether the next one will not from this. */
    private boolean discontinuous = true;

    private boolean clockJumped;

    /**
     * @param targetMicros the least length of a segment, in microseconds
     * @param sink takes the segments, in order, during {@link #accept} and {@link #finish}
     */
    public TsSegmenter(long targetMicros, Consumer<TsSegment> sink) {
        this.targetMicros = targetMicros;
        this.sink = sink;
    }

    /** Takes the bytes at {@code position} of the stream; bytes may be missing in front of them. */
    public void accept(long position, byte[] bytes, int offset, int length) {
        packets.accept(position, bytes, offset, length);
    }

    /** Ends the stream, and the last segment. */
    public void finish() {
        packets.interrupt();
        abandon();
    }

    private void packet(long position, byte[] bytes, int offset) {
        if (position != next) {
            // What follows a gap does not fit what stands in front of it.
            abandon();
        }
        next = position + TsPackets.PACKET_BYTES;
        if (open.size() == 0) {
            openAt = position;
        }
        open.write(bytes, offset, TsPackets.PACKET_BYTES);
        program.accept(position, new TsPacket(bytes, offset));
        measure();
        AccessPoint point = cuttingPoint(position);
        if (point != null) {
            cut(point);
        } else if (open.size() >= MAX_SEGMENT_BYTES) {
            abandon();
        } else if (start == null && program.openSince() == next) {
            open.reset();
        }
    }

    private @Nullable AccessPoint cuttingPoint(long position) {
        boolean picture = program.pictures() != pictures;
        pictures = program.pictures();
        AccessPoint found = program.found();
        if (found != null && (start == null || clockJumped || elapsedMicros() >= targetMicros)) {
            return found;
        }
        boolean overdue = picture && elapsedMicros() >= MAX_SEGMENT_MICROS;
        return overdue ? new AccessPoint(position, program.tables(), program.ptsTicks()) : null;
    }

    /** Adds up time by when pictures are shown. They may come out of order, so only the latest counts. */
    private void measure() {
        long pts = program.ptsTicks();
        if (pts == lastPts) {
            return;
        }
        long step = lastPts == TsPacket.NONE ? 0 : Math.floorMod(pts - lastPts, PTS_MODULUS);
        if (step > PTS_MODULUS - MAX_REORDER_TICKS) {
            return;
        }
        if (step > MAX_STEP_TICKS) {
            clockJumped = true;
        } else {
            elapsedTicks += step;
        }
        lastPts = pts;
    }

    private long elapsedMicros() {
        return elapsedTicks * 100 / 9;
    }

    private void cut(AccessPoint point) {
        int prefix = start == null ? 0 : start.tables().length;
        int length = (int) (point.position() - openAt) + prefix;
        byte[] bytes = open.toByteArray();
        close(bytes, length);
        open = new ByteArrayOutputStream();
        open.writeBytes(point.tables());
        open.write(bytes, length, bytes.length - length);
        openAt = point.position();
        start = point;
    }

    private void close(byte[] bytes, int length) {
        AccessPoint began = start;
        if (began != null && length > 0) {
            sink.accept(new TsSegment(began.position(), Arrays.copyOf(bytes, length), elapsedMicros(), discontinuous));
            discontinuous = clockJumped;
        }
        clockJumped = false;
        elapsedTicks = 0;
    }

    private void abandon() {
        close(open.toByteArray(), open.size());
        start = null;
        open.reset();
        discontinuous = true;
        lastPts = TsPacket.NONE;
    }
}
