package org.ppspp.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Does numbered pieces of work on several threads and waits for them; the first failure ends it all. */
final class ParallelPieces {
    /** One thread's way to do a piece. */
    @FunctionalInterface
    interface Work {
        void run(long piece) throws IOException;
    }

    private final long pieces;
    private final AtomicLong next = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private ParallelPieces(long pieces) {
        this.pieces = pieces;
    }

    /** Runs pieces 0 to {@code pieces}-1; every thread takes its own {@code Work}, with its own buffers and digests. */
    static void run(long pieces, int threads, Supplier<Work> workers) throws IOException {
        ParallelPieces run = new ParallelPieces(pieces);
        int helpers = (int) Math.min(Math.max(threads, 1), pieces) - 1;
        List<Thread> started = new ArrayList<>();
        for (int n = 1; n <= helpers; n++) {
            Work work = workers.get();
            Thread thread = new Thread(() -> run.drain(work), "ppspp-hash-" + n);
            thread.setDaemon(true);
            thread.start();
            started.add(thread);
        }
        run.drain(workers.get());
        run.finish(started);
    }

    private void drain(Work work) {
        try {
            for (long piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted");
                }
                work.run(piece);
            }
        } catch (IOException | RuntimeException | Error e) {
            // Kept for the caller's thread; the others stop at their next piece.
            failure.compareAndSet(null, e);
            next.set(pieces);
        }
    }

    private void finish(List<Thread> started) throws IOException {
        boolean interrupted = false;
        for (Thread thread : started) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    next.set(pieces);
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            failure.compareAndSet(null, new InterruptedIOException("interrupted"));
        }
        Throwable cause = failure.get();
        if (cause instanceof IOException io) {
            throw io;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause instanceof RuntimeException bug) {
            throw bug;
        }
    }
}
