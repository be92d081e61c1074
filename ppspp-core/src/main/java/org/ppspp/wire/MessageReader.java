package org.ppspp.wire;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.chunk.ContentLayout;

/**
 * A cursor over the messages of one datagram, whatever its bytes are (RFC 7574 §8).
 *
 * <p>{@link #next} returns one message at a time, so that each takes effect before the next is looked at (§3). The first
 * malformed one ends the datagram: nothing behind it can be found. Every step consumes at least one byte, and nothing is
 * allocated for bytes that are not there. A reader belongs to one datagram; the datagram stays its caller's.
 */
public final class MessageReader {
    /** Messages in a datagram: more than the chunks and hashes that fit one, too few to keep anyone busy. */
    public static final int DEFAULT_MAX_MESSAGES = 256;

    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    /** Larger than every number on the wire, as unsigned numbers go. */
    private static final long UNBOUNDED = -1;

    private final ByteBuf in;
    private final WireFormat format;
    private final int maxMessages;
    private boolean named;
    private boolean handshakeAllowed = true;
    private boolean ended;
    private int messages;

    /** The specification just read, in chunks and as unsigned numbers until checked. */
    private long first;

    private long last;

    /** Reads at most {@link #DEFAULT_MAX_MESSAGES} messages from behind the channel ID. */
    public MessageReader(ByteBuf datagramAfterChannelId, WireFormat format) {
        this(datagramAfterChannelId, format, DEFAULT_MAX_MESSAGES);
    }

    /** Reads at most {@code maxMessages} messages from behind the channel ID. */
    public MessageReader(ByteBuf datagramAfterChannelId, WireFormat format, int maxMessages) {
        this.in = datagramAfterChannelId;
        this.format = format;
        this.maxMessages = maxMessages;
    }

    /** Reads what follows a HANDSHAKE that {@link #readHandshake} took; there must be no other. */
    public static MessageReader afterHandshake(ByteBuf datagramAfterHandshake, WireFormat format, int maxMessages) {
        MessageReader reader = new MessageReader(datagramAfterHandshake, format, maxMessages);
        reader.handshakeAllowed = false;
        return reader;
    }

    /** Reads the channel ID in front of the messages; 0 where the sender opens a channel (RFC 7574 §8.3). */
    public static int readChannel(ByteBuf datagram) throws MalformedMessageException {
        Bounds.require(datagram, Integer.BYTES);
        return datagram.readInt();
    }

    /**
     * Reads the HANDSHAKE that a datagram must start with when its swarm is not known yet, and leaves the reader index
     * behind it. The options are only known to be well-formed.
     */
    public static Message.Handshake readHandshake(ByteBuf in) throws MalformedMessageException {
        return readHandshake(in, false);
    }

    /** The same, with {@link ProtocolOptions#peerId} among the options if it is {@code named}. */
    public static Message.Handshake readHandshake(ByteBuf in, boolean named) throws MalformedMessageException {
        Bounds.require(in, 1);
        if (in.readUnsignedByte() != MessageType.HANDSHAKE) {
            throw new MalformedMessageException("the first message is not a HANDSHAKE");
        }
        return readHandshakeBody(in, named);
    }

    /** Takes {@link ProtocolOptions#peerId} in a HANDSHAKE: this is no datagram but a frame of a connection. */
    public MessageReader named() {
        named = true;
        return this;
    }

    /**
     * The next message, or null at the end of the datagram and after an error.
     *
     * @throws MalformedMessageException if the message breaks a rule; the messages before it stand
     */
    public @Nullable Message next() throws MalformedMessageException {
        while (!ended && in.isReadable()) {
            ended = true; // stays so when anything below throws
            if (messages == maxMessages) {
                throw new MalformedMessageException("too many messages in one datagram");
            }
            messages++;
            Message message = read(in.readUnsignedByte());
            handshakeAllowed = false;
            ended = false;
            if (message != null) {
                return message;
            }
        }
        return null;
    }

