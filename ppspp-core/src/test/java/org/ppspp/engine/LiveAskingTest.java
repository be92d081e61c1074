package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.sim.LiveStream;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.SupportedMessages;

/** For how long a viewer waits for what it asked of one peer: chunks that come late are of no use. */
class LiveAskingTest {
    private static final int WIDTH = 64;
    private static final long STEP = 300 * Limits.MILLISECOND;

    private final LiveStream stream =
            new LiveStream(1, IntegrityMethod.UNIFIED_MERKLE_TREE, ChunkAddressing.CHUNK_RANGES_32, 64 * WIDTH);
    private final Engine engine = new Engine(EngineConfig.defaults(), 0, new SplittableRandom(1));
    private final Swarm swarm = viewing();
    private final Channel channel = connect();

    private Swarm viewing() {
        engine.join(0, SwarmConfig.live(stream.metadata(), stream.viewer(), ExchangeConfig.OFF));
        return Objects.requireNonNull(engine.swarm(stream.metadata().swarmId()));
    }

    private Channel connect() {
        Channel fresh = new Channel(engine, swarm, RawPeer.address(1), false, 1, Dialect.RFC7574, 0);
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
}
