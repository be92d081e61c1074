package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.Engine;
import org.ppspp.engine.EngineEvent;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageResult;
import org.ppspp.engine.Transmit;
import org.ppspp.wire.TransportAddress;

/** Drives the engine of one simulated peer: its datagrams, jobs, events and deadlines. */
final class EngineDriver {
    /** Sees and does what the engine wants seen and done. */
    interface Watcher {
        void event(EngineEvent event);

        void leaving(TransportAddress to, byte[] datagram);

        /** Whether a job is answered at all. */
        boolean does(StorageJob job);

        StorageResult run(StorageJob job);

        /** Whether its process stands still for now: it neither reads nor writes, and its timers do not run. */
        default boolean frozen() {
            return false;
        }
    }

    /** Actions of one peer at one moment: more means that the engine goes round in circles. */
    private static final int STEPS_AT_ONCE = 20_000;

    private static final int SEGMENTS = 62;

    private final Simulation simulation;
    private final SimNode node;
    private final TransportAddress address;
    private final Watcher watcher;
    private final List<StorageJob> inFlight = new ArrayList<>();
    private final ByteBuf out = Unpooled.buffer(1 << 16);
    private @Nullable Engine engine;
    private int life;
    private long wakeAt = Long.MAX_VALUE;
    private long storageDelay;

    EngineDriver(Simulation simulation, SimNode node, TransportAddress address, Watcher watcher) {
        this.simulation = simulation;
        this.node = node;
        this.address = address;
        this.watcher = watcher;
    }

    @Nullable
    Engine engine() {
        return engine;
    }

    void storageDelay(long nanos) {
        storageDelay = nanos;
    }

    void start(Engine started) {
        life++;
        engine = started;
    }

    /** Drives the engine no longer, which is to be handed to {@link #close}. */
    @Nullable
    Engine stop() {
        Engine stopped = engine;
        engine = null;
        life++;
        wakeAt = Long.MAX_VALUE;
        return stopped;
    }

    /** Jobs in flight must be answered before an engine is closed. */
    void close(Engine closing) {
        for (StorageJob job : inFlight) {
            closing.completed(simulation.now(), watcher.run(job));
        }
        inFlight.clear();
        for (StorageJob job = closing.nextJob(); job != null; job = closing.nextJob()) {
            closing.completed(simulation.now(), watcher.run(job));
        }
        closing.close(simulation.now());
    }

    /** Does something with the engine and takes what it has to give then; nothing while it does not run. */
    void with(Consumer<Engine> action) {
        Engine running = engine;
        if (running != null) {
            action.accept(running);
            pump();
        }
    }

    /** Takes all that the engine has to give; to be called after each call into it. */
    void pump() {
        Engine running = engine;
        if (running == null || watcher.frozen()) {
            return;
        }
        int steps = 0;
        boolean busy = true;
        while (busy) {
            busy = false;
            for (EngineEvent event = running.nextEvent(); event != null; event = running.nextEvent()) {
                watcher.event(event);
                if (event instanceof EngineEvent.Disconnect unused) {
                    simulation.connections().disconnect(node, unused.address());
                }
            }
            Transmit transmit = running.transmit(simulation.now(), out.clear(), SEGMENTS);
            if (transmit != null) {
                busy = true;
                cut(transmit);
            }
            // Last, because sending asks for reads.
            for (StorageJob job = running.nextJob(); job != null; job = running.nextJob()) {
                busy = true;
                submit(job);
            }
            assertThat(++steps).as("I17: actions of one peer at one moment").isLessThan(STEPS_AT_ONCE);
        }
        arm(running);
    }

    private void cut(Transmit transmit) {
        assertThat(out.readableBytes()).isEqualTo(transmit.length()).isPositive();
        while (out.isReadable()) {
            byte[] datagram = new byte[Math.min(transmit.segmentLength(), out.readableBytes())];
            out.readBytes(datagram);
            watcher.leaving(transmit.destination(), datagram);
            simulation.send(node, address, transmit.destination(), datagram);
        }
    }

    private void submit(StorageJob job) {
        if (!watcher.does(job)) {
            return;
        }
        inFlight.add(job);
        int submittedIn = life;
        long delay = storageDelay == 0 ? 0 : simulation.random().nextLong(storageDelay);
        simulation.after(delay, () -> {
            Engine running = engine;
            if (running != null && life == submittedIn) {
                inFlight.remove(job);
                running.completed(simulation.now(), watcher.run(job));
                pump();
            }
        });
    }

    private void arm(Engine running) {
        long next = running.nextTimeout();
        if (next == Long.MAX_VALUE || (next >= wakeAt && wakeAt > simulation.now())) {
            return;
        }
        // A deadline in the past would be a busy loop: the engine has just had its chance.
        long at = Math.max(next, simulation.now() + 1);
        wakeAt = at;
        int armedIn = life;
        simulation.after(at - simulation.now(), () -> {
            Engine now = engine;
            if (now != null && life == armedIn && wakeAt == at) {
                wakeAt = Long.MAX_VALUE;
                if (watcher.frozen()) {
                    return;
                }
                now.timeout(simulation.now());
                pump();
            }
        });
    }
}
