package org.ppspp.media;

/**
 * A place in a transport stream where decoding can begin.
 *
 * @param position of the first packet to send
 * @param tables packets to send in front of it, because the stream does not have them there; a multiple of 188 bytes, often
 *     none. The array belongs to the point: do not modify
 * @param ptsTicks when its picture is shown, at 90 kHz modulo 2³³; -1 where that is unknown
 */
public record AccessPoint(long position, byte[] tables, long ptsTicks) {}
