package org.ppspp;

/** What a transfer is busy with. */
public enum TransferState {
    /** Comparing what lies on the disk with the swarm's hashes. */
    CHECKING,
    /** Looking for peers that have something we miss. */
    CONNECTING,
    /** Fetching what is missing. */
    DOWNLOADING,
    /** Taking part in a live stream that goes on. */
    STREAMING,
    /** Everything is here, verified and published, or the input of a live stream has ended; others are served. */
    SEEDING,
    /** The disk does not take what we fetch: downloading waits and goes on by itself. */
    PAUSED_DISK,
    /** Closed, by us or because the content cannot be opened. */
    STOPPED
}
