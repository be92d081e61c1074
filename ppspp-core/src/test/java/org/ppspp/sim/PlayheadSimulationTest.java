package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.ChunkAddressing;

/** Video on demand in virtual time: a player never waits for a slow peer. */
class PlayheadSimulationTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;
    private static final int SEEDS = Integer.getInteger("ppspp.vod.seeds", 4);
    private static final long FIRST = Long.getLong("ppspp.sim.seed", 1);

    /** Bytes a second: 2 Mbit/s. */
    private static final long BITRATE = 250_000;

    private final List<Cinema> cinemas = new ArrayList<>();

    @AfterEach
    void everyoneLeaves() {
        cinemas.forEach(cinema -> cinema.peers.forEach(SimPeer::stop));
    }

    /** A viewer, which is peer 0, and seeders; the seed draws delays, chunk sizes and transports. */
    private final class Cinema {
        final SplittableRandom random;
        final long seed;
        final Simulation simulation;
        final Content content;
        final long delay;
        final List<SimPeer> peers = new ArrayList<>();
        final SimPlayer player;

        Cinema(long seed, int seconds, long... uploads) {
            this.seed = seed;
            cinemas.add(this);
            random = new SplittableRandom(seed);
            delay = (1 + random.nextLong(50)) * MILLISECOND;
            simulation = new Simulation(seed, new LinkFaults(delay, 0, 0, 0, 0, 4_000_000, 200_000));
            int chunkSize = random.nextInt(4) == 0 ? 8_192 : 1_024;
            content = new Content(random, (int) (seconds * BITRATE) - 100, chunkSize, HashFunction.SHA256);
            SwarmMetadata metadata = content.metadata(random.nextBoolean(), ChunkAddressing.CHUNK_RANGES_32);
            peers.addAll(SimPeer.seeded(simulation, content, metadata, uploads));
            peers.forEach(SimPeer::start);
            boolean tcp = random.nextInt(3) == 0;
            for (SimPeer seeder : peers.subList(1, peers.size())) {
                peers.get(0).meet(PeerOrigin.TRACKER, List.of(tcp ? seeder.tcpAddress() : seeder.address()));
            }
            player = new SimPlayer(
                    simulation, peers.get(0), content.layout(), BITRATE, BITRATE * (4 + random.nextInt(30)));
        }

        void run(long nanos) {
            simulation.run(nanos, () -> false);
        }

        /** For so long {@code peer} does a little now and then, so that it never seems to be gone. */
        void stutter(SimPeer peer, long nanos) {
            for (long at = 0; at < nanos; at += 200 * MILLISECOND) {
                simulation.after(at, () -> peer.freeze(190 * MILLISECOND));
            }
        }

        /** Lets the player come to the end. */
        void finish() {
            assertThat(simulation.run(300 * SECOND, player::ended))
                    .as("seed %d: plays to the end", seed)
                    .isTrue();
            player.close();
        }

        long roundTrip() {
            return 2 * delay;
        }

        SwarmSnapshot snapshot() {
            return Objects.requireNonNull(peers.get(0).snapshot());
        }
    }

    private static long lastSeed() {
        return Long.getLong("ppspp.sim.seed") == null ? SEEDS : FIRST;
    }

    @Test
    void playsAndSeeksAtOnceFromASeederTwiceAsFastAsTheContent() {
        for (long seed = FIRST; seed <= lastSeed(); seed++) {
            Cinema cinema = new Cinema(seed, 40, 2 * BITRATE);
            cinema.run(4 * SECOND);
            assertThat(cinema.player.firstDataNanos())
                    .as("seed %d: nanoseconds to first data", seed)
                    .isLessThan(SECOND + 4 * cinema.roundTrip());
            cinema.run(cinema.random.nextLong(8) * SECOND);
            long place = (long) (cinema.content.layout().lengthBytes() * (0.5 + 0.4 * cinema.random.nextDouble()));
            cinema.player.seek(place);
            cinema.run(4 * SECOND);
            assertThat(cinema.player.firstDataNanos())
                    .as("seed %d: nanoseconds from the seek to its first data", seed)
                    .isLessThan(SECOND + cinema.roundTrip());
            assertThat(cinema.player.startNanos())
                    .as("seed %d: nanoseconds from the seek until it plays", seed)
                    .isLessThan(2_500 * MILLISECOND);
            cinema.player.seek(10 * BITRATE);
            cinema.finish();
            assertThat(cinema.player.rebuffered()).as("seed %d", seed).isZero();
            assertThat(cinema.snapshot().duplicateChunks())
                    .as("seed %d: chunks that came twice", seed)
                    .isLessThan(cinema.content.chunkCount() / 50);
        }
    }

    @Test
    void asksElsewhereForWhatASeederThatStallsOrStuttersOwes() {
        for (long seed = FIRST; seed <= lastSeed(); seed++) {
            Cinema cinema = new Cinema(seed, 40, 3 * BITRATE / 2, 3 * BITRATE / 2);
            cinema.run(3 * SECOND + cinema.random.nextLong(3 * SECOND));
            cinema.player.seek(20 * BITRATE);
            cinema.run(2 * cinema.roundTrip());
            if (seed % 2 == 0) {
                cinema.peers.get(1).freeze(10 * SECOND);
            } else {
                cinema.stutter(cinema.peers.get(1), 10 * SECOND);
            }
            cinema.run(4 * SECOND);
            assertThat(cinema.player.startNanos())
                    .as("seed %d: nanoseconds from the seek until it plays", seed)
                    .isLessThan(2_500 * MILLISECOND);
            cinema.finish();
            assertThat(cinema.player.rebuffered()).as("seed %d", seed).isZero();
        }
    }

    @Test
    void doesNotWaitForASeederThatStallsNorForOneATenthAsFast() {
        for (long seed = FIRST; seed <= lastSeed(); seed++) {
            Cinema cinema = new Cinema(seed, 30, 3 * BITRATE / 2, 3 * BITRATE / 2, BITRATE / 10);
            int staller = 1 + cinema.random.nextInt(2);
            cinema.run(3 * SECOND + cinema.random.nextLong(15 * SECOND));
            assertThat(cinema.player.started()).as("seed %d: plays", seed).isTrue();
            cinema.peers.get(staller).freeze(10 * SECOND);
            cinema.finish();
            assertThat(cinema.player.rebuffered()).as("seed %d", seed).isZero();
            assertThat(cinema.snapshot().duplicateChunks())
                    .as("seed %d: chunks that came twice", seed)
                    .isLessThan(cinema.content.chunkCount() / 20);
        }
    }
}
