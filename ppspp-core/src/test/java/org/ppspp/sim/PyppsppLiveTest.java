package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.LiveConfig;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.TransportAddress;

/** Live streams without protection, which PyPPSPPs and ours share: ten frames a second, some eight chunks each. */
class PyppsppLiveTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long FRAME = SECOND / 10;
    private static final int FRAME_CHUNKS = 8;

    /** A PyPPSPP announces every hundred chunks and asks once a second; ours announce and ask at once. */
    private static final long BOUND = 4 * SECOND;

    private final Simulation simulation = new Simulation(1, new LinkFaults(20_000_000, 0, 0, 0, 0, 0, 1 << 20));
    private final LiveStream stream = new LiveStream(1, IntegrityMethod.NONE, ChunkAddressing.CHUNK_RANGES_32, 1_000);
    private final Set<TransportAddress> honest = new HashSet<>();
    private final List<LivePeer> ours = new ArrayList<>();
    private final List<ModelPyppsppLive> pythons = new ArrayList<>();
    private int numbers;
    private boolean producing = true;

    private LivePeer ours(boolean source) {
        LiveConfig config = source ? stream.viewer().asSource() : stream.viewer();
        LivePeer peer = new LivePeer(simulation, stream, LiveSwarm.config(0, 50), config, numbers++, true, honest);
        ours.add(peer);
        peer.start();
        return peer;
    }

    private ModelPyppsppLive python(boolean source) {
        ModelPyppsppLive model = new ModelPyppsppLive(simulation, stream, source, numbers++, honest);
        pythons.add(model);
        model.start();
        return model;
    }

    private void produce(LivePeer source) {
        if (producing) {
            source.produce(FRAME_CHUNKS);
            simulation.after(FRAME, () -> produce(source));
        }
    }

    private void produce(ModelPyppsppLive source) {
        if (producing) {
            source.produce(FRAME_CHUNKS, NtpTime.ofUnixMicros(1 + simulation.now() / 1_000));
            simulation.after(FRAME, () -> produce(source));
        }
    }

    private void run(long nanos) {
        simulation.run(nanos, () -> false);
    }

    private void assertGotAll(LongFunction<@Nullable Long> storedAt, long since) {
        int all = 0;
        for (LiveStream.Piece piece : stream.pieces()) {
            if (piece.at() < since || piece.at() + BOUND > simulation.now()) {
                continue;
            }
            for (long chunk = piece.segment().chunks().first();
                    chunk <= piece.segment().chunks().last();
                    chunk++) {
                all++;
                Long at = storedAt.apply(chunk);
                assertThat(at).as("chunk %d", chunk).isNotNull();
                assertThat(at - piece.at()).as("delay of chunk %d", chunk).isLessThanOrEqualTo(BOUND);
            }
        }
        assertThat(all).isGreaterThan(100);
    }

    @AfterEach
    void end() {
        producing = false;
        ours.forEach(LivePeer::stop);
        pythons.forEach(ModelPyppsppLive::stop);
        simulation.end();
    }

    @Test
    @DisplayName("our source serves PyPPSPP's clients, also those that come when the first chunks are gone")
    void servesItsClients() {
        LivePeer source = ours(true);
        produce(source);
        ModelPyppsppLive early = python(false);
        early.introduce(source);
        run(30 * SECOND);
        ModelPyppsppLive late = python(false);
        late.introduce(source);
        late.introduce(early);
        long joined = simulation.now();
        run(30 * SECOND);
        assertGotAll(early::storedAt, 3 * SECOND);
        // It asks for the oldest chunks first, 150 a second.
        assertGotAll(late::storedAt, joined + 15 * SECOND);
    }

    @Test
    @DisplayName("ours watch PyPPSPP's source, and know its rate")
    void watchesItsSource() {
        ModelPyppsppLive source = python(true);
        produce(source);
        run(20 * SECOND);
        LivePeer first = ours(false);
        source.introduce(first);
        LivePeer second = ours(false);
        source.introduce(second);
        first.meet(List.of(second.tcpAddress()));
        long joined = simulation.now();
        run(30 * SECOND);
        for (LivePeer viewer : List.of(first, second)) {
            assertGotAll(viewer::storedAt, joined + 3 * SECOND);
            assertThat(viewer.live().chunksPerSecond()).isBetween(75.0, 85.0);
            assertThat(viewer.snapshot().refusedChunks()).isZero();
            long delay = viewer.live().edge() + 1 - viewer.live().position();
            assertThat(delay).as("chunks to play").isBetween(4 * 80L - 40, 4 * 80L + 40);
        }
    }

    @Test
    @DisplayName("our viewer passes the stream of PyPPSPP's source on to clients that know ours alone")
    void bridges() {
        ModelPyppsppLive source = python(true);
        produce(source);
        run(15 * SECOND);
        LivePeer bridge = ours(false);
        source.introduce(bridge);
        run(5 * SECOND);
        ModelPyppsppLive client = python(false);
        client.introduce(bridge);
        LivePeer viewer = ours(false);
        viewer.meet(List.of(bridge.tcpAddress()));
        long joined = simulation.now();
        run(30 * SECOND);
        assertGotAll(client::storedAt, joined + 5 * SECOND);
        assertGotAll(viewer::storedAt, joined + 3 * SECOND);
    }

    @Test
    @DisplayName("a viewer that was cut off for longer than the window goes on at the edge")
    void goesOnAfterALongSilence() {
        ModelPyppsppLive source = python(true);
        produce(source);
        run(5 * SECOND);
        LivePeer viewer = ours(false);
        source.introduce(viewer);
        run(10 * SECOND);
        source.vanish();
        run(40 * SECOND);
        source.start();
        long back = simulation.now();
        source.introduce(viewer);
        run(30 * SECOND);
        assertGotAll(viewer::storedAt, back + 12 * SECOND);
    }

    @Test
    @DisplayName("a source that begins anew with chunk 0 is followed, some seconds after the stream before has ended")
    void followsASourceThatBeginsAnew() {
        ModelPyppsppLive before = python(true);
        produce(before);
        run(5 * SECOND);
        LivePeer viewer = ours(false);
        before.introduce(viewer);
        run(30 * SECOND);
        before.stop();
        stream.restart();
        ModelPyppsppLive after = python(true);
        produce(after);
        after.introduce(viewer);
        long anew = simulation.now();
        run(25 * SECOND);
        assertThat(viewer.events())
                .filteredOn(EngineEvent.StreamRestarted.class::isInstance)
                .hasSize(1);
        assertGotAll(viewer::storedAt, anew + 14 * SECOND);
    }
}
