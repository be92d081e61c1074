package org.ppspp.discovery;

import java.io.IOException;

/** An ALTO server gave no costs, or none that can be believed; the message is one line that says why. */
public final class AltoException extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;

    AltoException(String message) {
        this(message, 0);
    }

    AltoException(String message, Throwable cause) {
        super(message, cause);
        this.status = 0;
    }

    AltoException(String message, int status) {
        super(message);
        this.status = status;
    }

    /** The HTTP status that was the reason, or 0. */
    int status() {
        return status;
    }
}
