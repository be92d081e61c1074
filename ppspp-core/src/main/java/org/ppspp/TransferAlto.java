package org.ppspp;

import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.ppspp.discovery.AltoClient;
import org.ppspp.discovery.AltoException;
import org.ppspp.engine.PeerCosts;
import org.ppspp.wire.SwarmId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the peers of one transfer ranked by an ALTO server: as soon as there are any, and every 15 seconds until it is
 * complete. A server that is away costs nothing but a line in the log.
 */
final class TransferAlto {
    private static final Logger LOG = LoggerFactory.getLogger(TransferAlto.class);

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(15);

    /** Without any peer to ask for, one is waited for in growing pauses. */
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** What was known goes on to count for so many periods without an answer. */
    private static final int FAILURES_TO_FORGET = 3;

    private final PeerParts parts;
    private final SwarmId swarm;
    private final AltoConfig config;
    private final AltoClient client;

    // For the transfers' thread alone.
    private @Nullable Future<?> next;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private int failures;
    private boolean closed;

    TransferAlto(PeerParts parts, SwarmId swarm, AltoConfig config) {
        this.parts = parts;
        this.swarm = swarm;
        this.config = config;
        this.client = new AltoClient(
                new AltoClient.Settings(config.server(), config.costType(), config.higherIsBetter(), config.self()));
    }

    /** Begins; to be called on the transfers' thread, once the swarm is joined. */
    void start() {
        later(FIRST_PAUSE_NANOS);
    }

    /** Asks no more, from any thread. */
    void close() {
        parts.thread().execute(() -> {
            closed = true;
            if (next != null) {
                next.cancel(true);
            }
        });
    }

    private void later(long nanos) {
        if (!closed) {
            next = parts.thread().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        try {
            parts.loop().execute((engine, now) -> {
                Set<InetAddress> hosts = engine.hosts(swarm);
                parts.thread().execute(() -> found(hosts));
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("swarm={} the peer has stopped", swarm);
        }
    }

    private void found(Set<InetAddress> hosts) {
        if (closed) {
            return;
        }
        if (hosts.isEmpty()) {
            pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
            later(pauseNanos);
            return;
        }
        long due = System.nanoTime() + PERIOD_NANOS;
        try {
            next = parts.blocking().submit(() -> ask(hosts, due));
        } catch (RejectedExecutionException e) {
            LOG.debug("swarm={} the peer has stopped", swarm);
        }
    }

    /** Takes its time. */
    private void ask(Set<InetAddress> hosts, long due) {
        try {
            PeerCosts costs = client.costs(hosts);
            LOG.debug(
                    "swarm={} ALTO server ranks {} of {} hosts",
                    swarm,
                    costs.costs().size(),
                    hosts.size());
            parts.thread().execute(() -> answered(costs, due));
        } catch (AltoException e) {
            parts.thread().execute(() -> failed(e, due));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answered(PeerCosts costs, long due) {
        if (failures > 0) {
            LOG.info("swarm={} ALTO server {} answers", swarm, config.server());
        }
        failures = 0;
        rank(costs);
        later(due - System.nanoTime());
    }

    private void failed(AltoException cause, long due) {
        String reason = String.valueOf(cause.getMessage());
        if (failures++ == 0) {
            LOG.info("swarm={} no costs from ALTO server {}: {}", swarm, config.server(), reason);
        } else {
            LOG.debug("swarm={} still no costs from ALTO server {}: {}", swarm, config.server(), reason);
        }
        if (failures == FAILURES_TO_FORGET) {
            rank(PeerCosts.NONE);
        }
        later(due - System.nanoTime());
    }

    private void rank(PeerCosts costs) {
        if (closed) {
            return;
        }
        try {
            parts.loop().execute((engine, now) -> engine.setCosts(swarm, costs));
        } catch (RejectedExecutionException e) {
            LOG.debug("swarm={} the peer has stopped", swarm);
        }
    }
}
