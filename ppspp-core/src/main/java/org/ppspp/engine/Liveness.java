package org.ppspp.engine;

/**
 * When one peer was last heard and last spoken to, and what follows: whether it lives, when to greet it anew, and when a word
 * keeps the channel alive (RFC 7574 §3.12).
 */
final class Liveness {
    private static final long NEVER = Long.MAX_VALUE;

    private final long since;
    private long lastReceived;
    private long lastSent;
    private int sentSinceReceived;
    private long greetAt = NEVER;

    Liveness(long now) {
        this.since = now;
        this.lastReceived = now;
        this.lastSent = now;
    }

    /** When we began to talk to the peer. */
    long since() {
        return since;
    }

    /** A datagram or frame came. */
    void heard(long now) {
        lastReceived = now;
        sentSinceReceived = 0;
        greetAt = NEVER;
    }

    /** A datagram, a run of them, or a frame left. */
    void spoke(long now) {
        lastSent = now;
        sentSinceReceived++;
    }

    /** How long ago the peer was last heard, in nanoseconds. */
    long silence(long now) {
        return now - lastReceived;
    }

    /** Whether to ask nothing of it for now. */
    boolean suspect(long now) {
        return sentSinceReceived >= Limits.DEAD_AFTER_SENT && silence(now) >= Limits.SUSPECT_AFTER;
    }

    boolean dead(long now) {
        return sentSinceReceived >= Limits.DEAD_AFTER_SENT && silence(now) >= Limits.DEAD_AFTER;
    }

    /** Opens again under a new channel at this time, unless the peer is heard before: it may be a new one. */
    void greetAt(long at) {
        greetAt = Math.min(greetAt, at);
    }

    /** It owes us an answer, and may have restarted. */
    void unanswered() {
        greetAt(lastReceived + Limits.GREET_AGAIN);
    }

    /** Whether to greet it anew now; the next time comes by itself. */
    boolean greets(long now) {
        if (greetAt > now) {
            return false;
        }
        greetAt = now + Limits.SUSPECT_AFTER;
        return true;
    }

    /** When to say something if there was nothing to say before. */
    long keepAliveAt() {
        return lastSent + Limits.KEEP_ALIVE;
    }

    long nextWake() {
        long deadAt = sentSinceReceived >= Limits.DEAD_AFTER_SENT ? lastReceived + Limits.DEAD_AFTER : NEVER;
        return Math.min(greetAt, deadAt);
    }
}
