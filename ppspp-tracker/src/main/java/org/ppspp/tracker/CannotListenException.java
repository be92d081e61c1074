package org.ppspp.tracker;

import org.ppspp.net.SocketErrors;

/** An address that cannot be listened on; the message names it and says why. */
final class CannotListenException extends Exception {
    CannotListenException(ListenAddress address, Throwable cause) {
        super("cannot listen on " + address + ": " + SocketErrors.reason(cause), cause);
    }
}
