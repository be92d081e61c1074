package org.ppspp.media;

/**
 * One packet of a transport stream (ISO/IEC 13818-1 §2.4.3). Any 188 bytes are one; what they say is checked here.
 *
 * @param bytes whoever made this owns them
 * @param start of the packet in them
 */
record TsPacket(byte[] bytes, int start) {
    /** PID of the program association table. */
    static final int PAT = 0;

    /** PID of packets that say nothing. */
    static final int NULL = 0x1FFF;

    /** What {@link #pcr} is where there is none. */
    static final long NONE = -1;

    private static final int END = TsPackets.PACKET_BYTES;
    private static final int HEADER_BYTES = 4;
    private static final int PCR_END = 12;

    private int at(int index) {
        return bytes[start + index] & 0xff;
    }

    int pid() {
        return (at(1) & 0x1f) << 8 | at(2);
    }

    /** Whether a table or a PES packet begins in it. */
    boolean startsUnit() {
        return (at(1) & 0x40) != 0 && payload() < start + END;
    }

    /** Whether it is damaged or encrypted. */
    boolean unreadable() {
        return (at(1) & 0x80) != 0 || (at(3) & 0xc0) != 0;
    }

    /** The index of its payload in {@link #bytes}, or {@link #end} where it has none. */
    int payload() {
        if ((at(3) & 0x10) == 0) {
            return end();
        }
        int payload = hasAdaptation() ? HEADER_BYTES + 1 + at(4) : HEADER_BYTES;
        return start + Math.min(payload, END);
    }

    int end() {
        return start + END;
    }

    /** Whether its sender says that decoding can begin with what begins here. */
    boolean randomAccess() {
        return flag(0x40);
    }

    /** The program clock reference at 27 MHz, or {@link #NONE}. */
    long pcr() {
        if (!flag(0x10) || 1 + at(4) + HEADER_BYTES < PCR_END) {
            return NONE;
        }
        long base = (long) at(6) << 25 | (long) at(7) << 17 | (long) at(8) << 9 | (long) at(9) << 1 | at(10) >> 7;
        return base * 300 + ((at(10) & 1) << 8 | at(11));
    }

    private boolean hasAdaptation() {
        return (at(3) & 0x20) != 0;
    }

    private boolean flag(int mask) {
        return hasAdaptation() && at(4) > 0 && (at(5) & mask) != 0;
    }
}
