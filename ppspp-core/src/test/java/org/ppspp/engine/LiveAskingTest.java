package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.sim.LiveStream;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.SupportedMessages;

/** For how long a viewer waits for what it asked of one peer: chunks that come late are of no use. */
class LiveAskingTest {
    private static final int WIDTH = 64;
    private static final long STEP = 300 * Limits.MILLISECOND;

    private final LiveStream stream =
            new LiveStream(1, IntegrityMethod.UNIFIED_MERKLE_TREE, ChunkAddressing.CHUNK_RANGES_32, 64 * WIDTH);
    private final Engine engine = new Engine(EngineConfig.defaults(), 0, new SplittableRandom(1));
    private final Swarm swarm = viewing();
    private final Channel channel = connect(1);

    private Swarm viewing() {
        engine.join(0, SwarmConfig.live(stream.metadata(), stream.viewer(), ExchangeConfig.OFF));
        return Objects.requireNonNull(engine.swarm(stream.metadata().swarmId()));
    }

    private Channel connect(int number) {
        Channel fresh = new Channel(engine, swarm, RawPeer.address(number), false, number, Dialect.RFC7574, 0);
        swarm.neighbours().add(fresh);
        fresh.establish(1, new Greeting.Heard(Dialect.RFC7574, SupportedMessages.ALL, null, -1, null), 0);
        return fresh;
    }

    /** Each chunk takes longer than the one before, as with a peer that is asked for more than it can send. */
    @Test
    void givesUpWhatASlowPeerOwesHoweverLongItsAnswersTake() {
        channel.asking().request(0, 0xFFFF, 0);
        for (int chunk = 0; chunk < 4; chunk++) {
            channel.asking().arrived(chunk, LiveStream.CHUNK_SIZE, (chunk + 1) * STEP);
        }
        channel.asking().giveUpOvertaken(4 * STEP - 1);
        assertThat(channel.ledger().outstanding()).isEqualTo(12);
        channel.asking().giveUpOvertaken(4 * STEP);
        assertThat(channel.ledger().outstanding()).isZero();
    }

    /** The ranges of messages of one kind that leave now. */
    private <M extends Message> List<ChunkRange> said(Class<M> type, Function<M, ChunkRange> chunks) {
        ByteBuf out = Unpooled.buffer();
        channel.outbox().write(new MessageWriter(out, stream.format()), 1_000);
        List<ChunkRange> ranges = new ArrayList<>();
        MessageReader reader = new MessageReader(out, stream.format());
        try {
            for (Message message = reader.next(); message != null; message = reader.next()) {
                if (type.isInstance(message)) {
                    ranges.add(chunks.apply(type.cast(message)));
                }
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError("what the outbox writes does not parse", e);
        }
        return ranges;
    }

    private List<ChunkRange> requests() {
        return said(Message.Request.class, Message.Request::chunks);
    }

    private List<ChunkRange> cancels() {
        return said(Message.Cancel.class, Message.Cancel::chunks);
    }

    @Test
    void aRequestGoesAgainWithTheNextWhileNoAnswerCanHaveCome() {
        channel.asking().roundTrip(0, 100 * Limits.MILLISECOND);
        long now = Limits.SECOND;
        channel.asking().request(0, 0x3, now);
        assertThat(requests()).containsExactly(new ChunkRange(0, 1));
        channel.asking().request(0, 0xF0, now + 50 * Limits.MILLISECOND);
        assertThat(requests()).containsExactly(new ChunkRange(0, 1), new ChunkRange(4, 7));
        channel.asking().request(0, 0xF00, now + 151 * Limits.MILLISECOND);
        assertThat(requests()).containsExactly(new ChunkRange(8, 11));
        channel.asking().arrived(8, LiveStream.CHUNK_SIZE, now + 160 * Limits.MILLISECOND);
        channel.asking().request(0, 0xF000, now + 170 * Limits.MILLISECOND);
        assertThat(requests()).containsExactly(new ChunkRange(12, 15));
    }

    @Test
    void takesBackWhatItGivesUp() {
        channel.asking().request(0, 0xF, 0);
        channel.asking().giveUpOvertaken(2 * Limits.LIVE_REQUEST_TIMEOUT);
        assertThat(channel.ledger().outstanding()).isZero();
        assertThat(cancels().stream().mapToLong(ChunkRange::size).sum()).isEqualTo(4);
    }

    @Test
    void takesBackWhatComesTooLateToBePlayed() {
        channel.peerHasChunks(new ChunkRange(0, 7), 0);
        swarm.requests().request(channel, 0, 0xFF, 0);
        requests();
        swarm.requests().expire(5, 1);
        assertThat(channel.ledger().expected(0)).isEqualTo(0xE0);
        assertThat(swarm.requests().requested().word(0)).isEqualTo(0xE0);
        assertThat(cancels().stream().mapToLong(ChunkRange::size).sum()).isEqualTo(5);
    }

    /** On a long path an answer that was lost once is on its way again for two round trips. */
    @Test
    void asksElsewhereNotBeforeALostAnswerCouldHaveCome() {
        long roundTrip = 200 * Limits.MILLISECOND;
        channel.asking().roundTrip(0, roundTrip);
        channel.asking().request(0, 1, 0);
        Channel idle = connect(2);
        idle.peerHasChunks(ChunkRange.of(0), 0);
        Overdue overdue = new Overdue(swarm);
        overdue.endGame(idle, 5 * roundTrip / 2 - 1);
        assertThat(idle.ledger().outstanding()).isZero();
        overdue.endGame(idle, 5 * roundTrip / 2);
        assertThat(idle.ledger().outstanding()).isEqualTo(1);
    }

    /** Of a peer that has told what it has, but no signature, nothing can be asked for, so a request does not do instead. */
    @Test
    void saysTheThirdDatagramAgainUntilItIsHeard() {
        Channel dialled = new Channel(engine, swarm, RawPeer.address(2), true, 2, Dialect.RFC7574, 0);
        swarm.neighbours().add(dialled);
        dialled.establish(1, new Greeting.Heard(Dialect.RFC7574, SupportedMessages.ALL, null, -1, null), 0);
        dialled.peerHasChunks(new ChunkRange(0, 63), 0);
        assertThat(dialled.transmit(0, Unpooled.buffer(), 1)).isNotNull();
        assertThat(dialled.transmit(1, Unpooled.buffer(), 1)).isNull();
        dialled.timeout(Limits.ANNOUNCE_AGAIN);
        assertThat(dialled.transmit(Limits.ANNOUNCE_AGAIN, Unpooled.buffer(), 1))
                .isNotNull();
    }
}
