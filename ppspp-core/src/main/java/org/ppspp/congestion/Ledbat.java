package org.ppspp.congestion;

/**
 * The law of the congestion window: RFC 6817 §2.4.2 if the settings are literal, LEDBAT++ otherwise, with slow start,
 * and for LEDBAT++ the periodic slowdowns. Knows delays and bytes, not datagrams: which are lost is for others to say.
 *
 * <p>Three deviations from LEDBAT++: slow start doubles the window (gain 1) since a stream has to start fast; a
 * slowdown goes to a quarter of the window, not to two datagrams, which measures the base delay as well and costs less;
 * and where no queue was seen for a minute the gain is not reduced. Losses alone govern the window there, so that a
 * smaller gain keeps no queue short, and RFC 6817 allows a whole datagram each round trip.
 * A path with a base below 2 ms is a local one: its queues are too short for the target to matter, so slowdowns are
 * off, the gain is not reduced, and slow start resumes after a passing delay (a pause of the other process).
 */
final class Ledbat {
    static final long MAX_WINDOW_BYTES = 4L << 20;

    static final long LOCAL_RTT_NANOS = 2_000_000;

    private static final int MIN_WINDOW_DATAGRAMS = 2;
    private static final double MAX_GAIN_DIVISOR = 16;
    private static final double DECREASE_GAIN = 1;
    private static final int SLOWDOWN_PAUSE_FACTOR = 9;
    private static final long QUEUE_MEMORY_NANOS = 60_000_000_000L;

    /** A window halves at least to the minimum in as many idle time-outs: 2/3 to the 40th is below 2 to the -23rd. */
    private static final int MAX_IDLE_STEPS = 40;

    private enum Phase {
        /** Slow start. */
        START,
        /** Congestion avoidance. */
        AVOID,
        /** A slowdown holds the window low until the queue has drained. */
        FREEZE,
        /** Back to the window before the slowdown, as fast as slow start. */
        RAMP
    }

    private final LedbatSettings settings;
    private final RttEstimator rtt;
    private int datagramBytes;
    private double window;
    private Phase phase;

    private double windowBeforeLoss;
    private boolean startingBeforeLoss;

    /** Where slow start ends: set by losses, time-outs and idling, not by delay. */
    private double threshold = Double.POSITIVE_INFINITY;

    private double windowBeforeSlowdown;
    private long slowdownAt;
    private long freezeEnd;
    private long nextSlowdown = Long.MAX_VALUE;
    private long queueSeenUntil = Long.MIN_VALUE;
    private boolean blocked;
    private boolean crowded;

    Ledbat(LedbatSettings settings, RttEstimator rtt, int datagramBytes) {
        this(settings, rtt, datagramBytes, initialDatagrams(datagramBytes) * (double) datagramBytes);
    }

    Ledbat(LedbatSettings settings, RttEstimator rtt, int datagramBytes, double window) {
        this.settings = settings;
        this.rtt = rtt;
        this.datagramBytes = datagramBytes;
        this.window = window;
        phase = settings.slowStart() ? Phase.START : Phase.AVOID;
    }

    /** RFC 5681 §3.1. */
    private static int initialDatagrams(int datagramBytes) {
        if (datagramBytes > 2190) {
            return 2;
        }
        return datagramBytes > 1095 ? 3 : 4;
    }

    double window() {
        return window;
    }

    int datagramBytes() {
        return datagramBytes;
    }

    /** Whether the window doubles each round trip at the moment. */
    boolean doubling() {
        return phase == Phase.START || phase == Phase.RAMP;
    }

    /** Whether even the smallest window is too much for the path: RFC 6817 does not forbid a lower rate. */
    boolean crowded() {
        return crowded;
    }

    boolean local() {
        return rtt.base() < LOCAL_RTT_NANOS;
    }

    /** A datagram of this size leaves: windows are counted in datagrams of the largest size. */
    void fit(int bytes) {
        if (bytes > datagramBytes) {
            datagramBytes = bytes;
            window = Math.max(window, minWindow());
        }
    }

    /** A datagram could not leave because of the window, so a larger window would have been used. */
    void blocked() {
        blocked = true;
    }

    /**
     * Moves the window once for all that one datagram acknowledged.
     *
     * @param bytes newly acknowledged, more than 0
     * @param flightBefore bytes in flight before they were
     * @param queueing queueing delay in nanoseconds, not negative
     */
    void acked(long now, long bytes, long flightBefore, long queueing) {
        boolean limited = blocked || flightBefore >= window - 2 * datagramBytes;
        blocked = false;
        if (queueing > settings.targetNanos() / 4) {
            queueSeenUntil = now + QUEUE_MEMORY_NANOS;
        }
        tick(now);
        if (phase == Phase.AVOID && local() && window < threshold && queueing <= settings.targetNanos() / 4) {
            phase = settings.slowStart() ? Phase.START : Phase.AVOID;
        }
        switch (phase) {
            case START -> start(now, bytes, limited, queueing);
            case AVOID -> avoid(now, bytes, limited, queueing);
            case RAMP -> ramp(now, bytes);
            case FREEZE -> {}
        }
        if (settings.literal()) {
            boolean starting = phase == Phase.START;
            long increase = (long) settings.allowedIncrease() * datagramBytes;
            long limit = flightBefore + (starting ? Math.max(increase, bytes) : increase);
            window = Math.min(window, (double) limit);
        }
        window = Math.max(minWindow(), Math.min(window, MAX_WINDOW_BYTES));
        crowded = window <= minWindow() && queueing > 2 * settings.targetNanos();
    }

