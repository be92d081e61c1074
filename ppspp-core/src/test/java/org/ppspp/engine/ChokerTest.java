package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.SupportedMessages;

class ChokerTest {
    private final List<Channel> channels = new ArrayList<>();
    private final Choker choker = new Choker(new SplittableRandom(7));
    private final Engine engine = new Engine(EngineConfig.defaults(), 0, new SplittableRandom(1));
    private final Swarm swarm = seeding();

    private Swarm seeding() {
        Content content = new Content(new SplittableRandom(1), 10_000, 1_024, HashFunction.SHA256);
        SwarmMetadata metadata = content.metadata(true, ChunkAddressing.CHUNK_RANGES_32);
        engine.join(0, new SwarmConfig(metadata, ChunkMap.full(10), content.upper(), List.of(content.block(0))));
        return Objects.requireNonNull(engine.swarm(metadata.swarmId()));
    }

    private void connect(int count) {
        for (int i = 0; i < count; i++) {
            int number = channels.size() + 1;
            Channel channel = new Channel(engine, swarm, RawPeer.address(number), false, number, Dialect.RFC7574, 0);
            channel.establish(number, new Greeting.Heard(Dialect.RFC7574, SupportedMessages.ALL, null, -1, null), 0);
            channels.add(channel);
        }
    }

    /** Everyone asks; what a choked peer asks for counts for nothing. */
    private void ask(List<Channel> asking) {
        for (Channel channel : asking) {
            if (!channel.serving().choking()) {
                channel.serving().queue().add(new ChunkRange(0, 9), Limits.UPLOAD_RANGES);
            }
        }
    }

    private List<Channel> served() {
        return channels.stream().filter(channel -> !channel.serving().choking()).toList();
    }

    @Test
    void servesEveryoneWhileThereAreFew() {
        connect(Limits.UNCHOKED + 10);
        ask(channels.subList(0, Limits.UNCHOKED));
        choker.decide(5, channels, true);

        assertThat(served()).as("those that ask for nothing do not count").hasSize(Limits.UNCHOKED + 10);
        assertThat(choker.next()).isEqualTo(5 + Limits.CHOKE_PERIOD);
    }

    @Test
    void servesTheBestAndOneByLot() {
        connect(40);
        ask(channels);
        for (int i = 0; i < channels.size(); i++) {
            channels.get(i).left(0, 0, 1_000 * (i * 7 % 40));
        }
        choker.decide(0, channels, true);

        List<Channel> best = new ArrayList<>();
        for (int i = 0; i < channels.size(); i++) {
            if (i * 7 % 40 > 40 - Limits.UNCHOKED) {
                best.add(channels.get(i));
            }
        }
        assertThat(best).hasSize(Limits.UNCHOKED - 1);
        assertThat(served()).hasSize(Limits.UNCHOKED).containsAll(best);
    }

    @Test
    void judgesByTheLastPeriodAlone() {
        connect(40);
        ask(channels);
        channels.forEach(channel -> channel.left(0, 0, 1_000_000));
        choker.decide(0, channels, true);

        assertThat(channels).allMatch(channel -> channel.traffic().recentBytes(true) == 0);
    }

    @Test
    void givesEveryoneATurn() {
        connect(40);
        Set<Channel> lucky = new HashSet<>();
        for (int period = 0; period < 400; period++) {
            ask(channels);
            for (int i = 0; i < Limits.UNCHOKED; i++) {
                channels.get(i).left(0, 0, 1_000);
            }
            choker.decide(period, channels, true);
            assertThat(served()).as("period %d", period).hasSize(Limits.UNCHOKED);
            lucky.addAll(served());
        }
        assertThat(lucky).hasSize(40);
    }

    @Test
    void servesChokedPeersAgainOnceThereIsRoom() {
        connect(20);
        ask(channels);
        choker.decide(0, channels, true);
        channels.removeAll(served().subList(0, 10));
        choker.decide(1, channels, true);

        assertThat(served()).hasSize(10);
    }
}
