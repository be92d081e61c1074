package org.ppspp.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.TransportAddress;

/**
 * Virtual time and a network. Everything that happens is an action in one queue ordered by time and number, and every random
 * choice comes from one seeded generator, so the same seed gives the same run: {@link #traceHash} tells.
 */
public final class Simulation {
    private record Action(long time, long number, Runnable what) implements Comparable<Action> {
        @Override
        public int compareTo(Action other) {
            return time != other.time ? Long.compare(time, other.time) : Long.compare(number, other.number);
        }
    }

    private final SplittableRandom random;
    private final PriorityQueue<Action> actions = new PriorityQueue<>();
    private final Map<TransportAddress, SimNode> nodes = new HashMap<>();
    private final Map<SimNode, Long> linkFreeAt = new HashMap<>();
    private final List<Runnable> invariants = new ArrayList<>();
    private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
    private LinkFaults faults;
    private long now = 1;
    private long number;
    private long trace = 17;

    public Simulation(long seed, LinkFaults faults) {
        this.random = new SplittableRandom(seed);
        this.faults = faults;
    }

    public long now() {
        return now;
    }

    public RandomGenerator random() {
        return random;
    }

    /** Heap buffers that are counted: all of them must be back at the end. */
    public UnpooledByteBufAllocator buffers() {
        return buffers;
    }

    public void faults(LinkFaults changed) {
        this.faults = changed;
    }

    public void invariant(Runnable check) {
        invariants.add(check);
    }

    /** A number that depends on everything that was sent, when and where. */
    public long traceHash() {
        return trace;
    }

    void attach(TransportAddress address, SimNode node) {
        nodes.put(address, node);
    }

    void detach(TransportAddress address) {
        nodes.remove(address);
    }

    public void after(long delay, Runnable what) {
        actions.add(new Action(now + Math.max(0, delay), number++, what));
    }

    /** Runs until {@code until} holds, and tells whether it did before {@code limit} nanoseconds of virtual time passed. */
    public boolean run(long limit, BooleanSupplier until) {
        long end = now + limit;
        while (!until.getAsBoolean()) {
            Action next = actions.peek();
            if (next == null || next.time() > end) {
                now = end;
                return false;
            }
            actions.remove();
            now = next.time();
            next.what().run();
            invariants.forEach(Runnable::run);
        }
        return true;
    }

    /** Puts one datagram on the way; TCP frames arrive whole, in order and once. */
    void send(SimNode sender, TransportAddress from, TransportAddress to, byte[] datagram) {
        trace = trace * 31 + Arrays.hashCode(datagram) + to.hashCode() * 7L + now;
        if (to.reliable()) {
            after(faults.delayNanos(), () -> deliver(from, to, datagram));
            return;
        }
        long leaves = leavesAt(sender, datagram.length);
        if (leaves < 0 || random.nextDouble() < faults.lossRate()) {
            return;
        }
        int copies = random.nextDouble() < faults.duplicateRate() ? 2 : 1;
        for (int copy = 0; copy < copies; copy++) {
            long jitter = faults.jitterNanos() == 0 ? 0 : random.nextLong(faults.jitterNanos());
            byte[] arriving = random.nextDouble() < faults.corruptRate() ? flipped(datagram) : datagram;
            after(leaves - now + faults.delayNanos() + jitter, () -> deliver(from, to, arriving));
        }
    }

    private long leavesAt(SimNode sender, int bytes) {
        if (faults.bytesPerSecond() == 0) {
            return now;
        }
        long free = Math.max(now, linkFreeAt.getOrDefault(sender, 0L));
        if ((free - now) / 1e9 * faults.bytesPerSecond() > faults.queueBytes()) {
            return -1;
        }
        long leaves = free + (long) (bytes * 1e9 / faults.bytesPerSecond());
        linkFreeAt.put(sender, leaves);
        return leaves;
    }

    private byte[] flipped(byte[] datagram) {
        byte[] changed = datagram.clone();
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        return changed;
    }

    private void deliver(TransportAddress from, TransportAddress to, byte[] datagram) {
        @Nullable SimNode node = nodes.get(to);
        if (node != null) {
            ByteBuf buffer = buffers.heapBuffer(datagram.length).writeBytes(datagram);
            try {
                node.receive(from, to, buffer);
            } finally {
                buffer.release();
            }
        }
    }
}
