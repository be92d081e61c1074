package org.ppspp.wire;

/** How the signatures of a live stream stand on the wire, and what they cover. */
public enum LiveForm {
    /** NTP times; the chunk specification, the time and the hash of the munro, or the chunk, are signed (RFC 7574 §6.1.2.2, §8.9). */
    RFC7574,

    /**
     * libswift: microseconds since 1970, and only the hash of the munro is signed. So whoever passes a signature on can give it
     * another time and another place in the stream.
     */
    LIBSWIFT;

    /** Whether a signature covers its time and its place. */
    public boolean coversPlace() {
        return this == RFC7574;
    }

    /** The 64-bit NTP time that is meant. */
    long ntpTime(long onTheWire) {
        return this == RFC7574 || onTheWire == 0 ? onTheWire : NtpTime.ofUnixMicros(onTheWire);
    }

    /** The other way round. */
    long onTheWire(long ntpTime) {
        return this == RFC7574 || ntpTime == NtpTime.UNKNOWN ? ntpTime : NtpTime.toUnixMicros(ntpTime);
    }
}
