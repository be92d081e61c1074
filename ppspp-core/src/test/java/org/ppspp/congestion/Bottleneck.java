package org.ppspp.congestion;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;

/** Virtual time and one link with a tail-drop queue that all flows of a test send through; the way back is free. */
final class Bottleneck {
    static final long MILLI = 1_000_000;
    static final long SECOND = 1_000_000_000;

    private record Event(long at, long order, Runnable action) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
    private final double bytesPerNano;
    private final long bufferBytes;
    private final long propagationNanos;
    private final double loss;
    private final Random random;

    private long now = 7 * SECOND;
    private long order;
    private long busyUntil = now;

    /** Counts queueing delay seen by arriving datagrams since the last reset. */
    private double queueSum;

    private long queueCount;

    Bottleneck(double megabits, long bufferBytes, long rttNanos, double loss, long seed) {
        bytesPerNano = megabits / 8e3;
        this.bufferBytes = bufferBytes;
        propagationNanos = rttNanos / 2;
        this.loss = loss;
        random = new Random(seed);
    }

    long now() {
        return now;
    }

    void at(long time, Runnable action) {
        events.add(new Event(Math.max(time, now), order++, action));
    }

    void runFor(long nanos) {
        long end = now + nanos;
        while (!events.isEmpty() && events.element().at() <= end) {
            Event event = events.remove();
            now = event.at();
            event.action().run();
        }
        now = end;
    }

    /** Over the link with its queue. */
    void transmit(int bytes, Runnable delivered) {
        long waiting = Math.max(0, busyUntil - now);
        queueSum += waiting;
        queueCount++;
        if (waiting * bytesPerNano + bytes > bufferBytes || random.nextDouble() < loss) {
            return;
        }
        busyUntil = now + waiting + Math.round(bytes / bytesPerNano);
        at(busyUntil + propagationNanos, delivered);
    }

    void answer(Runnable delivered) {
        at(now + propagationNanos, delivered);
    }

    double meanQueueMillis() {
        return queueCount == 0 ? 0 : queueSum / queueCount / MILLI;
    }

    void resetQueueMeasure() {
        queueSum = 0;
        queueCount = 0;
    }
}
