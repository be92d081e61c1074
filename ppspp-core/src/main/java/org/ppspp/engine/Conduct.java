package org.ppspp.engine;

/**
 * What we think of one peer: breaches of the protocol, and chunks that failed verification (rules R8, R14).
 *
 * <p>Links corrupt packets under valid checksums, so a bad chunk or datagram now and then is nobody's fault; a share of them
 * is.
 */
final class Conduct {
    /** What to do about it. */
    enum Verdict {
        TOLERATE,
        CLOSE,
        SNUB,
        BAN
    }

    private static final int LONGEST_STALL_SHIFT = 6;

    private long datagrams;
    private int offences;
    private int offencesEver;
    private long windowStart;
    private int good;
    private int bad;
    private int stalls;
    private int forged;

    /** A datagram or frame came, good or bad. */
    void datagram() {
        datagrams++;
    }

    Verdict offence(long now) {
        if (now - windowStart >= Limits.OFFENCE_WINDOW) {
            windowStart = now;
            offences = 0;
        }
        offences++;
        offencesEver++;
        if (datagrams > (long) Limits.DATAGRAMS_PER_OFFENCE * offencesEver) {
            return Verdict.TOLERATE;
        }
        if (offencesEver >= Limits.OFFENCES_TO_BAN) {
            return Verdict.BAN;
        }
        return offences >= Limits.OFFENCES_TO_CLOSE ? Verdict.CLOSE : Verdict.TOLERATE;
    }

    void goodChunk() {
        good++;
        stalls = 0;
    }

    Verdict badChunk() {
        bad++;
        if (bad >= Limits.BAD_BEFORE_BAN
                && good + bad >= Limits.CHUNKS_BEFORE_BAN
                && bad > Limits.BAD_SHARE * (good + bad)) {
            return Verdict.BAN;
        }
        return good == 0 && bad % Limits.BAD_AT_FIRST == 0 ? Verdict.SNUB : Verdict.TOLERATE;
    }

    /** A signature that is not the source's: forged, or a munro that the link has damaged. As with chunks, the share tells. */
    Verdict forgedSignature() {
        forged++;
        return forged >= Limits.BAD_BEFORE_BAN && forged > Limits.BAD_SHARE * datagrams
                ? Verdict.BAN
                : Verdict.TOLERATE;
    }

    /** For how long to ask nothing of a peer that just kept us waiting in vain: {@code first}, and longer each time in a row. */
    long stall(long first) {
        return first << Math.min(stalls++, LONGEST_STALL_SHIFT);
    }
}
