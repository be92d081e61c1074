package org.ppspp.media;

/** Reads the clock of a transport stream: the program clock reference of its first program. Belongs to one thread. */
public final class TsClock {
    /** Ticks a second. */
    public static final long HERTZ = 27_000_000;

    /** {@link #ticks} before there are any. */
    public static final long UNKNOWN = TsPacket.NONE;

    /** The clock begins anew after so many ticks. */
    public static final long MODULUS = (1L << 33) * 300;

    private final TsProgram program = new TsProgram();
    private final TsPackets packets =
            new TsPackets((position, bytes, offset) -> program.accept(position, new TsPacket(bytes, offset)));

    /** Takes the next bytes of the stream. */
    public void accept(byte[] bytes, int offset, int length) {
        packets.accept(bytes, offset, length);
    }

    /** The newest reading, modulo {@link #MODULUS}, or {@link #UNKNOWN}. */
    public long ticks() {
        return program.pcrTicks();
    }
}
