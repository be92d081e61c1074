package org.ppspp.media.input;

import java.io.Closeable;
import java.io.IOException;

/** Where one encoder after the other delivers. */
interface Feed {
    /** What one of them delivers. */
    interface Delivery extends Closeable {
        /** Waits for bytes; -1 at the end. */
        int read(byte[] buffer) throws IOException;
    }

    /** Binds what must be bound. */
    default void open(Lifetime lifetime) throws IOException {}

    /** Waits for an encoder, or looks for it once. The delivery is the caller's to close, also at the end of {@code lifetime}. */
    Delivery next(Lifetime lifetime) throws IOException, InterruptedException;

    /** Where it listens; 0 where it does not. */
    default int port() {
        return 0;
    }
}
