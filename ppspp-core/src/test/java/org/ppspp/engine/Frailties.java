package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.sim.Content;
import org.ppspp.wire.Message;
import org.ppspp.wire.SwarmId;

/** What the older programs cannot take, found by experiment: nothing that is sent to them may be of the kind. */
final class Frailties {
    private static final int OPTIONS_AT = 9;
    private static final int END = 255;
    private static final int MAX_OPTION_OF_LIBSWIFT = 7;
    private static final int MAX_OPTION_OF_PYPPSPP = 10;

    private final SwarmId swarmId;
    private final long chunkCount;

    Frailties(Content content) {
        this(content.rootHash(), content.chunkCount());
    }

    /** Of a swarm that has chunks below {@code chunkCount}. */
    Frailties(SwarmId swarmId, long chunkCount) {
        this.swarmId = swarmId;
        this.chunkCount = chunkCount;
    }

    /**
     * A PyPPSPP hangs on options above 10, finds the swarm ID at a fixed place only, takes the payload of messages that it
     * does not know for messages, closes the connection on INTEGRITY or an empty frame to channel 0, swallows what follows a
     * short chunk, and never answers a request for chunk 0 alone.
     */
    void sparePyppspp(byte[] frame, List<Message> messages) {
        if (frame.length == Integer.BYTES) {
            assertThat(Unpooled.wrappedBuffer(frame).getInt(0))
                    .as("a keep-alive's channel")
                    .isNotZero();
            return;
        }
        assertThat(frame.length).as("a frame's length").isGreaterThan(Integer.BYTES);
        assertThat(messages)
                .allSatisfy(message -> assertThat(message)
                        .isInstanceOfAny(
                                Message.Handshake.class,
                                Message.Have.class,
                                Message.Request.class,
                                Message.Data.class));
        oneDataLast(messages);
        List<ChunkRange> requests = RawPeer.requests(messages);
        assertThat(requests).as("requests").isNotEqualTo(List.of(ChunkRange.of(0)));
        within(requests);
        within(RawPeer.haves(messages));
        if (messages.get(0) instanceof Message.Handshake handshake) {
            options(frame, MAX_OPTION_OF_PYPPSPP);
            if (!handshake.closing()) {
                swarmIdInItsPlace(frame);
            }
        }
    }

    /**
     * A libswift drops a handshake with options above 7, crashes on a request behind the last chunk, wants one chunk in a
     * datagram with everything else in front of it, and takes the delay of an ACK's first chunk only.
     */
    void spareLibswift(byte[] datagram, List<Message> messages) {
        if (datagram.length == Integer.BYTES) {
            return;
        }
        oneDataLast(messages);
        within(RawPeer.requests(messages));
        within(RawPeer.haves(messages));
        assertThat(RawPeer.acks(messages)).allMatch(range -> range.size() == 1);
        assertThat(messages).noneMatch(m -> m instanceof Message.SignedIntegrity);
        if (messages.get(0) instanceof Message.Handshake handshake) {
            List<Integer> codes = options(datagram, MAX_OPTION_OF_LIBSWIFT);
            if (!handshake.closing()) {
                assertThat(codes).as("a missing one stays uninitialised").containsAll(Set.of(3, 4, 6));
            }
        }
    }

    private static void oneDataLast(List<Message> messages) {
        assertThat(messages).isNotEmpty();
        assertThat(messages.subList(0, messages.size() - 1)).noneMatch(m -> m instanceof Message.Data);
    }

    private void within(List<ChunkRange> ranges) {
        assertThat(ranges).allMatch(range -> range.last() < chunkCount);
    }

    private void swarmIdInItsPlace(byte[] frame) {
        ByteBuf in = Unpooled.wrappedBuffer(frame);
        assertThat(in.getByte(OPTIONS_AT)).as("version").isEqualTo((byte) 0);
        assertThat(in.getByte(OPTIONS_AT + 2)).as("minimum version").isEqualTo((byte) 1);
        assertThat(in.getByte(OPTIONS_AT + 4)).as("swarm ID").isEqualTo((byte) 2);
        byte[] there = new byte[in.getShort(OPTIONS_AT + 5)];
        in.getBytes(OPTIONS_AT + 7, there);
        assertThat(there).isEqualTo(swarmId.toBytes());
    }

    /** The codes of a handshake's options, told from the bytes alone. */
    private static List<Integer> options(byte[] datagram, int highest) {
        ByteBuf in = Unpooled.wrappedBuffer(datagram).skipBytes(OPTIONS_AT);
        List<Integer> codes = new ArrayList<>();
        for (int code = in.readUnsignedByte(); code != END; code = in.readUnsignedByte()) {
            codes.add(code);
            switch (code) {
                case 0, 1, 3, 4, 5, 6 -> in.skipBytes(1);
                case 2 -> in.skipBytes(in.readUnsignedShort());
                case 7, 9 -> in.skipBytes(Integer.BYTES);
                case 8 -> in.skipBytes(in.readUnsignedByte());
                case 10 -> in.skipBytes(2 * Long.BYTES);
                default -> throw new AssertionError("option " + code);
            }
        }
        assertThat(codes).isSorted().doesNotHaveDuplicates().allMatch(code -> code <= highest);
        return codes;
    }
}
