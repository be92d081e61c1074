package org.ppspp.media;

/**
 * Finds the packets of a transport stream in bytes: 188 of them each, the first of which is 0x47 (ISO/IEC 13818-1 §2.4.3.2).
 * The bytes may begin and be interrupted anywhere; what belongs to no packet is skipped and counted. Holds no more than ten
 * packets.
 */
public final class TsPackets {
    /** The length of a packet. */
    public static final int PACKET_BYTES = 188;

    private static final byte SYNC = 0x47;

    /** So many packets in a row are believed; three are found by chance in the first pages of a text. */
    private static final int LOCK_PACKETS = 5;

    private static final int LOCK_BYTES = LOCK_PACKETS * PACKET_BYTES;
    private static final long NOWHERE = -1;

    /** Where packets go. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes the next packet. Where {@code position} is not 188 more than the last, bytes are missing or were skipped.
         *
         * @param position of its first byte in the stream
         * @param bytes has it at {@code offset}; valid during the call
         */
        void packet(long position, byte[] bytes, int offset);
    }

    private final Sink sink;

    /** What was not delivered yet: {@code heldBytes} from index 0, the last of which stands in front of {@code next}. */
    private final byte[] held = new byte[2 * LOCK_BYTES];

    private int heldBytes;
    private long next = NOWHERE;
    private boolean locked;
    private long skippedBytes;
    private long packets;

    public TsPackets(Sink sink) {
        this.sink = sink;
    }

    /** Takes the bytes that follow those of the last call. */
    public void accept(byte[] bytes, int offset, int length) {
        accept(Math.max(0, next), bytes, offset, length);
    }

    /** Takes bytes that stand at {@code position} of the stream; where they do not follow the last ones, begins anew. */
    public void accept(long position, byte[] bytes, int offset, int length) {
        if (position != next) {
            interrupt();
            next = position;
        }
        int from = offset;
        int end = offset + length;
        while (from < end) {
            // Whole packets need not be copied.
            if (locked && heldBytes == 0) {
                from = deliver(bytes, from, end);
            }
            int taken = Math.min(end - from, held.length - heldBytes);
            if (taken > 0) {
                System.arraycopy(bytes, from, held, heldBytes, taken);
                heldBytes += taken;
                from += taken;
                next += taken;
                drain();
            }
        }
    }

    /** Notes that bytes are missing here: half a packet is dropped, and packets are looked for anew. */
    public void interrupt() {
        skippedBytes += heldBytes;
        heldBytes = 0;
        locked = false;
    }

    /** Packets delivered. */
    public long packets() {
        return packets;
    }

    /** Bytes that belonged to no packet. */
    public long skippedBytes() {
        return skippedBytes;
    }

    private int deliver(byte[] bytes, int from, int end) {
        int at = from;
        while (end - at >= PACKET_BYTES && bytes[at] == SYNC) {
            packets++;
            sink.packet(next, bytes, at);
            at += PACKET_BYTES;
            next += PACKET_BYTES;
        }
        return at;
    }

    private void drain() {
        int at = 0;
        while (true) {
            if (!locked) {
                int found = find(at);
                skippedBytes += found - at;
                at = found;
                if (!locked) {
                    break;
                }
            }
            if (heldBytes - at < PACKET_BYTES) {
                break;
            }
            if (held[at] == SYNC) {
                packets++;
                sink.packet(next - heldBytes + at, held, at);
                at += PACKET_BYTES;
            } else {
                locked = false;
            }
        }
        heldBytes -= at;
        System.arraycopy(held, at, held, 0, heldBytes);
    }

    /** The first place from {@code from} on where packets may begin; locks if as many follow as must. */
    private int find(int from) {
        for (int at = from; at < heldBytes; at++) {
            int matches = 0;
            while (matches < LOCK_PACKETS
                    && at + matches * PACKET_BYTES < heldBytes
                    && held[at + matches * PACKET_BYTES] == SYNC) {
                matches++;
            }
            if (matches == LOCK_PACKETS) {
                locked = true;
                return at;
            }
            if (at + matches * PACKET_BYTES >= heldBytes) {
                return at;
            }
        }
        return heldBytes;
    }
}
