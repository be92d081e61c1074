package org.ppspp.engine;

/** How an address became known, from the most to the least trusted. */
public enum PeerOrigin {
    /** Typed by the user. */
    USER,
    /** Named by a tracker. */
    TRACKER,
    /** Heard from another peer. */
    EXCHANGE
}
