package org.ppspp.engine;

/** The bytes of DATA that went between us and one peer: ever, and in the present choking period. */
final class Traffic {
    private long received;
    private long sent;
    private long receivedInPeriod;
    private long sentInPeriod;

    /** Useful or not. */
    void received(int bytes) {
        received += bytes;
        receivedInPeriod += bytes;
    }

    void sent(int bytes) {
        sent += bytes;
        sentInPeriod += bytes;
    }

    long receivedBytes() {
        return received;
    }

    long sentBytes() {
        return sent;
    }

    /** Those of this period: sent to the peer if {@code seeding}, else those it gave us. */
    long recentBytes(boolean seeding) {
        return seeding ? sentInPeriod : receivedInPeriod;
    }

    void startPeriod() {
        receivedInPeriod = 0;
        sentInPeriod = 0;
    }
}
