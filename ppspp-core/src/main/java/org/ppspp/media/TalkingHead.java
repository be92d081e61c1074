package org.ppspp.media;

import java.util.Arrays;
import java.util.List;

/**
 * A stream like PyPPSPP's: somebody talks for 48 seconds, again and again, at about 632 kbit/s. Frames have the sizes of such a
 * recording and nothing in them, and are always the same.
 */
public final class TalkingHead {
    /** Frames before it begins again. */
    static final int CYCLE_FRAMES = 480;

    private static final int KEY_EVERY_FRAMES = 120;
    private static final int KEY_BYTES = 27_000;
    private static final int KEY_SPREAD_BYTES = 2_000;
    private static final int VIDEO_BYTES = 4_200;
    private static final int VIDEO_SPREAD_BYTES = 4_037;
    private static final int AUDIO_BYTES = 900;
    private static final int AUDIO_SPREAD_BYTES = 1_201;

    /** What PyPPSPP fills frames with, and the text it sends along. */
    private static final byte FILL = (byte) 0xC0;

    private static final String INFO = "Quick Brow Fox!";

    private final int protocol;

    /** Speaks pickle {@link FramePickle#PROTOCOL_3} or {@link FramePickle#PROTOCOL_4}. */
    public TalkingHead(int protocol) {
        this.protocol = protocol;
    }

    /** Frame {@code number} of the stream, from 0 on. */
    static AvFrame frame(long number) {
        int id = (int) (number % CYCLE_FRAMES);
        boolean key = id % KEY_EVERY_FRAMES == 0;
        int video = key
                ? KEY_BYTES + scatter(3 * id, KEY_SPREAD_BYTES)
                : VIDEO_BYTES + scatter(3 * id + 1, VIDEO_SPREAD_BYTES);
        return new AvFrame(id, key, fill(video), fill(AUDIO_BYTES + scatter(3 * id + 2, AUDIO_SPREAD_BYTES)), INFO);
    }

    /** The chunks of frame {@code number}, from 0 on. There are {@link FramePlayback#FRAMES_PER_SECOND} frames a second. */
    public List<byte[]> chunks(long number) {
        return FrameChunks.of(FramePickle.write(frame(number), protocol));
    }

    /** The bytes of the first {@code frames} frames in chunks. */
    public long sizeBytes(long frames) {
        return frames / CYCLE_FRAMES * chunksOf(CYCLE_FRAMES) * FrameChunks.CHUNK_BYTES
                + chunksOf((int) (frames % CYCLE_FRAMES)) * FrameChunks.CHUNK_BYTES;
    }

    private long chunksOf(int frames) {
        long count = 0;
        for (int i = 0; i < frames; i++) {
            count += chunks(i).size();
        }
        return count;
    }

    /** A number below {@code bound} that is always the same for {@code index} and looks like none in particular. */
    private static int scatter(int index, int bound) {
        int mixed = (index + 1) * 0x9E37_79B1;
        mixed = (mixed ^ mixed >>> 15) * 0x85EB_CA77;
        return Math.floorMod(mixed ^ mixed >>> 13, bound);
    }

    private static byte[] fill(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, FILL);
        return bytes;
    }
}
