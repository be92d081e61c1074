package org.ppspp.wire;

/**
 * The 64-bit NTP time of SIGNED_INTEGRITY: 32 bits of seconds since 1900, 32 bits of fractions of 2⁻³² seconds (RFC 7574 §8.9,
 * RFC 5905 §6). Seconds start anew in February 2036, so times are compared by their difference: right while they are less than 68
 * years apart.
 */
public final class NtpTime {
    /** The time is not known (RFC 5905 §6). */
    public static final long UNKNOWN = 0;

    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long UNIX_EPOCH_SECONDS = 2_208_988_800L;

    private NtpTime() {}

    /** The NTP time at {@code unixMicros}, microseconds since 1970 UTC. Never {@link #UNKNOWN}. */
    public static long ofUnixMicros(long unixMicros) {
        long seconds = Math.floorDiv(unixMicros, MICROS_PER_SECOND) + UNIX_EPOCH_SECONDS;
        long fraction = (Math.floorMod(unixMicros, MICROS_PER_SECOND) << Integer.SIZE) / MICROS_PER_SECOND;
        long time = seconds << Integer.SIZE | fraction;
        return time == UNKNOWN ? UNKNOWN + 1 : time;
    }

    /**
     * Microseconds since 1970 UTC of an NTP time from 1968 to 2104 (RFC 4330 §3); undoes {@link #ofUnixMicros} for whole
     * microseconds.
     */
    public static long toUnixMicros(long ntpTime) {
        long seconds = (ntpTime >>> Integer.SIZE) + (ntpTime < 0 ? 0 : 1L << Integer.SIZE) - UNIX_EPOCH_SECONDS;
        long fraction = ntpTime & 0xFFFF_FFFFL;
        long up = (1L << Integer.SIZE) - 1;
        return seconds * MICROS_PER_SECOND + ((fraction * MICROS_PER_SECOND + up) >>> Integer.SIZE);
    }

    /** Negative, zero or positive as {@code first} is before, at or after {@code second}. */
    public static int compare(long first, long second) {
        return Long.signum(first - second);
    }

    /** Microseconds from {@code earlier} to {@code later}, rounded down; negative if they are the other way round. */
    public static long microsBetween(long earlier, long later) {
        return Math.multiplyHigh(later - earlier, MICROS_PER_SECOND << Integer.SIZE);
    }
}
