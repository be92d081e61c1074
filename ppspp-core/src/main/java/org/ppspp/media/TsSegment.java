package org.ppspp.media;

/**
 * Part of a transport stream that can be decoded alone: it begins with tables and a picture that needs none before it.
 *
 * @param position of its first byte in the stream, not counting tables that were put in front
 * @param bytes whole packets; the array belongs to whoever takes the segment
 * @param durationMicros how long it plays, in microseconds
 * @param discontinuous whether bytes are missing in front of it, or its clock does not go on from that of the last
 */
public record TsSegment(long position, byte[] bytes, long durationMicros, boolean discontinuous) {}
