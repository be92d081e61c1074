package org.ppspp.wire;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;

/**
 * Appends the messages of RFC 7574 §8 to a buffer, which stays its owner's.
 *
 * <p>The writer does not look for space: the {@code …Bytes} methods tell what each message takes. With bins a range that
 * is not one node leaves as several messages of one node each; {@link #rangeMessages} tells how many.
 */
public final class MessageWriter {
    /** The channel ID in front of the messages; alone, it is a keep-alive. */
    public static final int CHANNEL_BYTES = 4;

    /** CHOKE, UNCHOKE and PEX_REQ: a type and nothing else. */
    public static final int EMPTY_BYTES = 1;

    private static final int TYPE_BYTES = 1;
    private static final int TIMESTAMP_BYTES = 8;
    private static final int PORT_BYTES = 2;
    private static final int MAX_CERTIFICATE_BYTES = 0xffff;

    private final ByteBuf out;
    private final WireFormat format;

    public MessageWriter(ByteBuf out, WireFormat format) {
        this.out = out;
        this.format = format;
    }

    /** Starts a datagram to the channel the receiver calls {@code id}; 0 opens one. */
    public void channel(int id) {
        out.writeInt(id);
    }

    public void handshake(int sourceChannel, ProtocolOptions options) {
        out.writeByte(MessageType.HANDSHAKE).writeInt(sourceChannel);
        options.encode(out);
    }

    public void have(ChunkRange chunks) {
        intervals(MessageType.HAVE, chunks);
    }

    public void request(ChunkRange chunks) {
        intervals(MessageType.REQUEST, chunks);
    }

    public void cancel(ChunkRange chunks) {
        intervals(MessageType.CANCEL, chunks);
    }

    /** Acknowledges {@code chunks}; with bins each of the messages repeats the delay. */
    public void ack(ChunkRange chunks, long delayMicros) {
        long first = chunks.first();
        while (first <= chunks.last()) {
            long last = messageEnd(first, chunks);
            out.writeByte(MessageType.ACK);
            specification(first, last, true);
            out.writeLong(delayMicros);
            first = last + 1;
        }
    }

    /** Writes the hash of {@code bin}, which is {@code source} from {@code offset} on for one hash length. */
    public void integrity(long bin, byte[] source, int offset) {
        out.writeByte(MessageType.INTEGRITY);
        specification(Bin.firstChunk(bin), Bin.lastChunk(bin), false);
        out.writeBytes(source, offset, format.hashLengthBytes());
    }

    /** Writes a signature of the format's length over the node of {@code chunks}. */
    public void signedIntegrity(ChunkRange chunks, long ntpTimestamp, byte[] signature) {
        if (signature.length != format.signatureLengthBytes()) {
            throw new IllegalArgumentException("a signature of " + signature.length + " bytes");
        }
        out.writeByte(MessageType.SIGNED_INTEGRITY);
        signedSpecification(chunks);
        out.writeLong(format.liveForm().onTheWire(ntpTimestamp)).writeBytes(signature);
    }

    /**
     * Writes {@code chunks}, which must be one node, as they stand in SIGNED_INTEGRITY and in the bytes that are signed
     * (RFC 7574 §8.9).
     */
    public void signedSpecification(ChunkRange chunks) {
        if (Bin.ofRange(chunks.first(), chunks.last()) == Bin.NONE) {
            throw new IllegalArgumentException("signed chunks are those of one node, not " + chunks);
        }
        specification(chunks.first(), chunks.last(), false);
    }

    /** Copies {@code length} bytes of {@code content} from {@code index} on; its own indices stay. */
    public void data(long chunk, long timestampMicros, ByteBuf content, int index, int length) {
        out.writeByte(MessageType.DATA);
        specification(chunk, chunk, true);
        out.writeLong(timestampMicros).writeBytes(content, index, length);
    }

    public void choke() {
        out.writeByte(MessageType.CHOKE);
    }

    public void unchoke() {
        out.writeByte(MessageType.UNCHOKE);
    }

    public void pexReq() {
        out.writeByte(MessageType.PEX_REQ);
    }

    /** Writes PEX_RESv4 or PEX_RESv6, as the resolved {@code address} wants. */
    public void pexRes(InetSocketAddress address) {
        byte[] host = hostBytes(address);
        out.writeByte(host.length == Integer.BYTES ? MessageType.PEX_RES_V4 : MessageType.PEX_RES_V6);
        out.writeBytes(host).writeShort(address.getPort());
    }

