package org.ppspp.engine;

/** What arrived and led nowhere: attacks, mistakes and stray packets, counted instead of logged. */
public final class EngineCounters {
    private long tooShort;
    private long unknownChannel;
    private long wrongAddress;
    private long refusedOpenings;
    private long malformed;
    private long defectiveCertificates;

    void tooShort() {
        tooShort++;
    }

    void unknownChannel() {
        unknownChannel++;
    }

    void wrongAddress() {
        wrongAddress++;
    }

    void refusedOpening() {
        refusedOpenings++;
    }

    void malformed() {
        malformed++;
    }

    void defectiveCertificate() {
        defectiveCertificates++;
    }

    /** The counts at this moment. */
    public Snapshot snapshot() {
        return new Snapshot(tooShort, unknownChannel, wrongAddress, refusedOpenings, malformed, defectiveCertificates);
    }

    /**
     * Counts since the engine was made.
     *
     * @param tooShort datagrams without a channel number
     * @param unknownChannel datagrams for channels we do not have
     * @param wrongAddress datagrams for a channel from an address that is not its peer's
     * @param refusedOpenings first datagrams of handshakes that got no answer
     * @param malformed datagrams of peers that broke a rule of the format
     * @param defectiveCertificates membership certificates that did not verify
     */
    public record Snapshot(
            long tooShort,
            long unknownChannel,
            long wrongAddress,
            long refusedOpenings,
            long malformed,
            long defectiveCertificates) {}
}
