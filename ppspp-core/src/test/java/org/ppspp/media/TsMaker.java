package org.ppspp.media;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;

/** Writes transport streams for tests, packet by packet, as a multiplexer would. */
public final class TsMaker {
    /** Stream types of the program map. */
    public static final int MPEG2 = 0x02;

    public static final int H264 = 0x1B;
    public static final int HEVC = 0x24;
    public static final int AAC = 0x0F;

    public static final int MAP_PID = 0x1000;
    public static final int VIDEO_PID = 0x100;
    public static final int AUDIO_PID = 0x101;

    private static final int PACKET = 188;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final int[] counters = new int[0x2000];

    /** What has been written. */
    public byte[] bytes() {
        return out.toByteArray();
    }

    public int size() {
        return out.size();
    }

    /** Bytes that are no packet. */
    public TsMaker raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    public TsMaker tables(int streamType) {
        return associations().map(streamType);
    }

    public TsMaker associations() {
        return section(0, section(0x00, "0001" + "f000"));
    }

    /** A program with the video of this type and AAC; the clock is in the video. Type AAC: audio alone. */
    public TsMaker map(int streamType) {
        String audio = "0fe101f000";
        String streams = streamType == AAC ? audio : HexFormat.of().toHexDigits((byte) streamType) + "e100f000" + audio;
        return section(MAP_PID, section(0x02, (streamType == AAC ? "e101" : "e100") + "f000" + streams));
    }

    /** A picture of so many bytes, whose first start codes are these: {@code "09f0 67.. 65.."}. */
    public TsMaker picture(long pts, String units, int bytes) {
        return pes(VIDEO_PID, 0xe0, pts, units, bytes, false);
    }

    /** The same with the sender's word that decoding can begin here. */
    public TsMaker markedPicture(long pts, String units, int bytes) {
        return pes(VIDEO_PID, 0xe0, pts, units, bytes, true);
    }

    public TsMaker sound(long pts) {
        return pes(AUDIO_PID, 0xc0, pts, "", 300, false);
    }

    /** A packet with nothing but a clock reference at 27 MHz. */
    public TsMaker clock(long pcr) {
        byte[] packet = packet(VIDEO_PID, false, 0x20);
        packet[4] = (byte) 183;
        packet[5] = 0x10;
        long base = pcr / 300;
        int extension = (int) (pcr % 300);
        packet[6] = (byte) (base >> 25);
        packet[7] = (byte) (base >> 17);
        packet[8] = (byte) (base >> 9);
        packet[9] = (byte) (base >> 1);
        packet[10] = (byte) ((base & 1) << 7 | 0x7e | extension >> 8);
        packet[11] = (byte) extension;
        out.writeBytes(packet);
        return this;
    }

    /** The start codes of units: each word, in front of which comes 00 00 01. */
    private static byte[] units(String words) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String word : words.isBlank() ? new String[0] : words.split(" ")) {
            bytes.writeBytes(HexFormat.of().parseHex("000001" + word));
        }
        return bytes.toByteArray();
    }

    private TsMaker pes(int pid, int streamId, long pts, String units, int bytes, boolean marked) {
        ByteArrayOutputStream pes = new ByteArrayOutputStream();
        pes.writeBytes(new byte[] {0, 0, 1, (byte) streamId, 0, 0, (byte) 0x80});
        if (pts < 0) {
            pes.writeBytes(new byte[] {0, 0});
        } else {
            pes.writeBytes(new byte[] {
                (byte) 0x80,
                5,
                (byte) (0x21 | (pts >> 29 & 0x0e)),
                (byte) (pts >> 22),
                (byte) (pts >> 14 | 1),
                (byte) (pts >> 7),
                (byte) (pts << 1 | 1)
            });
        }
        pes.writeBytes(units(units));
        byte[] rest = new byte[Math.max(0, bytes - pes.size())];
        Arrays.fill(rest, (byte) 0xC0);
        pes.writeBytes(rest);
        byte[] all = pes.toByteArray();
        for (int at = 0; at < all.length; ) {
            at += packet(pid, all, at, at == 0 && marked);
        }
        return this;
    }

    /** Writes one packet with what stands at {@code at}, and returns how much of it went in. */
    private int packet(int pid, byte[] unit, int at, boolean marked) {
        int least = marked ? 2 : 0;
        int taken = Math.min(unit.length - at, PACKET - 4 - least);
        int adaptation = PACKET - 4 - taken;
        byte[] packet = packet(pid, at == 0, adaptation > 0 ? 0x30 : 0x10);
        if (adaptation > 0) {
            packet[4] = (byte) (adaptation - 1);
        }
        if (adaptation > 1) {
            packet[5] = (byte) (marked ? 0x40 : 0);
        }
        System.arraycopy(unit, at, packet, PACKET - taken, taken);
        out.writeBytes(packet);
        return taken;
    }

    private byte[] packet(int pid, boolean starts, int control) {
        byte[] packet = new byte[PACKET];
        Arrays.fill(packet, (byte) 0xff);
        packet[0] = 0x47;
        packet[1] = (byte) ((starts ? 0x40 : 0) | pid >> 8);
        packet[2] = (byte) pid;
        packet[3] = (byte) (control | counters[pid]);
        counters[pid] = (counters[pid] + ((control & 0x10) >> 4)) & 0x0f;
        return packet;
    }

    private static byte[] section(int tableId, String body) {
        byte[] content = HexFormat.of().parseHex("0001c10000" + body);
        byte[] section = new byte[3 + content.length + 4];
        section[0] = (byte) tableId;
        section[1] = (byte) (0xb0 | (content.length + 4) >> 8);
        section[2] = (byte) (content.length + 4);
        System.arraycopy(content, 0, section, 3, content.length);
        int crc = crc(section, section.length - 4);
        for (int i = 0; i < 4; i++) {
            section[section.length - 4 + i] = (byte) (crc >>> (24 - 8 * i));
        }
        return section;
    }

    private TsMaker section(int pid, byte[] section) {
        byte[] packet = packet(pid, true, 0x10);
        packet[4] = 0;
        System.arraycopy(section, 0, packet, 5, section.length);
        out.writeBytes(packet);
        return this;
    }

    private static int crc(byte[] bytes, int length) {
        int crc = 0xffff_ffff;
        for (int i = 0; i < length * 8; i++) {
            int bit = bytes[i / 8] >> (7 - i % 8) & 1;
            crc = (crc >>> 31 ^ bit) == 1 ? crc << 1 ^ 0x04C1_1DB7 : crc << 1;
        }
        return crc;
    }
}
