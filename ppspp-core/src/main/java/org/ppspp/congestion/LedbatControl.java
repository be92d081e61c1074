package org.ppspp.congestion;

import org.ppspp.chunk.ChunkRange;

/**
 * Congestion control over UDP: LEDBAT (RFC 6817, which RFC 7574 §8 demands) with pacing, loss detection and the timers
 * of RFC 6298. Nothing a peer says can make it keep more than 4 MiB in flight or count what was not in flight.
 *
 * <p>One timer runs while anything is in flight, restarted by each new acknowledgement. Into a silence it first sends
 * tail probes: the oldest chunk is declared lost without touching the window, and one datagram may exceed it. Only when
 * these stay unanswered for a congestion time-out the window falls to one datagram.
 */
public final class LedbatControl implements CongestionControl {
    private static final long MIN_PATIENCE_NANOS = 1_000_000;
    private static final long PROBE_ALLOWANCE_NANOS = 25_000_000;

    /** Above this a rise of the round-trip time is believed over the delays the peer reports. */
    private static final long PRESUMED_RTT_NANOS = 200_000_000;

    private static final long TELLING_RTT_RISE_NANOS = 100_000_000;

    private static final long CROWDED_INTERVAL_NANOS = 200_000_000;

    /** More than the window, so that a rate follows the growth and the window stays the limit. */
    private static final double PACING_GAIN = 1.25;

    private static final double DOUBLING_PACING_GAIN = 2;
    private static final double LOSS_RATE_DATAGRAMS = 256;

    /** So often in a row it is the path that has become shorter. */
    private static final int EARLY_BELIEVED = 4;

    private final LedbatSettings settings;
    private final RttEstimator rtt;
    private final DelayHistory delays;
    private final Ledbat law;
    private final Pacer pacer = new Pacer();
    private final InFlight inFlight = new InFlight();

    /** Datagrams in a row that acknowledged chunks sooner than any round trip so far took, and no other. */
    private int earlyInARow;

    private long flightBefore = -1;
    /** Chunks declared lost since the window was cut the last time and not seen to have arrived after all. */
    private int lostSinceCut;

    private long recoveryEnd = -1;
    /** The number of the latest probe of the path. */
    private long probe = -1;

    private long timerStart;
    private int probesSent;
    private boolean permit;
    private long lastSentAt;
    private boolean sentAny;
    private int refusedBytes;
    private long lostDatagrams;
    private double lossRate;

    /**
     * @param datagramBytes the largest UDP payload with DATA, in which windows are counted; grows if a larger one is
     *     sent
     */
    public LedbatControl(LedbatSettings settings, int datagramBytes) {
        if (datagramBytes <= 0) {
            throw new IllegalArgumentException("datagramBytes " + datagramBytes);
        }
        this.settings = settings;
        rtt = new RttEstimator(settings.ctoFloorNanos());
        delays = new DelayHistory(settings.baseHistoryMinutes());
        law = new Ledbat(settings, rtt, datagramBytes);
    }

    public LedbatControl(LedbatProfile profile, int datagramBytes) {
        this(profile.settings(), datagramBytes);
    }

    @Override
    public boolean maySend(long now, int bytes) {
        if (permit) {
            return true;
        }
        refusedBytes = bytes;
        // Before it leaves: a burst that is smaller than the datagram would never let it.
        law.fit(bytes);
        if (!windowAllows(bytes)) {
            law.blocked();
            return false;
        }
        pace(now);
        return pacer.allows(bytes);
    }

    @Override
    public long sendableAt(long now) {
        if (permit) {
            return now;
        }
        if (!windowAllows(refusedBytes)) {
            return Long.MAX_VALUE;
        }
        pace(now);
        return pacer.readyAt(now);
    }

    @Override
    public void sent(long now, long chunk, int bytes) {
        if (inFlight.chunks() == 0) {
            if (sentAny) {
                law.idled((now - Math.max(lastSentAt, timerStart)) / rtt.cto());
            }
            timerStart = now;
        }
        law.fit(bytes);
        pace(now);
        pacer.spend(bytes);
        inFlight.sent(now, chunk, bytes);
        permit = false;
        sentAny = true;
        lastSentAt = now;
    }

    @Override
    public void probed() {
        probe = inFlight.next() - 1;
    }

    @Override
    public void acked(long now, ChunkRange chunks, long delayMicros) {
        long before = inFlight.bytes();
        int newBefore = inFlight.newChunks();
        inFlight.acked(now, chunks, rtt.known() && earlyInARow < EARLY_BELIEVED ? rtt.base() : 0);
        if (inFlight.newChunks() == newBefore) {
            return;
        }
        if (flightBefore < 0) {
            flightBefore = before;
        }
        delays.add(now, delayMicros, rtt.smoothed());
    }

