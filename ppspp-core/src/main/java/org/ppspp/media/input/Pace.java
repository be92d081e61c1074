package org.ppspp.media.input;

/** Time, as far as inputs wait for it. */
interface Pace {
    /** Now, in nanoseconds since any moment. */
    long nanos();

    /** Waits until then. Returns false if there is no use in going on. */
    boolean until(long nanos) throws InterruptedException;
}
