package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.BitSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.MessageType;

/** What an unmodified PyPPSPP writes into frames, and what it can read of them; whatever would crash or hang it fails the test. */
final class PyppsppWords {
    static final int NO_CHANNEL = 0;
    static final int CHANNELS = 65_535;

    private static final int DISCARD_WINDOW = 1_000;
    private static final int CHUNK_SIZE = 1_024;
    private static final int RANGES_32 = 2;
    private static final int END = 255;

    /**
     * What a handshake says that matters.
     *
     * @param name of the peer, or null
     * @param discardWindow 0 for none
     */
    record Options(@Nullable UUID name, long discardWindow) {}

    private PyppsppWords() {}

    static ByteBuf to(int channel) {
        return Unpooled.buffer().writeInt(channel);
    }

    static ByteBuf handshake(int destination, int source, byte[] swarmId, UUID name) {
        ByteBuf out = to(destination).writeByte(MessageType.HANDSHAKE).writeInt(source);
        out.writeShort(0x0001)
                .writeShort(0x0101)
                .writeByte(2)
                .writeShort(swarmId.length)
                .writeBytes(swarmId);
        out.writeShort(0x0300).writeShort(0x0602).writeByte(7).writeInt(DISCARD_WINDOW);
        out.writeByte(8).writeByte(2).writeShort(0xff00).writeByte(9).writeInt(CHUNK_SIZE);
        out.writeByte(10).writeLong(name.getMostSignificantBits()).writeLong(name.getLeastSignificantBits());
        return out.writeByte(END);
    }

    static ByteBuf goodbye(int channel) {
        return to(channel)
                .writeByte(MessageType.HANDSHAKE)
                .writeInt(NO_CHANNEL)
                .writeInt(0x00010101)
                .writeByte(END);
    }

    /** Writes a message of two chunk numbers, such as HAVE, for each run of {@code chunks}. */
    static void ranges(ByteBuf out, int type, BitSet chunks) {
        for (int first = chunks.nextSetBit(0); first >= 0; first = chunks.nextSetBit(chunks.nextClearBit(first))) {
            out.writeByte(type).writeInt(first).writeInt(chunks.nextClearBit(first) - 1);
        }
    }

    /** Looks at an opening, of which a PyPPSPP finds the swarm ID at a fixed place alone. */
    static void assertOpening(ByteBuf in, byte[] swarmId) {
        assertThat(in.getUnsignedByte(in.readerIndex() + 5)).as("version first").isZero();
        assertThat(in.getUnsignedByte(in.readerIndex() + 7))
                .as("minimum version second")
                .isEqualTo((short) 1);
        assertThat(in.getUnsignedByte(in.readerIndex() + 9))
                .as("swarm ID third")
                .isEqualTo((short) 2);
        assertThat(in.getUnsignedShort(in.readerIndex() + 10)).isEqualTo(swarmId.length);
    }

    /** Reads options up to their end; whatever the original cannot skip fails. */
    static Options options(ByteBuf in, byte[] swarmId) {
        @Nullable UUID theirs = null;
        long window = 0;
        for (int code = in.readUnsignedByte(); code != END; code = in.readUnsignedByte()) {
            switch (code) {
                case 0, 1, 3, 4, 5 -> in.readByte();
                case 2 -> {
                    byte[] id = new byte[in.readUnsignedShort()];
                    in.readBytes(id);
                    assertThat(id).as("swarm ID").isEqualTo(swarmId);
                }
                case 6 -> assertThat(in.readByte()).as("chunk addressing").isEqualTo((byte) RANGES_32);
                case 7 -> window = in.readUnsignedInt();
                case 8 -> in.skipBytes(in.readUnsignedByte());
                case 9 -> assertThat(in.readInt()).as("chunk size").isEqualTo(CHUNK_SIZE);
                case 10 -> theirs = new UUID(in.readLong(), in.readLong());
                default -> throw new AssertionError("option " + code + " hangs a PyPPSPP");
            }
        }
        return new Options(theirs, window);
    }

    /** Python's any() of a set of numbers: a set with nothing but 0 counts as empty. */
    static boolean emptyAsAny(BitSet set) {
        return set.nextSetBit(1) < 0;
    }

    static boolean isAbove(UUID name, UUID other) {
        int high = Long.compareUnsigned(name.getMostSignificantBits(), other.getMostSignificantBits());
        int low = Long.compareUnsigned(name.getLeastSignificantBits(), other.getLeastSignificantBits());
        return high > 0 || (high == 0 && low > 0);
    }
}
