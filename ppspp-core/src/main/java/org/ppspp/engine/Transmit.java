package org.ppspp.engine;

import org.ppspp.wire.TransportAddress;

/**
 * A run of datagrams for one destination, written one behind the other into the caller's buffer.
 *
 * @param destination where all of them go
 * @param length bytes written in all, positive
 * @param segmentLength length of each datagram; the last may be shorter. Equal to {@code length} for a single datagram or a
 *     TCP frame
 */
public record Transmit(TransportAddress destination, int length, int segmentLength) {}
