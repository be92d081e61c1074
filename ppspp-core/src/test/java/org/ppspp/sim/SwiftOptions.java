package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;

/** How a libswift reads the protocol options of a handshake. What misleads it fails the test. */
final class SwiftOptions {
    private static final int END = 255;

    private SwiftOptions() {}

    /** Reads options up to their end; false if an opening has one that makes the original drop it. */
    static boolean read(ByteBuf in, boolean opening, Content content) {
        boolean method = false;
        boolean swarm = !opening;
        boolean supported = false;
        for (int code = in.readUnsignedByte(); code != END; code = in.readUnsignedByte()) {
            switch (code) {
                case 0 -> assertThat(in.readByte()).as("version").isPositive();
                case 1, 5 -> in.readByte();
                case 2 -> {
                    byte[] id = new byte[in.readUnsignedShort()];
                    in.readBytes(id);
                    assertThat(id).as("swarm ID").isEqualTo(content.rootHash().toBytes());
                    swarm = true;
                }
                case 3 -> {
                    assertThat(in.readByte()).as("CIPM").isEqualTo((byte) 1);
                    method = true;
                }
                case 4 -> assertThat(in.readByte()).as("hash function").isZero();
                case 6 -> assertThat(in.readByte()).as("chunk addressing").isEqualTo((byte) 2);
                case 8 -> {
                    assertThat(opening).as("supported messages in an answer").isTrue();
                    in.skipBytes(in.readUnsignedByte());
                    supported = true;
                }
                case 9 -> {
                    assertThat(opening).as("chunk size in an answer").isTrue();
                    return false;
                }
                default -> throw new AssertionError("option " + code);
            }
        }
        assertThat(supported).as("supported messages that are misread").isFalse();
        assertThat(method && swarm).as("a handshake without CIPM or swarm ID").isTrue();
        return true;
    }
}
