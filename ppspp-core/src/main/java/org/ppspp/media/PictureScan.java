package org.ppspp.media;

/**
 * Looks into one PES packet of a video stream for whether decoding can begin with it, as far as it must: what comes first in
 * a picture tells. Reads bytes as they come.
 */
final class PictureScan {
    /** How a codec marks its pictures. */
    enum Codec {
        MPEG2,
        H264,
        HEVC,

        /** One we do not look into: its sender says where to begin, or nobody does. */
        OTHER
    }

    /** What is known so far. */
    enum Verdict {
        OPEN,
        KEY,
        OTHER
    }

    /** What is not told in so many bytes is not told in a picture's headers. */
    private static final int MAX_BYTES = 64 << 10;

    private static final int PES_HEADER_BYTES = 9;
    private static final int START_CODE = 0x0000_0100;

    private final Codec codec;
    private final byte[] header = new byte[PES_HEADER_BYTES + 5];
    private int seenBytes;
    private int payloadAt = PES_HEADER_BYTES;
    private int last = -1;
    private Verdict verdict = Verdict.OPEN;
    private long pts = TsPacket.NONE;

    PictureScan(Codec codec) {
        this.codec = codec;
    }

    /** Takes the next bytes of the PES packet, the first of which are its header (ISO/IEC 13818-1 §2.4.3.6). */
    Verdict accept(byte[] bytes, int from, int end) {
        for (int i = from; i < end && verdict == Verdict.OPEN; i++) {
            accept(bytes[i] & 0xff);
        }
        return verdict;
    }

    /** When it is to be shown, at 90 kHz, or {@link TsPacket#NONE} where that is not said or not known yet. */
    long pts() {
        return pts;
    }

    private void accept(int next) {
        if (seenBytes < header.length) {
            header[seenBytes] = (byte) next;
        }
        seenBytes++;
        if (seenBytes == PES_HEADER_BYTES) {
            boolean sound = header[0] == 0 && header[1] == 0 && header[2] == 1 && (header[6] & 0xc0) == 0x80;
            verdict = sound ? Verdict.OPEN : Verdict.OTHER;
            payloadAt = PES_HEADER_BYTES + next;
        }
        if (seenBytes == header.length && (header[7] & 0x80) != 0 && payloadAt >= header.length) {
            pts = timestamp();
        }
        if (seenBytes > payloadAt) {
            code(next);
        }
        if (verdict == Verdict.OPEN && seenBytes == MAX_BYTES) {
            verdict = Verdict.OTHER;
        }
    }

    private long timestamp() {
        return (long) (header[9] & 0x0e) << 29
                | (header[10] & 0xffL) << 22
                | (header[11] & 0xfeL) << 14
                | (header[12] & 0xffL) << 7
                | (header[13] & 0xffL) >> 1;
    }

    private void code(int next) {
        last = last << 8 | next;
        if ((last & 0xffff_ff00) == START_CODE) {
            verdict = unit(next);
        }
    }

    /** What a unit of this kind says of the picture. Where parameter sets or a sequence header are sent, one may begin. */
    private Verdict unit(int code) {
        return switch (codec) {
            case MPEG2 -> code == 0xB3 ? Verdict.KEY : code == 0 ? Verdict.OTHER : Verdict.OPEN;
            case H264 -> h264(code & 0x1f);
            case HEVC -> hevc(code >> 1 & 0x3f);
            case OTHER -> Verdict.OTHER;
        };
    }

    /** ITU-T H.264 table 7-1: 5 is a slice of an IDR picture, 7 a sequence parameter set, 1 to 4 are other slices. */
    private static Verdict h264(int type) {
        if (type == 5 || type == 7) {
            return Verdict.KEY;
        }
        return type >= 1 && type <= 4 ? Verdict.OTHER : Verdict.OPEN;
    }

    /** ITU-T H.265 table 7-1: 16 to 23 are random access pictures, 32 and 33 parameter sets, below 16 other slices. */
    private static Verdict hevc(int type) {
        if ((type >= 16 && type <= 23) || type == 32 || type == 33) {
            return Verdict.KEY;
        }
        return type < 16 ? Verdict.OTHER : Verdict.OPEN;
    }
}
