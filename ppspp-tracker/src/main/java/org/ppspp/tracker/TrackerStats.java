package org.ppspp.tracker;

/**
 * What a tracker did since its start, and what it holds now.
 *
 * @param connections open now
 * @param peers registered now, in all swarms together
 * @param swarms with at least one peer now
 * @param accepted connections since the start
 * @param turnedAway of those, closed at once because of a limit
 * @param registrations peers that joined since the start
 * @param received messages from clients
 * @param sent messages to clients
 * @param dropped messages not sent because the client was slow to read
 * @param refused requests ignored because of a limit or for want of right
 * @param malformed connections closed for what they sent
 */
record TrackerStats(
        int connections,
        int peers,
        int swarms,
        long accepted,
        long turnedAway,
        long registrations,
        long received,
        long sent,
        long dropped,
        long refused,
        long malformed) {}
