package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.LoneEngine.Sent;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.wire.Message;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.TransportAddress.Transport;

/** Which peers that we talk to over TCP others hear of, who will try them over UDP. */
class PexTransportTest {
    private static final ChunkRange FIRST = ChunkRange.of(0);

    private final Content content = new Content(new SplittableRandom(1), 50 * 1_024, 1_024, HashFunction.SHA1);

    /** Whom a peer is told of by a seeder that has sent a chunk to another one, which came or was dialled. */
    private List<InetSocketAddress> told(Dialect dialect, boolean dialled) {
        try (LoneEngine seeder = LoneEngine.exchanging(content, true, ExchangeConfig.addresses(Transport.UDP))) {
            TransportAddress at = TransportAddress.tcp(RawPeer.address(1).socket());
            RawPeer other = new RawPeer(seeder, at, 77, dialect);
            if (dialled) {
                List<Sent> opening = seeder.meet(at);
                other.answer(opening.get(0).bytes(), nothing -> {});
                other.say(w -> w.request(FIRST));
            } else {
                other.connect(w -> w.request(FIRST));
            }
            other.say(w -> w.have(FIRST));
            RawPeer asking = RawPeer.at(seeder, 2);
            asking.connect();
            return RawPeer.only(Message.PexResV4.class, asking.say(w -> w.pexReq())).stream()
                    .map(Message.PexResV4::address)
                    .toList();
        }
    }

    @Test
    void tellsOfAPeerAtThePortThatWasDialled() {
        assertThat(told(Dialect.RFC7574, true))
                .containsExactly(RawPeer.address(1).socket());
    }

    @Test
    void keepsToItselfThePortFromWhichAConnectionCame() {
        assertThat(told(Dialect.RFC7574, false)).isEmpty();
    }

    @Test
    void keepsToItselfAPeerThatIsNotReachedOverUdp() {
        assertThat(told(Dialect.PYPPSPP, true)).isEmpty();
    }
}
