package org.ppspp.integrity;

/** What is known of the chunks that a peer has verified, and so of the hashes that it knows (RFC 7574 §5.4). */
@FunctionalInterface
public interface KnownChunks {
    /** Whether the peer has any of the chunks {@code first} to {@code last}, both included. */
    boolean intersects(long first, long last);

    /** As {@link #intersects}, where only what the peer itself has said counts, and not what is on its way to it. */
    default boolean shows(long first, long last) {
        return intersects(first, last);
    }
}
