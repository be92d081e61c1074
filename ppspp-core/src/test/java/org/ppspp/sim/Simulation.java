package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

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
    private static final int FRAMES_PER_BREAK = 20;

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
    private final SimConnections connections = new SimConnections(this);
    private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
    private LinkFaults faults;
    private long now = 1;
    private long number;
    private long trace = 17;
    private int longestCarried = Integer.MAX_VALUE;
    private int longestSent;
    private long swallowed;

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

    /** From now on longer UDP datagrams vanish without a word, as behind a tunnel whose messages are filtered. */
    void carryAtMost(int bytes) {
        longestCarried = bytes;
        longestSent = 0;
        swallowed = 0;
    }

    /** The longest UDP datagram that left since {@link #carryAtMost}. */
    int longestSent() {
        return longestSent;
    }

    /** How many were too long since {@link #carryAtMost}. */
    long swallowed() {
        return swallowed;
    }

    public void invariant(Runnable check) {
        invariants.add(check);
    }

    /** A number that depends on everything that was sent, when and where. */
    public long traceHash() {
        return trace;
    }

    /** Lets a swarm that was stopped come to rest, and returns the {@link #traceHash}. */
    long end() {
        run(1_000_000_000L, () -> false);
        assertThat(buffers.metric().usedHeapMemory())
                .as("I16: buffers are all returned")
                .isZero();
        return traceHash();
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

    /** Puts one datagram, or one TCP frame, on the way. */
    void send(SimNode sender, TransportAddress from, TransportAddress to, byte[] datagram) {
        trace = trace * 31 + Arrays.hashCode(datagram) + to.hashCode() * 7L + now;
        if (to.reliable()) {
            connections.send(sender, to, datagram);
            return;
        }
        longestSent = Math.max(longestSent, datagram.length);
        if (datagram.length > longestCarried) {
            swallowed++;
            return;
        }
        if (queued(sender) > faults.queueBytes()) {
            return;
        }
        long leaves = leaves(sender, datagram.length);
        if (random.nextDouble() < faults.lossRate()) {
            return;
        }
        int copies = random.nextDouble() < faults.duplicateRate() ? 2 : 1;
        for (int copy = 0; copy < copies; copy++) {
            long jitter = faults.jitterNanos() == 0 ? 0 : random.nextLong(faults.jitterNanos());
            byte[] arriving = random.nextDouble() < faults.corruptRate() ? flipped(datagram) : datagram;
            after(leaves - now + faults.delayNanos() + jitter, () -> deliver(from, to, arriving));
        }
    }

    /** Bytes that wait at the bottleneck of {@code sender}. */
    private double queued(SimNode sender) {
        return Math.max(0, linkFreeAt.getOrDefault(sender, 0L) - now) / 1e9 * faults.bytesPerSecond();
    }

    /** When {@code bytes} more have left {@code sender}. */
    long leaves(SimNode sender, int bytes) {
        if (faults.bytesPerSecond() == 0) {
            return now;
        }
        long free = Math.max(now, linkFreeAt.getOrDefault(sender, 0L));
        long leaves = free + (long) (bytes * 1e9 / faults.bytesPerSecond());
        linkFreeAt.put(sender, leaves);
        return leaves;
    }

    /** Propagation one way. */
    long delay() {
        return faults.delayNanos();
    }

    /** Whether a TCP connection breaks now; where datagrams get lost, connections do not last either. */
    boolean breaks() {
        return faults.lossRate() > 0 && random.nextDouble() < faults.lossRate() / FRAMES_PER_BREAK;
    }

    @Nullable
    SimNode at(TransportAddress address) {
        return nodes.get(address);
    }

    SimConnections connections() {
        return connections;
    }

    private byte[] flipped(byte[] datagram) {
        byte[] changed = datagram.clone();
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        return changed;
    }

    private void deliver(TransportAddress from, TransportAddress to, byte[] datagram) {
        @Nullable SimNode node = nodes.get(to);
        if (node != null) {
            hand(node, from, datagram);
        }
    }

    void hand(SimNode node, TransportAddress from, byte[] datagram) {
        ByteBuf buffer = buffers.heapBuffer(datagram.length).writeBytes(datagram);
        try {
            node.receive(from, buffer);
        } finally {
            buffer.release();
        }
    }
}
