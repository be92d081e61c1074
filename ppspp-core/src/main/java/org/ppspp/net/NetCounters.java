package org.ppspp.net;

/**
 * What went through the sockets since they were opened.
 *
 * @param datagramsReceived UDP datagrams
 * @param datagramBytesReceived their payload
 * @param datagramsSent UDP datagrams handed to the system, sent or not
 * @param datagramBytesSent their payload
 * @param segmentedRuns runs of datagrams that the system cut up
 * @param segmentedRunsRefused runs it would not cut up, sent again one by one
 * @param sendErrors datagrams the system refused, and errors of UDP sockets
 * @param framesReceived TCP frames
 * @param frameBytesReceived their bodies
 * @param framesSent TCP frames written
 * @param frameBytesSent their bodies
 * @param framesDropped TCP frames that found no connection and no room to wait for one
 * @param framesRejected TCP frames whose length is not allowed
 * @param connectionsAccepted incoming TCP connections
 * @param connectionsRefused incoming TCP connections above the limit
 * @param connectionsOpened outgoing TCP connections established
 * @param connectionsFailed outgoing TCP connections that could not be opened
 * @param connectionsOverdue TCP connections closed because a peer was too slow
 * @param acceptErrors times accepting paused because the system had no room
 */
public record NetCounters(
        long datagramsReceived,
        long datagramBytesReceived,
        long datagramsSent,
        long datagramBytesSent,
        long segmentedRuns,
        long segmentedRunsRefused,
        long sendErrors,
        long framesReceived,
        long frameBytesReceived,
        long framesSent,
        long frameBytesSent,
        long framesDropped,
        long framesRejected,
        long connectionsAccepted,
        long connectionsRefused,
        long connectionsOpened,
        long connectionsFailed,
        long connectionsOverdue,
        long acceptErrors) {}
