package org.ppspp.media;

/**
 * A moment of PyPPSPP's streams, sound and picture of a tenth of a second.
 *
 * @param id number of the sample it was made from
 * @param key whether its picture needs none before it
 * @param video the picture; the array belongs to the frame: do not modify
 * @param audio the sound; likewise
 * @param info any text
 */
public record AvFrame(long id, boolean key, byte[] video, byte[] audio, String info) {}