    /** Reads the body of a message, or returns null for one about no chunks at all, which is void. */
    private @Nullable Message read(int type) throws MalformedMessageException {
        return switch (type) {
            case MessageType.HANDSHAKE -> readHandshake();
            case MessageType.DATA -> readData();
            case MessageType.ACK -> readAck();
            case MessageType.HAVE -> readInterval() ? new Message.Have(range()) : null;
            case MessageType.INTEGRITY -> readIntegrity();
            case MessageType.PEX_RES_V4 -> new Message.PexResV4(readAddress(IPV4_BYTES));
            case MessageType.PEX_REQ -> new Message.PexReq();
            case MessageType.SIGNED_INTEGRITY -> readSignedIntegrity();
            case MessageType.REQUEST -> readInterval() ? new Message.Request(range()) : null;
            case MessageType.CANCEL -> readInterval() ? new Message.Cancel(range()) : null;
            case MessageType.CHOKE -> new Message.Choke();
            case MessageType.UNCHOKE -> new Message.Unchoke();
            case MessageType.PEX_RES_V6 -> new Message.PexResV6(readAddress(IPV6_BYTES));
            case MessageType.PEX_RES_CERT -> readCertificate();
            default -> throw new MalformedMessageException("unknown message type, of unknown length");
        };
    }

    private Message readHandshake() throws MalformedMessageException {
        if (!handshakeAllowed) {
            throw new MalformedMessageException("HANDSHAKE is not the first message");
        }
        return readHandshakeBody(in, named);
    }

    private static Message.Handshake readHandshakeBody(ByteBuf in, boolean named) throws MalformedMessageException {
        Bounds.require(in, Integer.BYTES);
        int sourceChannel = in.readInt();
        return new Message.Handshake(sourceChannel, ProtocolOptions.decode(in, named));
    }

    private Message readData() throws MalformedMessageException {
        readExact();
        if (first != last) {
            throw new MalformedMessageException("DATA does not name exactly one chunk");
        }
        long chunk = first;
        Bounds.require(in, Long.BYTES);
        long timestampMicros = in.readLong();
        int length = Math.min(format.chunkSizeBytes(), in.readableBytes());
        if (length == 0) {
            throw new MalformedMessageException("DATA without a chunk");
        }
        checkChunkLength(chunk, length);
        return new Message.Data(chunk, timestampMicros, in.readSlice(length));
    }

    /** Where the length of the content is known, so is that of each chunk. Chunks past the end are the engine's affair. */
    private void checkChunkLength(long chunk, int length) throws MalformedMessageException {
        if (format.lengthKnown()) {
            ContentLayout layout = new ContentLayout(format.chunkSizeBytes(), format.contentLengthBytes());
            if (chunk < layout.chunkCount() && length != layout.size(chunk)) {
                throw new MalformedMessageException("DATA is shorter or longer than its chunk");
            }
        }
    }

    private @Nullable Message readAck() throws MalformedMessageException {
        boolean any = readInterval();
        Bounds.require(in, Long.BYTES);
        long delayMicros = in.readLong();
        return any ? new Message.Ack(range(), delayMicros) : null;
    }

    private Message readIntegrity() throws MalformedMessageException {
        long bin = readNode();
        return new Message.Integrity(bin, readFixed(format.hashLengthBytes()));
    }

    private Message readSignedIntegrity() throws MalformedMessageException {
        readNode();
        Bounds.require(in, Long.BYTES);
        long ntpTimestamp = format.liveForm().ntpTime(in.readLong());
        return new Message.SignedIntegrity(range(), ntpTimestamp, readFixed(format.signatureLengthBytes()));
    }

    private byte[] readFixed(int length) throws MalformedMessageException {
        if (length == 0) {
            throw new MalformedMessageException("INTEGRITY or SIGNED_INTEGRITY in a swarm that does without");
        }
        return readBytes(length);
    }

    private byte[] readBytes(int length) throws MalformedMessageException {
        Bounds.require(in, length);
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }

