package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.congestion.LedbatProfile;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.SupportedMessages;
import org.ppspp.wire.TransportAddress;

@DisplayName("R4: four channels, two of them for peers that a tracker named")
class SlotsTest {
    private static final long MINUTE = Limits.USELESS_AFTER;
    private static final TransportAddress STRANGER = RawPeer.address(1_000);
    private static final TransportAddress NAMED = RawPeer.address(2_000);

    private final Engine engine = new Engine(
            new EngineConfig(4, 0, 0, 1_232, 1 << 20, LedbatProfile.DEFAULT, null), 0, new SplittableRandom(1));
    private final Swarm swarm = leeching();
    private final Slots slots = swarm.neighbours().slots();
    private int number;

    private Swarm leeching() {
        Content content = new Content(new SplittableRandom(1), 10_000, 1_024, HashFunction.SHA256);
        SwarmMetadata metadata = content.metadata(true, ChunkAddressing.CHUNK_RANGES_32);
        engine.join(0, new SwarmConfig(metadata, new ChunkMap(), content.upper(), List.of()));
        name(NAMED);
        return Objects.requireNonNull(engine.swarm(metadata.swarmId()));
    }

    private void name(TransportAddress address) {
        engine.addPeers(
                0,
                new Content(new SplittableRandom(1), 10_000, 1_024, HashFunction.SHA256)
                        .metadata(true, ChunkAddressing.CHUNK_RANGES_32)
                        .swarmId(),
                List.of(address),
                PeerOrigin.TRACKER);
    }

    private Channel connect(boolean named, long now) {
        TransportAddress address = RawPeer.address(++number);
        if (named) {
            name(address);
        }
        Channel channel = new Channel(engine, swarm, address, false, number, Dialect.RFC7574, now);
        swarm.neighbours().add(channel);
        channel.establish(number, new Greeting.Heard(Dialect.RFC7574, SupportedMessages.ALL, null, -1, null), now);
        return channel;
    }

    @Test
    void keepsHalfForThoseWhoAreNamed() {
        connect(false, 0);
        assertThat(slots.admits(STRANGER, 0)).isTrue();
        connect(false, 0);

        assertThat(slots.admits(STRANGER, 0)).isFalse();
        assertThat(slots.makeRoom(STRANGER, 0)).isFalse();
        assertThat(slots.makeRoom(NAMED, 0)).isTrue();
        assertThat(swarm.channels()).hasSize(2);
    }

    @Test
    void replacesThePeerThatIsUselessForTheLongestTime() {
        Channel giving = connect(true, 0);
        Channel oldest = connect(true, 1);
        Channel older = connect(true, 2);
        connect(true, 3);
        giving.exchange().gave(MINUTE / 2);

        assertThat(slots.nextReplacement()).isEqualTo(MINUTE + 1);
        assertThat(slots.makeRoom(NAMED, MINUTE)).as("too soon").isFalse();
        assertThat(slots.admits(NAMED, MINUTE + 9)).isTrue();
        assertThat(slots.makeRoom(NAMED, MINUTE + 9)).isTrue();
        assertThat(swarm.channels()).hasSize(3).doesNotContain(oldest);
        connect(true, MINUTE + 9);

        long next = MINUTE + 9 + Limits.REPLACE_PAUSE;
        assertThat(slots.nextReplacement()).isEqualTo(next);
        assertThat(slots.makeRoom(NAMED, next - 1)).as("one in ten seconds").isFalse();
        assertThat(slots.makeRoom(NAMED, next)).isTrue();
        assertThat(swarm.channels()).contains(giving).doesNotContain(older);
    }

    @Test
    void letsStrangersReplaceOnlyStrangers() {
        Channel named = connect(true, 0);
        connect(true, 0);
        connect(true, 0);
        Channel stranger = connect(false, 1);

        assertThat(slots.makeRoom(STRANGER, MINUTE)).isFalse();
        assertThat(slots.makeRoom(STRANGER, MINUTE + 1)).isTrue();
        assertThat(swarm.channels()).contains(named).doesNotContain(stranger);
    }

    @Test
    void countsWhatComesWithoutHashesAsUse() {
        connect(true, 0);
        connect(true, 0);
        connect(true, 0);
        connect(true, 0);
        swarm.channels().forEach(channel -> channel.exchange().gaveUnproven(5));

        assertThat(slots.makeRoom(NAMED, MINUTE + 4)).isFalse();
        assertThat(slots.makeRoom(NAMED, MINUTE + 5)).isTrue();
    }

    private Channel dial(boolean named, long now) {
        TransportAddress address = RawPeer.address(++number);
        if (named) {
            name(address);
        }
        Channel channel = new Channel(engine, swarm, address, true, number, Dialect.RFC7574, now);
        swarm.neighbours().add(channel);
        return channel;
    }

    @Test
    void letsAPeerThatComesHaveThePlaceOfADialWithoutAnswer() {
        Channel first = dial(true, 0);
        Channel second = dial(true, 1);
        Channel answered = connect(true, 0);
        dial(true, 2);

        assertThat(slots.admits(NAMED, Limits.UNANSWERED_AFTER - 1)).isFalse();
        assertThat(slots.admit(NAMED, Limits.UNANSWERED_AFTER - 1)).isFalse();
        assertThat(slots.makeRoom(NAMED, Limits.UNANSWERED_AFTER))
                .as("dials do not replace dials")
                .isFalse();
        assertThat(slots.admits(STRANGER, Limits.UNANSWERED_AFTER)).isTrue();
        assertThat(slots.admit(STRANGER, Limits.UNANSWERED_AFTER)).isTrue();
        assertThat(swarm.channels()).hasSize(3).doesNotContain(first).contains(second, answered);
    }

    @Test
    void keepsHalfFromStrangersWhateverIsUnanswered() {
        connect(false, 0);
        connect(false, 0);
        dial(true, 0);
        dial(true, 0);

        assertThat(slots.admits(STRANGER, Limits.UNANSWERED_AFTER)).isFalse();
        assertThat(slots.admit(STRANGER, Limits.UNANSWERED_AFTER)).isFalse();
        assertThat(slots.admit(NAMED, Limits.UNANSWERED_AFTER)).isTrue();
        assertThat(swarm.channels()).hasSize(3);
    }
}
