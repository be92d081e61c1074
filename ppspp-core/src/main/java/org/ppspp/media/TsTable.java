package org.ppspp.media;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts together the newest table of one PID (ISO/IEC 13818-1 §2.4.4): the packets that carry it, and its section. Tables of
 * more than one section are not read; those that say what a stream has are never so long.
 */
final class TsTable {
    /** A section of this kind is never longer (§2.4.4.3, §2.4.4.8). */
    private static final int MAX_SECTION_BYTES = 1_024;

    private static final int LENGTH_END = 3;
    private static final int CRC_BYTES = 4;

    /** Everything in front of what is particular to a kind of table. */
    private static final int MIN_SECTION_BYTES = 8 + CRC_BYTES;

    private final int tableId;
    private final ByteArrayOutputStream pendingPackets = new ByteArrayOutputStream();
    private byte[] pending = new byte[0];
    private byte @Nullable [] packets;

    TsTable(int tableId) {
        this.tableId = tableId;
    }

    /** Takes the next packet of the PID, and returns the section that is complete with it, without its CRC. */
    byte @Nullable [] accept(TsPacket packet) {
        int from = packet.payload();
        if (packet.startsUnit()) {
            abandon();
            from += 1 + (packet.bytes()[from] & 0xff);
            if (from >= packet.end()) {
                return null;
            }
        } else if (pendingPackets.size() == 0 || from == packet.end()) {
            return null;
        }
        pendingPackets.write(packet.bytes(), packet.start(), TsPackets.PACKET_BYTES);
        int length = packet.end() - from;
        byte[] grown = Arrays.copyOf(pending, pending.length + length);
        System.arraycopy(packet.bytes(), from, grown, pending.length, length);
        pending = grown;
        return complete();
    }

    /** Forgets what is half there. */
    void abandon() {
        pendingPackets.reset();
        pending = new byte[0];
    }

    /** The packets of the newest whole table, or null. The array is the table's own: do not modify. */
    byte @Nullable [] packets() {
        return packets;
    }

    private byte @Nullable [] complete() {
        if (pending.length < LENGTH_END) {
            return null;
        }
        int length = LENGTH_END + ((pending[1] & 0x0f) << 8 | (pending[2] & 0xff));
        if ((pending[0] & 0xff) != tableId || length > MAX_SECTION_BYTES || length < MIN_SECTION_BYTES) {
            abandon();
            return null;
        }
        if (pending.length < length) {
            return null;
        }
        boolean current = (pending[5] & 1) == 1;
        byte[] section = Arrays.copyOf(pending, length - CRC_BYTES);
        boolean sound = crc(pending, length) == 0;
        if (sound && current) {
            packets = pendingPackets.toByteArray();
        }
        abandon();
        return sound && current ? section : null;
    }

    /** CRC-32 of ISO/IEC 13818-1 annex A; 0 over a sound section with its CRC. */
    static int crc(byte[] bytes, int length) {
        int crc = -1;
        for (int i = 0; i < length; i++) {
            crc ^= bytes[i] << 24;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                crc = crc < 0 ? crc << 1 ^ 0x04C1_1DB7 : crc << 1;
            }
        }
        return crc;
    }
}
