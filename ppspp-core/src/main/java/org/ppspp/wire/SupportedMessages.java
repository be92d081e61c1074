package org.ppspp.wire;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The message types a peer understands: the 256-bit map of the Supported Messages option (RFC 7574 §7.10).
 *
 * <p>Bit <i>t</i> counts from the left. Zero bytes at the end are cut on the wire, so equal sets have equal bytes here.
 */
public final class SupportedMessages {
    /** The fourteen types of RFC 7574: what a peer supports that does not send the option. */
    public static final SupportedMessages ALL = new SupportedMessages(new byte[] {(byte) 0xff, (byte) 0xfc});

    private static final int MAX_BYTES = 32;

    private final byte[] bits;

    private SupportedMessages(byte[] bits) {
        int length = bits.length;
        while (length > 0 && bits[length - 1] == 0) {
            length--;
        }
        this.bits = Arrays.copyOf(bits, length);
    }

    /** The set of these types, codes of {@link MessageType}. */
    public static SupportedMessages of(int... types) {
        byte[] bits = new byte[MAX_BYTES];
        for (int type : types) {
            bits[type / 8] |= (byte) (0x80 >> (type % 8));
        }
        return new SupportedMessages(bits);
    }

    /** This set less {@code types}. */
    public SupportedMessages without(int... types) {
        byte[] rest = Arrays.copyOf(bits, MAX_BYTES);
        for (int type : types) {
            rest[type / 8] &= (byte) ~(0x80 >> (type % 8));
        }
        return new SupportedMessages(rest);
    }

    /** Whether messages of {@code type} may be sent to the peer. */
    public boolean supports(int type) {
        int index = type / 8;
        return index < bits.length && (bits[index] & 0x80 >> (type % 8)) != 0;
    }

    /** Reads the option's value: a length and as many bytes. */
    static SupportedMessages decode(ByteBuf in) throws MalformedMessageException {
        Bounds.require(in, 1);
        int length = in.readUnsignedByte();
        if (length > MAX_BYTES) {
            throw new MalformedMessageException("supported messages bitmap of more than 32 bytes");
        }
        Bounds.require(in, length);
        byte[] bits = new byte[length];
        in.readBytes(bits);
        return new SupportedMessages(bits);
    }

    void encode(ByteBuf out) {
        out.writeByte(bits.length).writeBytes(bits);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SupportedMessages that && Arrays.equals(bits, that.bits);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bits);
    }

    /** The bitmap in hexadecimal, as on the wire. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bits);
    }
}
