package org.ppspp;

/** What a transfer is busy with. */
public enum TransferState {
    /** Comparing what lies on the disk with the swarm's hashes. */
    CHECKING,
    /** Looking for peers that have something we miss. */
    CONNECTING,
    /** Fetching what is missing. */
    DOWNLOADING,
    /** Everything is here, verified and published; others are served. */
    SEEDING,
    /** The disk does not take what we fetch: downloading waits and goes on by itself. */
    PAUSED_DISK,
    /** Closed, by us or because the content cannot be opened. */
    STOPPED
}
