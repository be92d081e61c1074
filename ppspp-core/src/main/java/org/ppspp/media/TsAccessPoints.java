package org.ppspp.media;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Knows the newest places of a transport stream where a viewer can begin: tables, then a picture that needs none before it.
 * Takes the bytes as they come, also with gaps; bytes that are no transport stream have no such places. Belongs to one thread.
 */
public final class TsAccessPoints {
    /** Two minutes of a stream with a key frame every half second. */
    private static final int MAX_POINTS = 256;

    private final TsProgram program = new TsProgram();
    private final TsPackets packets = new TsPackets(this::packet);
    private final ArrayDeque<AccessPoint> points = new ArrayDeque<>();

    /** Takes the bytes at {@code position} of the stream. */
    public void accept(long position, byte[] bytes, int offset, int length) {
        packets.accept(position, bytes, offset, length);
    }

    /** The newest place, or null if there is none. */
    public @Nullable AccessPoint latest() {
        return points.peekLast();
    }

    /** The newest place at {@code position} or before it, or null if there is none. */
    public @Nullable AccessPoint latestUpTo(long position) {
        AccessPoint latest = null;
        for (AccessPoint each : points) {
            if (each.position() > position) {
                break;
            }
            latest = each;
        }
        return latest;
    }

    /** The oldest place at {@code position} or behind it, or null if there is none. */
    public @Nullable AccessPoint firstFrom(long position) {
        for (AccessPoint each : points) {
            if (each.position() >= position) {
                return each;
            }
        }
        return null;
    }

    private void packet(long position, byte[] bytes, int offset) {
        program.accept(position, new TsPacket(bytes, offset));
        AccessPoint found = program.found();
        if (found == null) {
            return;
        }
        // A stream that is read again from an earlier place, or begins anew.
        if (!points.isEmpty() && points.getLast().position() >= found.position()) {
            points.clear();
        }
        points.addLast(found);
        if (points.size() > MAX_POINTS) {
            points.removeFirst();
        }
    }
}
