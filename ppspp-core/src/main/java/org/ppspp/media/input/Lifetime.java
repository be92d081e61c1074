package org.ppspp.media.input;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The time until an input is closed: what it waits for, and what it holds open, end with it. */
final class Lifetime implements Pace {
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Closeable> held = new ArrayList<>();

    boolean over() {
        return end.getCount() == 0;
    }

    /** Has this closed at the end; at once if that has been. */
    synchronized <T extends Closeable> T hold(T resource) {
        if (over()) {
            close(resource);
        } else {
            held.add(resource);
        }
        return resource;
    }

    /** Closes this now. */
    synchronized void release(Closeable resource) {
        held.remove(resource);
        close(resource);
    }

    /** Leaves this to whoever has it now. */
    synchronized void forget(Closeable resource) {
        held.remove(resource);
    }

    synchronized void end() {
        end.countDown();
        held.forEach(Lifetime::close);
        held.clear();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public boolean until(long nanos) throws InterruptedException {
        return !end.await(nanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private static void close(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            // It was for reading, and nothing more will be read.
            return;
        }
    }
}
