package org.ppspp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.ppspp.discovery.HostLookup;
import org.ppspp.engine.Engine;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.integrity.HashFunction;
import org.ppspp.integrity.IntegrityMethod;
import org.ppspp.media.input.InputSettings;
import org.ppspp.media.input.LiveInput;
import org.ppspp.net.EngineLoop;
import org.ppspp.net.NetConfig;
import org.ppspp.storage.RingStore;
import org.ppspp.storage.StorageWorkers;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.LiveForm;
import org.ppspp.wire.SwarmId;

@Timeout(60)
final class LiveBroadcastTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CHUNK = 64;
    private static final int PIECE = 64 << 10;
    private static final int SEGMENTS_OF_PIECE = PIECE / (2 * CHUNK);

    private final Queue<EngineLoop.Action> actions = new ConcurrentLinkedQueue<>();

    @Test
    void holdsAFastInputBackWhateverItIsCutInto() throws Exception {
        SwarmMetadata metadata = new SwarmMetadata(
                SwarmId.parse("0badcafe"),
                IntegrityMethod.NONE,
                HashFunction.SHA256,
                CHUNK,
                ChunkAddressing.CHUNK_RANGES_32,
                null,
                4_096L);
        LiveSource source =
                new LiveSource(metadata, null, LiveInput.parse("udp://127.0.0.1:0", InputSettings.DEFAULT), 2, null);
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
        ExecutorService blocking = Executors.newSingleThreadExecutor();
        EngineLoop loop = EngineLoop.open(NetConfig.onPort(0).withAddresses(List.of(InetAddress.getLoopbackAddress())));
        StorageWorkers workers = new StorageWorkers(1, UnpooledByteBufAllocator.DEFAULT, result -> {});
        try {
            PeerParts parts = new PeerParts(
                    loop,
                    workers,
                    thread,
                    blocking,
                    HostLookup.system(),
                    LiveForm.RFC7574,
                    OwnAddresses.find(loop.port()));
            LiveBroadcast broadcast = new LiveBroadcast(parts, source, actions::add, problem -> {});
            broadcast.open(new RingStore(metadata, 1 << 20));
            feed(broadcast);
            broadcast.stop();
            broadcast.close();
        } finally {
            workers.close();
            loop.close();
            blocking.shutdown();
            thread.shutdown();
        }
    }

    /** Whatever the engine has not taken is bounded, also after it has taken much. */
    private void feed(LiveBroadcast broadcast) throws InterruptedException {
        Engine engine = new Engine(EngineConfig.defaults(), 0, new SplittableRandom(1));
        Thread input = new Thread(() -> {
            try {
                while (true) {
                    broadcast.accept(new byte[PIECE], 0, PIECE);
                }
            } catch (InterruptedException e) {
                // That is all.
                return;
            }
        });
        input.start();
        for (int round = 0; round < 5; round++) {
            await().atMost(PATIENCE).until(() -> !actions.isEmpty() && input.getState() == Thread.State.WAITING);
            assertThat(actions).hasSizeLessThan(64 + SEGMENTS_OF_PIECE);
            for (EngineLoop.Action action = actions.poll(); action != null; action = actions.poll()) {
                action.run(engine, 0);
            }
        }
        input.interrupt();
        input.join();
    }
}
