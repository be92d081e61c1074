package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.engine.HalfOpenTable.HalfOpen;
import org.ppspp.integrity.HashFunction;
import org.ppspp.sim.Content;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.SupportedMessages;
import org.ppspp.wire.TransportAddress;

class HalfOpenTableTest {
    private static final Greeting.Heard HEARD =
            new Greeting.Heard(Dialect.RFC7574, SupportedMessages.ALL, null, -1, null);

    private final HalfOpenTable table = new HalfOpenTable();
    private final Swarm swarm = swarm(1);

    private static Swarm swarm(int seed) {
        Content content = new Content(new SplittableRandom(seed), 5_000, 1_024, HashFunction.SHA256);
        Engine engine = new Engine(EngineConfig.defaults(), 0, new SplittableRandom(seed));
        SwarmMetadata metadata = content.metadata(false, ChunkAddressing.CHUNK_RANGES_32);
        engine.join(0, new SwarmConfig(metadata, new ChunkMap(), content.upper(), List.of()));
        return Objects.requireNonNull(engine.swarm(metadata.swarmId()));
    }

    private static TransportAddress address(int a, int b, int c, int d) {
        return RawPeer.address((byte) a, (byte) b, (byte) c, (byte) d);
    }

    private HalfOpen entry(TransportAddress address, int remoteId, int localId, long expires) {
        return new HalfOpen(address, remoteId, localId, swarm, List.of(), HEARD, new byte[] {1}, expires);
    }

    private boolean open(TransportAddress address, int number) {
        boolean admitted = table.admits(address);
        if (admitted) {
            table.add(entry(address, number, number, 10));
        }
        return admitted;
    }

    @Test
    void handsAnEntryOnlyToTheAddressThatOpened() {
        TransportAddress peer = address(60, 0, 0, 1);
        table.add(entry(peer, 7, 8, 10));

        assertThat(table.take(8, address(60, 0, 0, 2))).isNull();
        assertThat(table.take(7, peer)).isNull();
        assertThat(table.duplicate(peer, 7)).isNotNull();
        assertThat(table.duplicate(peer, 8)).isNull();
        assertThat(table.take(8, peer)).isNotNull();
        assertThat(table.take(8, peer)).as("only once").isNull();
        assertThat(table.duplicate(peer, 7)).isNull();
        assertThat(table.size()).isZero();
    }

    @Test
    void boundsOneHost() {
        TransportAddress peer = address(60, 0, 0, 1);
        for (int i = 1; i <= Limits.HALF_OPEN_PER_HOST; i++) {
            assertThat(open(peer, i)).isTrue();
        }
        assertThat(open(peer, 99)).isFalse();
        assertThat(open(address(60, 0, 0, 2), 99)).isTrue();

        table.take(3, peer);
        assertThat(open(peer, 100)).isTrue();
    }

    @Test
    void boundsOneNetwork() {
        int opened = 0;
        for (int host = 0; host < 256; host++) {
            opened += open(address(60, 0, 0, host), host + 1) ? 1 : 0;
        }
        assertThat(opened).isEqualTo(Limits.HALF_OPEN_PER_NETWORK);
        assertThat(open(address(60, 0, 1, 0), 999)).isTrue();
    }

    @Test
    void doesNotCountHostsBehindOneGateway() {
        for (int i = 1; i <= 3 * Limits.HALF_OPEN_PER_NETWORK; i++) {
            assertThat(open(address(192, 168, 1, 1), i)).isTrue();
        }
    }

    @Test
    void letsTheOldestGoWhenItIsFull() {
        for (int i = 1; i <= Limits.HALF_OPEN + 5; i++) {
            table.add(entry(address(60, i >> 8, i & 0xff, 1), i, i, 10));
        }
        assertThat(table.size()).isEqualTo(Limits.HALF_OPEN);
        assertThat(table.contains(5)).isFalse();
        assertThat(table.contains(6)).isTrue();
    }

    @Test
    void letsEntriesExpireInOrder() {
        TransportAddress peer = address(60, 0, 0, 1);
        table.add(entry(peer, 1, 1, 10));
        table.add(entry(peer, 2, 2, 20));
        assertThat(table.nextExpiry()).isEqualTo(10);

        table.expire(10);
        assertThat(table.size()).isOne();
        assertThat(table.nextExpiry()).isEqualTo(20);

        table.expire(20);
        assertThat(table.size()).isZero();
        assertThat(table.nextExpiry()).isEqualTo(Long.MAX_VALUE);
        assertThat(table.admits(peer)).isTrue();
    }

    @Test
    void forgetsASwarmOrAnAddress() {
        TransportAddress peer = address(60, 0, 0, 1);
        TransportAddress other = address(60, 0, 0, 2);
        table.add(entry(peer, 1, 1, 10));
        table.add(entry(other, 2, 2, 10));
        table.add(new HalfOpen(peer, 3, 3, swarm(2), List.of(), HEARD, new byte[0], 10));

        table.forget(other);
        assertThat(table.contains(2)).isFalse();
        table.forget(swarm);
        assertThat(table.contains(1)).isFalse();
        assertThat(table.contains(3)).isTrue();
    }

    @Test
    void countsRightWhateverComesAndGoes() {
        SplittableRandom random = new SplittableRandom(5);
        ArrayDeque<HalfOpen> entries = new ArrayDeque<>();
        for (int i = 1; i <= 20_000; i++) {
            TransportAddress from = address(60, 0, 0, random.nextInt(4));
            if (random.nextBoolean() && table.admits(from)) {
                HalfOpen added = entry(from, i, i, i + 50L);
                table.add(added);
                entries.addLast(added);
            } else if (!entries.isEmpty()) {
                HalfOpen gone = random.nextBoolean() ? entries.removeFirst() : entries.removeLast();
                assertThat(table.take(gone.localId(), gone.address()))
                        .as("step %d", i)
                        .isEqualTo(gone);
            }
            table.expire(i);
            long now = i;
            entries.removeIf(entry -> entry.expires() <= now);
            long host = entries.stream()
                    .filter(entry -> entry.address().equals(from))
                    .count();
            assertThat(table.size()).isEqualTo(entries.size());
            assertThat(table.admits(from)).as("step %d", i).isEqualTo(host < Limits.HALF_OPEN_PER_HOST);
        }
    }
}
