package org.ppspp.storage;

import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.StorageJob;
import org.ppspp.engine.StorageResult;
import org.ppspp.wire.SwarmId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that read, write and hash for the engine, and make checkpoints of what they wrote.
 *
 * <p>Every job is answered exactly once, whatever happens, on a worker thread. The engine bounds how many jobs are out.
 */
public final class StorageWorkers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StorageWorkers.class);

    /** How often idle threads look for checkpoints that are due. */
    private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ByteBufAllocator allocator;
    private final Consumer<StorageResult> results;
    private final BlockingQueue<Order> queue = new LinkedBlockingQueue<>();
    private final Map<SwarmId, JobTarget> targets = new ConcurrentHashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong nextSweep = new AtomicLong(System.nanoTime() + SWEEP_NANOS);
    private final Object idle = new Object();
    private final Map<SwarmId, Integer> unanswered = new HashMap<>();
    private volatile boolean closed;

    /** What waits in the queue: a job, a wish to read, or nothing but a reason to wake up. */
    private record Order(@Nullable StorageJob job, @Nullable Reading reading) {}

    private record Reading(SwarmId swarm, long position, int maxBytes, CompletableFuture<byte[]> result) {}

    /**
     * Starts the threads.
     *
     * @param count how many; one for each processor is right
     * @param allocator of the buffers that content is read into
     * @param results takes each answer, on any worker thread; must not throw
     */
    public StorageWorkers(int count, ByteBufAllocator allocator, Consumer<StorageResult> results) {
        this.allocator = allocator;
        this.results = results;
        for (int n = 1; n <= count; n++) {
            Thread thread = new Thread(this::work, "ppspp-work-" + n);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    /** Lets jobs of {@code swarm} work on {@code content}, which stays the caller's to close. */
    public void register(SwarmId swarm, LocalContent content) {
        targets.put(swarm, new FileJobs(content));
    }

    /** Lets jobs of a live {@code swarm} work on {@code ring}. */
    public void register(SwarmId swarm, RingStore ring) {
        targets.put(swarm, new RingJobs(ring));
    }

    /** Ends that; jobs that were not run yet fail. {@link #awaitIdle} tells when all are done. */
    public void unregister(SwarmId swarm) {
        targets.remove(swarm);
    }

    public void submit(StorageJob job) {
        if (!submit(job.swarm(), new Order(job, null))) {
            throw new IllegalStateException("closed");
        }
    }

    /**
     * Reads what is {@link LocalContent#storedFrom} a place; nothing if that is missing after all. The answer comes on a
     * worker thread, as an {@link IOException} where the disk fails or the files are closed.
     */
    public CompletableFuture<byte[]> read(SwarmId swarm, long position, int maxBytes) {
        CompletableFuture<byte[]> result = new CompletableFuture<>();
        if (!submit(swarm, new Order(null, new Reading(swarm, position, maxBytes, result)))) {
            result.completeExceptionally(closed(swarm));
        }
        return result;
    }

    private boolean submit(SwarmId swarm, Order order) {
        synchronized (idle) {
            if (closed) {
                return false;
            }
            unanswered.merge(swarm, 1, Integer::sum);
            return queue.add(order);
        }
    }

    /** Waits until every job of a swarm is answered. */
    public void awaitIdle(SwarmId swarm) throws InterruptedException {
        synchronized (idle) {
            while (unanswered.containsKey(swarm)) {
                idle.wait();
            }
        }
    }

    /** Answers what was submitted and ends the threads. Not to be called on one of them. */
    @Override
    public void close() {
        synchronized (idle) {
            closed = true;
            threads.forEach(thread -> queue.add(new Order(null, null)));
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    // Jobs own buffers and files: they are always waited for.
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        JobRunner runner = new JobRunner(allocator);
        while (true) {
            boolean last = closed;
            Order order = next(last);
            if (order != null && order.job() != null) {
                answer(order.job(), runner);
            } else if (order != null && order.reading() != null) {
                answer(order.reading());
            } else if (order == null && last) {
                return;
            }
            sweep();
        }
    }

    private @Nullable Order next(boolean last) {
        try {
            return last ? queue.poll() : queue.poll(SWEEP_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // Nobody interrupts these threads to any purpose: close() ends them.
            return null;
        }
    }

    private void answer(StorageJob job, JobRunner runner) {
        JobTarget target = targets.get(job.swarm());
        try {
            results.accept(target == null ? unknown(job) : run(job, target, runner));
        } catch (RuntimeException e) {
            LOG.error(
                    "swarm={} the answer to {} was lost",
                    job.swarm(),
                    job.getClass().getSimpleName(),
                    e);
        } finally {
            answered(job.swarm());
        }
        if (target != null && job instanceof StorageJob.Write) {
            target.checkpointIfDue();
        }
    }

    private void answer(Reading reading) {
        JobTarget target = targets.get(reading.swarm());
        try {
            if (target == null) {
                throw closed(reading.swarm());
            }
            reading.result().complete(target.readStored(reading.position(), reading.maxBytes()));
        } catch (IOException e) {
            reading.result().completeExceptionally(e);
        } catch (RuntimeException | Error e) {
            LOG.error("swarm={} reading failed", reading.swarm(), e);
            reading.result().completeExceptionally(new IOException("internal error: " + e, e));
        } finally {
            answered(reading.swarm());
        }
    }

    private static IOException closed(SwarmId swarm) {
        return new IOException("the files of swarm " + swarm + " are closed");
    }

    private void answered(SwarmId swarm) {
        synchronized (idle) {
            unanswered.computeIfPresent(swarm, (key, count) -> count == 1 ? null : count - 1);
            idle.notifyAll();
        }
    }

    private static StorageResult run(StorageJob job, JobTarget target, JobRunner runner) {
        try {
            return runner.run(job, target);
        } catch (RuntimeException | Error e) {
            LOG.error("swarm={} {} failed", job.swarm(), job.getClass().getSimpleName(), e);
            return new StorageResult.Failed(job, StorageResult.Cause.IO, "internal error: " + e);
        }
    }

    private static StorageResult unknown(StorageJob job) {
        return new StorageResult.Failed(
                job, StorageResult.Cause.IO, "the files of swarm " + job.swarm() + " are closed");
    }

    /** Looks at all contents once in a while, so that the last chunks before a pause get their checkpoint too. */
    private void sweep() {
        long now = System.nanoTime();
        long due = nextSweep.get();
        if (now - due >= 0 && nextSweep.compareAndSet(due, now + SWEEP_NANOS)) {
            targets.values().forEach(JobTarget::checkpointIfDue);
        }
    }
}
