package org.ppspp.tracker;

import org.ppspp.discovery.TrackerMessage;

/**
 * A message to send.
 *
 * @param connection to which client
 * @param message what; several deliveries in a row may share one message object
 */
record Delivery(long connection, TrackerMessage message) {
    /** Whether the client did not ask for it, so that it may be lost when the client is slow to read. */
    boolean isPush() {
        return !(message instanceof TrackerMessage.OtherPeers);
    }
}
