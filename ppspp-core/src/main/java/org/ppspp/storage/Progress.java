package org.ppspp.storage;

/** Hears how far a long walk over a file has come. */
@FunctionalInterface
public interface Progress {
    /** Tells nobody. */
    Progress NONE = (doneBytes, totalBytes) -> {};

    /** Called after every few MiB, from changing threads but never from two at once. */
    void report(long doneBytes, long totalBytes);
}