    public void pexResCert(byte[] certificate) {
        if (certificate.length == 0 || certificate.length > MAX_CERTIFICATE_BYTES) {
            throw new IllegalArgumentException("a certificate of " + certificate.length + " bytes");
        }
        out.writeByte(MessageType.PEX_RES_CERT).writeShort(certificate.length).writeBytes(certificate);
    }

    /** How many HAVE, REQUEST, CANCEL or ACK messages {@code chunks} take: with bins one for each node. */
    public int rangeMessages(ChunkRange chunks) {
        int count = 0;
        for (long first = chunks.first(); first <= chunks.last(); count++) {
            first = messageEnd(first, chunks) + 1;
        }
        return count;
    }

    /** Size of one HAVE message. */
    public int haveBytes() {
        return TYPE_BYTES + format.addressing().specBytes();
    }

    /** Size of one REQUEST message. */
    public int requestBytes() {
        return haveBytes();
    }

    /** Size of one CANCEL message. */
    public int cancelBytes() {
        return haveBytes();
    }

    /** Size of one ACK message. */
    public int ackBytes() {
        return haveBytes() + TIMESTAMP_BYTES;
    }

    public int integrityBytes() {
        return haveBytes() + format.hashLengthBytes();
    }

    public int signedIntegrityBytes() {
        return haveBytes() + TIMESTAMP_BYTES + format.signatureLengthBytes();
    }

    /** Size of a DATA message with a chunk of {@code chunkLength} bytes. */
    public int dataBytes(int chunkLength) {
        return haveBytes() + TIMESTAMP_BYTES + chunkLength;
    }

    public static int pexResBytes(InetSocketAddress address) {
        return TYPE_BYTES + hostBytes(address).length + PORT_BYTES;
    }

    public static int pexResCertBytes(byte[] certificate) {
        return TYPE_BYTES + Short.BYTES + certificate.length;
    }

    private static byte[] hostBytes(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("not a resolved address: " + address);
        }
        return address.getAddress().getAddress();
    }

    private boolean usesBins() {
        return format.addressing() == ChunkAddressing.BINS_32 || format.addressing() == ChunkAddressing.BINS_64;
    }

    private static boolean isEverything(long first, long last) {
        return first == 0 && last == ChunkRange.MAX_CHUNK;
    }

    private void intervals(int type, ChunkRange chunks) {
        long first = chunks.first();
        while (first <= chunks.last()) {
            long last = messageEnd(first, chunks);
            out.writeByte(type);
            specification(first, last, type == MessageType.HAVE);
            first = last + 1;
        }
    }

    /**
     * How far a message that starts at {@code first} reaches: to the end of {@code chunks}, or with bins to the end of the
     * largest node there that does not pass it.
     */
    private long messageEnd(long first, ChunkRange chunks) {
        long last = chunks.last();
        if (!usesBins() || isEverything(first, last)) {
            return last;
        }
        int layer = 63 - Long.numberOfLeadingZeros(last - first + 1);
        return first + (1L << Math.min(layer, Long.numberOfTrailingZeros(first))) - 1;
    }

    /** Writes a range; for bins, one node. {@code cut} ends byte ranges with the content, where its length is known. */
    private void specification(long first, long last, boolean cut) {
        switch (format.addressing()) {
            case BINS_32 ->
                out.writeInt(isEverything(first, last) ? Integer.MAX_VALUE : narrow(Bin.ofRange(first, last), last));
            case BINS_64 -> out.writeLong(isEverything(first, last) ? Long.MAX_VALUE : Bin.ofRange(first, last));
            case CHUNK_RANGES_32 ->
                out.writeInt(narrow(first, first)).writeInt(last == ChunkRange.MAX_CHUNK ? -1 : narrow(last, last));
            case CHUNK_RANGES_64 -> out.writeLong(first).writeLong(last);
            case BYTE_RANGES_64 -> {
                long size = format.chunkSizeBytes();
                out.writeLong(first * size).writeLong(lastByte(last, size, cut));
            }
        }
    }

    private long lastByte(long last, long size, boolean cut) {
        long full = (last + 1) * size - 1;
        return cut && format.lengthKnown() ? Math.min(full, format.contentLengthBytes() - 1) : full;
    }

    /** The low 32 bits of {@code number}, which must be all of it. */
    private static int narrow(long number, long chunk) {
        if (number >>> Integer.SIZE != 0) {
            throw new IllegalArgumentException("32-bit addressing does not reach chunk " + chunk);
        }
        return (int) number;
    }
}
