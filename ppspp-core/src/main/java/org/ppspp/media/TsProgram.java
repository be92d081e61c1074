package org.ppspp.media;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.ppspp.media.PictureScan.Codec;
import org.ppspp.media.PictureScan.Verdict;

/**
 * Follows the first program of a transport stream: which packets are its video, when each picture is shown, and with which of
 * them decoding can begin. Where there is no video, each PES packet of the first elementary stream counts as such a picture.
 */
final class TsProgram {
    private static final int PMT = 2;
    private static final int TABLE_HEADER_BYTES = 8;
    private static final int NO_PID = TsPacket.NULL;

    /** Programs in a table, elementary streams in a program: a section has no room for more. */
    private static final int MAX_ENTRIES = 253;

    private final TsTable associations = new TsTable(TsPacket.PAT);
    private final TsTable map = new TsTable(PMT);

    private int mapPid = NO_PID;
    private int clockPid = NO_PID;
    private int guidePid = NO_PID;
    private @Nullable Codec codec;

    private long next;
    private long tablesAt = TsPacket.NONE;
    private boolean mapFollows;
    private @Nullable PictureScan scan;
    private long pictureAt = TsPacket.NONE;
    private byte[] pictureTables = new byte[0];

    private @Nullable AccessPoint found;
    private long pictures;
    private long ptsTicks = TsPacket.NONE;
    private long pcrTicks = TsPacket.NONE;

    /** Takes the packet at {@code position} of the stream; where it does not follow the last one, something is missing. */
    void accept(long position, TsPacket packet) {
        found = null;
        if (position != next) {
            interrupt();
        }
        next = position + TsPackets.PACKET_BYTES;
        if (packet.unreadable()) {
            return;
        }
        int pid = packet.pid();
        if (pid == clockPid && packet.pcr() != TsPacket.NONE) {
            pcrTicks = packet.pcr();
        }
        if (pid == TsPacket.PAT) {
            associations(position, packet);
        } else if (pid == mapPid) {
            map(packet);
        } else if (pid == guidePid) {
            picture(position, packet);
        }
    }

    /** Where decoding can begin, if the last packet told so. It may lie before that packet. */
    @Nullable
    AccessPoint found() {
        return found;
    }

    /** The first byte of what may turn out to be a place to begin; {@code position + 188} of the last packet if nothing may. */
    long openSince() {
        long picture = scan == null ? next : pictureAt;
        return tablesAt == TsPacket.NONE ? picture : Math.min(picture, tablesAt);
    }

    /** Pictures that have begun. */
    long pictures() {
        return pictures;
    }

    /** When the newest picture that says so is shown, at 90 kHz modulo 2³³, or {@link TsPacket#NONE}. */
    long ptsTicks() {
        return ptsTicks;
    }

    /** The newest clock reference, at 27 MHz, or {@link TsPacket#NONE}. */
    long pcrTicks() {
        return pcrTicks;
    }

    /** The packets without which nothing can be decoded: those of both tables; empty as long as one is missing. */
    byte[] tables() {
        byte[] first = associations.packets();
        byte[] second = map.packets();
        if (first == null || second == null) {
            return new byte[0];
        }
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private void interrupt() {
        associations.abandon();
        map.abandon();
        scan = null;
        tablesAt = TsPacket.NONE;
    }

    private void associations(long position, TsPacket packet) {
        if (packet.startsUnit() && tablesAt == TsPacket.NONE) {
            tablesAt = position;
            mapFollows = false;
        }
        byte[] section = associations.accept(packet);
        if (section == null) {
            return;
        }
        int entries = 0;
        for (int at = TABLE_HEADER_BYTES; at + 4 <= section.length && entries++ < MAX_ENTRIES; at += 4) {
            if (number(section, at, 0xffff) != 0) {
                follow(number(section, at + 2, 0x1fff));
                return;
            }
        }
    }

    private void follow(int pid) {
        if (pid != mapPid) {
            mapPid = pid;
            map.abandon();
            clockPid = NO_PID;
            guidePid = NO_PID;
            scan = null;
        }
    }

    private void map(TsPacket packet) {
        byte[] section = map.accept(packet);
        if (section == null || section.length < TABLE_HEADER_BYTES + 4) {
            return;
        }
        mapFollows = true;
        clockPid = number(section, TABLE_HEADER_BYTES, 0x1fff);
        int at = TABLE_HEADER_BYTES + 4 + number(section, TABLE_HEADER_BYTES + 2, 0x0fff);
        int first = NO_PID;
        int entries = 0;
        for (; at + 5 <= section.length && entries++ < MAX_ENTRIES; at += 5 + number(section, at + 3, 0x0fff)) {
            int pid = number(section, at + 1, 0x1fff);
            Codec video = video(section[at] & 0xff);
            if (video != null) {
                choose(pid, video);
                return;
            }
            first = first == NO_PID ? pid : first;
        }
        choose(first, null);
    }

    private void choose(int pid, @Nullable Codec video) {
        if (pid != guidePid || video != codec) {
            guidePid = pid;
            codec = video;
            scan = null;
        }
    }

    /** Stream types of ISO/IEC 13818-1 table 2-34; null for what is no video. */
    private static @Nullable Codec video(int streamType) {
        return switch (streamType) {
            case 0x01, 0x02 -> Codec.MPEG2;
            case 0x1B -> Codec.H264;
            case 0x24 -> Codec.HEVC;
            case 0x10, 0x21, 0x33, 0xD1, 0xD2, 0xEA -> Codec.OTHER;
            default -> null;
        };
    }

    private void picture(long position, TsPacket packet) {
        PictureScan current = scan;
        if (packet.startsUnit()) {
            pictures++;
            boolean tablesStand = tablesAt != TsPacket.NONE && mapFollows;
            pictureAt = tablesStand ? tablesAt : position;
            pictureTables = tablesStand ? new byte[0] : tables();
            current = new PictureScan(codec == null ? Codec.OTHER : codec);
            scan = current;
        }
        tablesAt = TsPacket.NONE;
        if (current == null) {
            return;
        }
        Verdict verdict = current.accept(packet.bytes(), packet.payload(), packet.end());
        if (current.pts() != TsPacket.NONE) {
            ptsTicks = current.pts();
        }
        if (packet.startsUnit() && (packet.randomAccess() || codec == null)) {
            verdict = Verdict.KEY;
        }
        if (verdict == Verdict.KEY) {
            found = new AccessPoint(pictureAt, pictureTables, current.pts());
        }
        if (verdict != Verdict.OPEN) {
            scan = null;
        }
    }

    /** 16 bits, of which those in {@code mask} are meant. */
    private static int number(byte[] section, int at, int mask) {
        return ((section[at] & 0xff) << 8 | (section[at + 1] & 0xff)) & mask;
    }
}