    @Override
    public void ackedAll(long now) {
        if (inFlight.newChunks() == 0) {
            return;
        }
        long sentAt = inFlight.newestFreshSentAt();
        if (sentAt != Long.MIN_VALUE) {
            rtt.sample(now, now - sentAt);
            earlyInARow = 0;
        } else if (inFlight.early() > 0) {
            earlyInARow++;
        }
        law.acked(now, inFlight.newBytes(), flightBefore, queueing(now));
        lossRate -= lossRate * Math.min(1, inFlight.newChunks() / LOSS_RATE_DATAGRAMS);
        inFlight.clearNew();
        flightBefore = -1;
        timerStart = now;
        probesSent = 0;
        permit = false;
        if (lostSinceCut > 0) {
            lostSinceCut = Math.max(0, lostSinceCut - inFlight.takeFalselyLost());
            if (lostSinceCut == 0) {
                // All of it was overtaken, nothing lost: the window was cut for nothing.
                law.restore();
            }
        }
        detectLost(now);
    }

    @Override
    public long pollLost() {
        return inFlight.pollLost();
    }

    @Override
    public boolean inFlight(long chunk) {
        return inFlight.contains(chunk);
    }

    @Override
    public boolean sentLately(long now, long chunk) {
        return inFlight.contains(chunk)
                && now - inFlight.sentAt(chunk) < (rtt.known() ? rtt.smoothed() : PRESUMED_RTT_NANOS);
    }

    @Override
    public void forget(long chunk) {
        inFlight.forget(chunk);
    }

    @Override
    public long deadline() {
        if (inFlight.chunks() == 0) {
            return Long.MAX_VALUE;
        }
        return Math.min(inFlight.lossTime(), silenceEnd());
    }

    @Override
    public void timeout(long now) {
        if (now >= inFlight.lossTime()) {
            detectLost(now);
        }
        if (inFlight.chunks() == 0 || now < silenceEnd()) {
            return;
        }
        if (probing()) {
            probesSent++;
            inFlight.loseOldest();
            countLost(1);
        } else {
            rtt.backOff();
            law.timedOut();
            recoveryEnd = inFlight.next() - 1;
            // Nothing came for so long that all of it is lost; what is left in flight would only block the window.
            int lost = inFlight.chunks();
            for (int i = 0; i < lost; i++) {
                inFlight.loseOldest();
            }
            countLost(lost);
        }
        permit = true;
        timerStart = now;
    }

    @Override
    public void roundTrip(long now, long nanos) {
        if (!rtt.known() && nanos > 0) {
            rtt.sample(now, nanos);
        }
    }

    @Override
    public long rttNanos() {
        return rtt.smoothed();
    }

    @Override
    public long ctoNanos() {
        return rtt.cto();
    }

    @Override
    public long windowBytes() {
        return (long) law.window();
    }

    @Override
    public long inFlightBytes() {
        return inFlight.bytes();
    }

    @Override
    public long lostDatagrams() {
        return lostDatagrams;
    }

    @Override
    public double lossRate() {
        return lossRate;
    }

    private boolean windowAllows(int bytes) {
        long flight = inFlight.bytes();
        return (flight == 0 || flight + bytes <= law.window()) && !inFlight.full();
    }

    /** RFC 6817 §2.4.2, but a peer cannot report away a queue that the round-trip time shows. */
    private long queueing(long now) {
        long reported = 1000 * delays.queueingMicros(now, rtt.smoothed(), rtt.latest());
        if (!rtt.known()) {
            return reported;
        }
        long rise = Math.min(rtt.latest(), rtt.smoothed()) - rtt.base();
        return rise > TELLING_RTT_RISE_NANOS ? Math.max(reported, rise / 2) : reported;
    }

    private void pace(long now) {
        pacer.pace(now, pacingRate(), law.window(), law.datagramBytes());
    }

    private double pacingRate() {
        if (!rtt.known() || law.local()) {
            return 0;
        }
        if (law.crowded()) {
            return (double) law.datagramBytes() / Math.max(rtt.smoothed(), CROWDED_INTERVAL_NANOS);
        }
        return (law.doubling() ? DOUBLING_PACING_GAIN : PACING_GAIN) * law.window() / rtt.smoothed();
    }

    private void detectLost(long now) {
        long lostBefore = inFlight.chunks();
        long late = Math.max(rtt.smoothed(), rtt.latest()) * 9 / 8;
        // The peer answers after hashing and writing, so that its answers vary more than the path does.
        long patience = Math.max(MIN_PATIENCE_NANOS, Math.max(late, rtt.smoothed() + 2 * rtt.variation()));
        long newest = inFlight.detectLost(now, patience);
        int lost = (int) (lostBefore - inFlight.chunks());
        if (lost == 1 && newest == probe) {
            lostDatagrams++;
            return;
        }
        countLost(lost);
        if (newest > recoveryEnd) {
            law.lost(now);
            recoveryEnd = inFlight.next() - 1;
            lostSinceCut = 0;
            // What proved false before this cut does not excuse it.
            inFlight.takeFalselyLost();
        }
        lostSinceCut += lost;
    }

    private void countLost(long datagrams) {
        lostDatagrams += datagrams;
        lossRate += (1 - lossRate) * Math.min(1, datagrams / LOSS_RATE_DATAGRAMS);
    }

    private boolean probing() {
        return probesSent < settings.tailProbes() && rtt.known() && !rtt.backedOff();
    }

    private long silenceEnd() {
        return timerStart + (probing() ? (rtt.rto() + PROBE_ALLOWANCE_NANOS) << probesSent : rtt.cto());
    }
}