    private InetSocketAddress readAddress(int addressBytes) throws MalformedMessageException {
        byte[] address = readBytes(addressBytes);
        Bounds.require(in, Short.BYTES);
        int port = in.readUnsignedShort();
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of " + addressBytes + " bytes", e);
        }
    }

    private Message readCertificate() throws MalformedMessageException {
        Bounds.require(in, Short.BYTES);
        int length = in.readUnsignedShort();
        if (length == 0) {
            throw new MalformedMessageException("PEX_REScert without a certificate");
        }
        return new Message.PexResCert(readBytes(length));
    }

    private ChunkRange range() {
        return new ChunkRange(first, last);
    }

    /**
     * Reads the specification of any interval, its end clipped to the largest chunk number. False for the empty bin
     * (RFC 7574 §4.2): the message is void.
     */
    private boolean readInterval() throws MalformedMessageException {
        if (!readSpecification()) {
            return false;
        }
        if (Long.compareUnsigned(last, ChunkRange.MAX_CHUNK) > 0) {
            last = ChunkRange.MAX_CHUNK;
        }
        return true;
    }

    /** Reads a specification that must say what it means: neither empty nor "everything" nor beyond all numbers. */
    private void readExact() throws MalformedMessageException {
        if (!readSpecification() || Long.compareUnsigned(last, ChunkRange.MAX_CHUNK) > 0) {
            throw new MalformedMessageException("not a chunk or node of any content");
        }
    }

    private long readNode() throws MalformedMessageException {
        readExact();
        long bin = Bin.ofRange(first, last);
        if (bin == Bin.NONE) {
            throw new MalformedMessageException("the chunks are not those of one tree node");
        }
        return bin;
    }

    /** Sets {@link #first}, a valid chunk number, and {@link #last}, not before it. False for the empty bin. */
    private boolean readSpecification() throws MalformedMessageException {
        Bounds.require(in, format.addressing().specBytes());
        boolean any = switch (format.addressing()) {
            case BINS_32 -> {
                int bin = in.readInt();
                yield setBin(bin == Integer.MAX_VALUE ? Long.MAX_VALUE : bin == -1 ? -1 : bin & 0xffffffffL);
            }
            case BINS_64 -> setBin(in.readLong());
            case CHUNK_RANGES_32 -> setRange(in.readUnsignedInt(), in.readUnsignedInt());
            case CHUNK_RANGES_64 -> setRange(in.readLong(), in.readLong());
            case BYTE_RANGES_64 -> setByteRange(in.readLong(), in.readLong());
        };
        if (any && Long.compareUnsigned(last, first) < 0) {
            throw new MalformedMessageException("the end of a range is before its start");
        }
        if (any && Long.compareUnsigned(first, ChunkRange.MAX_CHUNK) > 0) {
            throw new MalformedMessageException("chunk number too large");
        }
        return any;
    }

    /** Takes a 64-bit bin number, of which all ones means nothing and all ones but the sign everything. */
    private boolean setBin(long bin) {
        if (bin == -1) {
            return false;
        }
        if (bin == Long.MAX_VALUE) {
            return setRange(0, UNBOUNDED);
        }
        return bin < 0 ? setRange(UNBOUNDED, UNBOUNDED) : setRange(Bin.firstChunk(bin), Bin.lastChunk(bin));
    }

    private boolean setRange(long newFirst, long newLast) {
        first = newFirst;
        last = newLast;
        return true;
    }

    /** Takes byte offsets. The end is that of a chunk of full size, or of the content (RFC 7574 §4.1.2). */
    private boolean setByteRange(long firstByte, long lastByte) throws MalformedMessageException {
        int size = format.chunkSizeBytes();
        boolean fullEnd = Long.remainderUnsigned(lastByte + 1, size) == 0;
        boolean contentEnd = !format.lengthKnown() || lastByte == format.contentLengthBytes() - 1;
        if (Long.compareUnsigned(lastByte, firstByte) < 0
                || Long.remainderUnsigned(firstByte, size) != 0
                || !(fullEnd || contentEnd)) {
            throw new MalformedMessageException("the byte range is not one of whole chunks");
        }
        return setRange(Long.divideUnsigned(firstByte, size), Long.divideUnsigned(lastByte, size));
    }
}
