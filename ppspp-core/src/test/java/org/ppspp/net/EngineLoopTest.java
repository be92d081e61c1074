package org.ppspp.net;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.BindException;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.ppspp.engine.Engine;
import org.ppspp.engine.EngineConfig;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageResult;
import org.ppspp.wire.SwarmId;

/** Life and death of the loop; what it carries is tested with whole peers. */
class EngineLoopTest {
    private static final NetConfig CONFIG = LoopbackPeer.on(LoopbackPeer.IPV4);

    @Test
    void runsActionsOnItsThreadWithTheEngineAndTheTime() throws Exception {
        CompletableFuture<String> thread = new CompletableFuture<>();
        long before = EngineLoop.now();
        assertThat(before).isPositive();
        try (EngineLoop loop = running()) {
            loop.execute((engine, now) -> {
                assertThat(now).isBetween(before, EngineLoop.now());
                thread.complete(Thread.currentThread().getName());
            });
            assertThat(thread.get(10, SECONDS)).isEqualTo("ppspp-loop");
        }
    }

    @Test
    void itsTimeIsTheWallClock() throws IOException {
        try (EngineLoop loop = EngineLoop.open(CONFIG)) {
            long millis = (loop.epochMicros() + EngineLoop.now() / 1000) / 1000;
            assertThat(Instant.ofEpochMilli(millis))
                    .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
            assertThat(loop.receiveBufferBytes()).isPositive();
        }
    }

    @Test
    void anErrorOfAnActionStopsThePeer() throws Exception {
        try (EngineLoop loop = running()) {
            loop.execute((engine, now) -> {
                throw new IllegalStateException("a bug");
            });
            assertThatThrownBy(() -> loop.terminated().get(10, SECONDS))
                    .hasRootCauseInstanceOf(IllegalStateException.class)
                    .hasRootCauseMessage("a bug");
        }
    }

    @Test
    void closingEndsItOnceAndFreesThePort() throws Exception {
        EngineLoop loop = running();
        int port = loop.port();
        loop.close();
        loop.close();
        assertThat(loop.terminated()).isCompleted();
        NetConfig same = new NetConfig(CONFIG.addresses(), port, false, CONFIG.tcp());
        try (EngineLoop again = EngineLoop.open(same)) {
            assertThat(again.port()).isEqualTo(port);
        }
    }

    @Test
    void canBeClosedFromItsOwnThread() throws Exception {
        EngineLoop loop = running();
        loop.execute((engine, now) -> loop.close());
        loop.terminated().get(10, SECONDS);
        assertThat(loop.eventLoop().isShuttingDown()).isTrue();
    }

    @Test
    void canBeClosedWithoutHavingRun() throws IOException {
        EngineLoop loop = EngineLoop.open(CONFIG);
        loop.close();
        assertThat(loop.terminated()).isCompleted();
    }

    @Test
    void runsOnlyOneEngineAndNoActionBefore() throws IOException {
        try (EngineLoop loop = EngineLoop.open(CONFIG)) {
            assertThatThrownBy(() -> loop.execute((engine, now) -> {})).isInstanceOf(IllegalStateException.class);
            run(loop);
            assertThatThrownBy(() -> run(loop)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void releasesContentThatComesTooLate() throws Exception {
        ByteBuf content = Unpooled.buffer().writeZero(64);
        EngineLoop loop = running();
        loop.close();
        StorageJob.Read read = new StorageJob.Read(SwarmId.of(new byte[20]), 0, 1);
        loop.completed(new StorageResult.Content(read, content, 0, null));
        assertThat(content.refCnt()).isZero();
    }

    @Test
    void namesTheAddressItCannotListenOn() throws Exception {
        try (EngineLoop loop = running()) {
            NetConfig same = new NetConfig(CONFIG.addresses(), loop.port(), false, CONFIG.tcp());
            assertThatThrownBy(() -> EngineLoop.open(same))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("udp:127.0.0.1:" + loop.port());
        }
    }

    private static EngineLoop running() throws IOException {
        EngineLoop loop = EngineLoop.open(CONFIG);
        run(loop);
        return loop;
    }

    private static void run(EngineLoop loop) {
        loop.run(new Engine(EngineConfig.defaults(), loop.epochMicros(), new Random(1)), job -> {}, event -> {});
    }
}
