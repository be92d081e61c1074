package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.TransportAddress;

@DisplayName("What is announced in the datagram that opens a channel, and never again")
class OpeningRangesTest {
    private static final int CHUNKS = 1_000;

    private final Content content = new Content(new SplittableRandom(5), CHUNKS * 128, 128, HashFunction.SHA1);

    /** How many chunks a leecher asks of a peer that opens with these messages. */
    private long asked(TransportAddress from, Consumer<MessageWriter> more) {
        try (LoneEngine leecher = LoneEngine.leecher(content)) {
            RawPeer peer = new RawPeer(leecher, from, 7);
            long asked = count(peer.hear(leecher.receive(from, peer.opening(more))));
            return asked + count(peer.say(nothing -> {}));
        }
    }

    private static long count(List<Message> messages) {
        return RawPeer.requests(messages).stream().mapToLong(ChunkRange::size).sum();
    }

    /** Every other chunk. */
    private static Consumer<MessageWriter> ragged(int ranges) {
        return writer -> {
            for (int i = 0; i < ranges; i++) {
                writer.have(ChunkRange.of(2L * i));
            }
        };
    }

    @Test
    void countsUpToTheBoundOverUdp() {
        assertThat(asked(RawPeer.address(1), ragged(20))).isEqualTo(20);
        assertThat(asked(RawPeer.address(1), ragged(Limits.OPENING_RANGES_KEPT + 10)))
                .isEqualTo(Limits.OPENING_RANGES_KEPT);
    }

    @Test
    void takesNeighboursForOne() {
        assertThat(asked(RawPeer.address(1), writer -> {
                    for (int chunk = 99; chunk >= 0; chunk--) {
                        writer.have(ChunkRange.of(chunk));
                    }
                    writer.have(ChunkRange.of(200));
                }))
                .isEqualTo(101);
    }

    @Test
    void countsAllOverTcp() {
        TransportAddress tcp = TransportAddress.tcp(RawPeer.address(1).socket());
        assertThat(asked(tcp, ragged(400))).isEqualTo(400);
    }
}
