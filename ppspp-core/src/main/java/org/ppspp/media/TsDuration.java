package org.ppspp.media;

/**
 * How long a transport stream plays, from the clock in its first and in its last bytes; what lies between need not be there.
 * Takes bytes in ascending order. Belongs to one thread.
 */
public final class TsDuration {
    private static final int NO_PID = -1;

    private final TsPackets packets = new TsPackets(this::packet);
    private int clockPid = NO_PID;
    private long first;
    private long last;
    private long newest;
    private long ticks;

    /** Takes the bytes at {@code position} of the stream. */
    public void accept(long position, byte[] bytes, int offset, int length) {
        packets.accept(position, bytes, offset, length);
    }

    /** The time between the first and the last clock reference so far, in microseconds; -1 where there are not two. */
    public long micros() {
        return ticks == 0 ? -1 : ticks / 27;
    }

    /** How many bytes lie between these two. */
    public long bytes() {
        return last - first;
    }

    private void packet(long position, byte[] bytes, int offset) {
        TsPacket packet = new TsPacket(bytes, offset);
        long pcr = packet.pcr();
        if (pcr == TsPacket.NONE || (clockPid != NO_PID && clockPid != packet.pid())) {
            return;
        }
        if (clockPid == NO_PID) {
            clockPid = packet.pid();
            first = position;
        } else {
            ticks += Math.floorMod(pcr - newest, TsClock.MODULUS);
        }
        newest = pcr;
        last = position;
    }
}
