/**
 * What flows through live streams: MPEG transport streams, and the frames of PyPPSPP. No clock, socket or file here; those
 * are in {@code org.ppspp.media.input}.
 *
 * <p>A transport stream (ISO/IEC 13818-1) can be joined anywhere: {@link org.ppspp.media.TsPackets} finds its packets,
 * {@link org.ppspp.media.TsAccessPoints} the places where decoding can begin, {@link org.ppspp.media.TsSegmenter} cuts it
 * there, and {@link org.ppspp.media.ChunkCutter} makes chunks of it.
 */
@NullMarked
package org.ppspp.media;

import org.jspecify.annotations.NullMarked;