    /** Datagrams were lost: halves the window. To be called at most once a round trip. */
    void lost(long now) {
        if (phase == Phase.FREEZE) {
            windowBeforeSlowdown = Math.max(windowBeforeSlowdown / 2, minWindow());
            threshold = windowBeforeSlowdown;
            window = Math.min(window, windowBeforeSlowdown);
            return;
        }
        windowBeforeLoss = window;
        startingBeforeLoss = phase == Phase.START;
        window = Math.min(window, Math.max(window / 2, minWindow()));
        threshold = Math.max(window, minWindow());
        if (phase != Phase.AVOID) {
            avoidFrom(now);
        }
    }

    /** The latest loss was none, only datagrams that overtook each other: takes back what {@link #lost} did. */
    void restore() {
        if (phase == Phase.AVOID && windowBeforeLoss > window) {
            window = windowBeforeLoss;
            threshold = startingBeforeLoss ? Double.POSITIVE_INFINITY : Math.max(threshold, window);
            phase = startingBeforeLoss ? Phase.START : phase;
        }
        windowBeforeLoss = 0;
    }

    /** Nothing was acknowledged for a congestion time-out: one datagram, RFC 6817 §2.4.2. */
    void timedOut() {
        if (window > datagramBytes) {
            threshold = Math.max(window / 2, minWindow());
        }
        window = datagramBytes;
        phase = settings.slowStart() ? Phase.START : Phase.AVOID;
    }

    /** Nothing was in flight for so many congestion time-outs: what was known of the path fades. */
    void idled(long timeouts) {
        double before = window;
        for (long i = Math.min(timeouts, MAX_IDLE_STEPS); i > 0 && window > minWindow(); i--) {
            window = Math.max(window * 2 / 3, minWindow());
        }
        if (phase == Phase.AVOID && settings.slowStart() && window < before) {
            double known = Double.isInfinite(threshold) ? 0 : threshold;
            threshold = Math.max(known, before * 3 / 4);
            phase = Phase.START;
        }
    }

    /** What time alone changes. Done with every ACK, so a slowdown ends also if ACKs were missing. */
    private void tick(long now) {
        if (phase == Phase.FREEZE && now >= freezeEnd) {
            phase = Phase.RAMP;
        } else if (phase == Phase.AVOID && now >= nextSlowdown && slowdownsUseful(now)) {
            windowBeforeSlowdown = window;
            slowdownAt = now;
            window = Math.max(minWindow(), window / 4);
            freezeEnd = now + 2 * rtt.smoothed();
            phase = Phase.FREEZE;
        }
    }

    /** Without queueing, losses alone govern the window and bound the queue already. */
    private boolean slowdownsUseful(long now) {
        return settings.slowdowns() && rtt.known() && !local() && queueSeen(now);
    }

    private boolean queueSeen(long now) {
        return now < queueSeenUntil;
    }

    private void start(long now, long bytes, boolean limited, long queueing) {
        if (queueing > settings.targetNanos() * 3 / 4) {
            avoidFrom(now);
        } else {
            window += limited || settings.literal() ? bytes : 0;
            if (window >= threshold) {
                avoidFrom(now);
            }
        }
    }

    private void avoid(long now, long bytes, boolean limited, long queueing) {
        double offTarget = (double) queueing / settings.targetNanos() - 1;
        double datagrams = window / datagramBytes;
        double perRoundTrip;
        if (settings.literal()) {
            perRoundTrip = -settings.gain() * offTarget;
        } else {
            perRoundTrip = gain(now) - (offTarget > 0 ? DECREASE_GAIN * datagrams * offTarget : 0);
            if (perRoundTrip > 0 && !limited) {
                perRoundTrip = 0;
            }
        }
        perRoundTrip = Math.max(perRoundTrip, -datagrams / 2);
        window += perRoundTrip * datagramBytes * Math.min(1, bytes / window);
    }

    private void ramp(long now, long bytes) {
        window += bytes;
        if (window >= windowBeforeSlowdown) {
            phase = Phase.AVOID;
            nextSlowdown = now + SLOWDOWN_PAUSE_FACTOR * (now - slowdownAt);
        }
    }

    private void avoidFrom(long now) {
        phase = Phase.AVOID;
        nextSlowdown = now + 2 * Math.max(0, rtt.smoothed());
    }

    private double gain(long now) {
        if (local() || !rtt.known() || !queueSeen(now)) {
            return settings.gain();
        }
        double divisor = Math.ceil(2.0 * settings.targetNanos() / rtt.base());
        double dynamic = 1 / Math.min(MAX_GAIN_DIVISOR, Math.max(1, divisor));
        return Math.min(settings.gain(), Math.max(settings.minGain(), dynamic));
    }

    private double minWindow() {
        return MIN_WINDOW_DATAGRAMS * (double) datagramBytes;
    }
}
