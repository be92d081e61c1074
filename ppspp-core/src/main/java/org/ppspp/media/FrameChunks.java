package org.ppspp.media;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Frames in chunks, as PyPPSPP's live streams and videos have them: a length of 32 bits and the pickle, in pieces of 1,023 bytes.
 * In front of each piece stands a byte, 0 where a frame begins and 1 where one goes on; the last piece is filled with zeros.
 */
public final class FrameChunks {
    /** PyPPSPP has chunks of one size only. */
    public static final int CHUNK_BYTES = 1_024;

    /** In front of the first piece of a frame. */
    static final byte BEGINS = 0;

    /** In front of all others: without the first, they may as well be discarded. */
    static final byte GOES_ON = 1;

    private static final int PIECE_BYTES = CHUNK_BYTES - 1;
    /** Those before it do not say what they are. */
    private static final int LEAST_PROTOCOL = 2;

    private static final int PICKLE_AT = 1 + Integer.BYTES;

    private FrameChunks() {}

    /** Whether a frame begins in this chunk, as far as one chunk tells: with its length and a pickle of protocol 2 to 5. */
    public static boolean begins(byte[] chunk) {
        if (chunk.length != CHUNK_BYTES || chunk[0] != BEGINS) {
            return false;
        }
        int pickleBytes = ByteBuffer.wrap(chunk).getInt(1);
        int protocol = chunk[PICKLE_AT + 1];
        return pickleBytes > 0
                && pickleBytes <= FrameAssembly.MAX_FRAME_BYTES
                && chunk[PICKLE_AT] == PickleReader.PROTOCOL
                && protocol >= LEAST_PROTOCOL
                && protocol <= PickleReader.MAX_PROTOCOL;
    }

    /** How many chunks a pickle of so many bytes takes. */
    public static int count(int pickleBytes) {
        return (Integer.BYTES + pickleBytes + PIECE_BYTES - 1) / PIECE_BYTES;
    }

    /** The chunks of a pickle, each of {@link #CHUNK_BYTES}. */
    public static List<byte[]> of(byte[] pickle) {
        ByteBuffer framed = ByteBuffer.allocate(Integer.BYTES + pickle.length)
                .putInt(pickle.length)
                .put(pickle)
                .flip();
        List<byte[]> chunks = new ArrayList<>(count(pickle.length));
        while (framed.hasRemaining()) {
            byte[] chunk = new byte[CHUNK_BYTES];
            chunk[0] = chunks.isEmpty() ? BEGINS : GOES_ON;
            framed.get(chunk, 1, Math.min(PIECE_BYTES, framed.remaining()));
            chunks.add(chunk);
        }
        return chunks;
    }
}
