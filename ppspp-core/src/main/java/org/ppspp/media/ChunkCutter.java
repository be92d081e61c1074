package org.ppspp.media;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Makes chunks of one size of a stream of bytes. Where that size is a multiple of 188 and the stream is a transport stream,
 * each chunk begins with a packet, so that a lost chunk costs whole packets and a viewer can begin at any chunk; what belongs to
 * no packet is left out. Any other stream passes as it is. Belongs to one thread.
 */
public final class ChunkCutter {
    /** Five packets: the most that fit a datagram which any path carries, with the hashes of their chunk. */
    public static final int TS_CHUNK_BYTES = 5 * TsPackets.PACKET_BYTES;

    /** A stream in whose first bytes no packets are found is no transport stream. */
    private static final int PROBE_BYTES = 4 << 10;

    private enum Kind {
        UNKNOWN,
        PACKETS,
        BYTES
    }

    private final Consumer<byte[]> sink;
    private final byte[] chunk;
    private final TsPackets packets = new TsPackets((position, bytes, offset) -> packet(bytes, offset));
    private int filledBytes;

    /** What was read while the kind was unknown. */
    private final byte[] probe = new byte[PROBE_BYTES];

    private int probedBytes;
    private Kind kind;

    /**
     * @param chunkSizeBytes of each chunk
     * @param sink takes chunks, which become its own
     */
    public ChunkCutter(int chunkSizeBytes, Consumer<byte[]> sink) {
        this.sink = sink;
        chunk = new byte[chunkSizeBytes];
        kind = chunkSizeBytes % TsPackets.PACKET_BYTES == 0 ? Kind.UNKNOWN : Kind.BYTES;
    }

    /** Takes the next bytes of the stream. */
    public void accept(byte[] bytes, int offset, int length) {
        int from = offset;
        int end = offset + length;
        while (kind == Kind.UNKNOWN && from < end) {
            int taken = Math.min(end - from, PROBE_BYTES - probedBytes);
            System.arraycopy(bytes, from, probe, probedBytes, taken);
            probedBytes += taken;
            packets.accept(bytes, from, taken);
            from += taken;
            if (kind == Kind.UNKNOWN && probedBytes == PROBE_BYTES) {
                passProbe();
            }
        }
        if (kind == Kind.PACKETS) {
            packets.accept(bytes, from, end - from);
        } else if (kind == Kind.BYTES) {
            append(bytes, from, end - from);
        }
    }

    /** Notes that the source began anew, maybe in the middle of something: half a packet must not be continued. */
    public void interrupt() {
        if (kind == Kind.PACKETS) {
            packets.interrupt();
        } else if (kind == Kind.UNKNOWN) {
            packets.interrupt();
            probedBytes = 0;
        }
    }

    /** Ends the stream, and returns what is left: less than a chunk, maybe nothing. */
    public byte[] finish() {
        if (kind == Kind.UNKNOWN) {
            passProbe();
        }
        byte[] rest = Arrays.copyOf(chunk, filledBytes);
        filledBytes = 0;
        return rest;
    }

    /** Whether the stream has been found to be a transport stream. */
    public boolean cutsPackets() {
        return kind == Kind.PACKETS;
    }

    /** Bytes left out because they belonged to no packet. */
    public long skippedBytes() {
        return kind == Kind.PACKETS ? packets.skippedBytes() : 0;
    }

    private void packet(byte[] bytes, int offset) {
        kind = Kind.PACKETS;
        append(bytes, offset, TsPackets.PACKET_BYTES);
    }

    private void passProbe() {
        kind = Kind.BYTES;
        append(probe, 0, probedBytes);
    }

    private void append(byte[] bytes, int offset, int length) {
        int from = offset;
        int end = offset + length;
        while (from < end) {
            int taken = Math.min(end - from, chunk.length - filledBytes);
            System.arraycopy(bytes, from, chunk, filledBytes, taken);
            filledBytes += taken;
            from += taken;
            if (filledBytes == chunk.length) {
                filledBytes = 0;
                sink.accept(chunk.clone());
            }
        }
    }
}
