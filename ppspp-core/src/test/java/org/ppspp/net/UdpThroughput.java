package org.ppspp.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.ppspp.wire.TransportAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures UDP on loopback, sender and receiver in one process: {@code UdpThroughput [segments [nio]]}. The sender stays at
 * most two megabytes ahead, since loopback drops what the receiver's buffer cannot hold.
 */
final class UdpThroughput {
    private static final Logger LOG = LoggerFactory.getLogger(UdpThroughput.class);

    private static final int SEGMENT_BYTES = 1045;
    private static final long BYTES = 4L << 30;
    private static final long WINDOW_BYTES = 2 << 20;

    private UdpThroughput() {}

    public static void main(String[] args) throws InterruptedException {
        int segments = args.length > 0 ? Integer.parseInt(args[0]) : 62;
        NetConfig config = LoopbackPeer.on(LoopbackPeer.IPV4);
        if (args.length > 1) {
            config = config.withoutNativeTransport();
        }
        Sink sink = new Sink();
        try (LoopbackPeer to = LoopbackPeer.open(config, new RecordingReceiver(), sink);
                LoopbackPeer from = LoopbackPeer.open(config)) {
            measure(from, to, sink, segments);
            measure(from, to, sink, segments);
            LOG.info("sender {}", from.counters());
        }
    }

    private static void measure(LoopbackPeer from, LoopbackPeer to, Sink sink, int segments)
            throws InterruptedException {
        long start = System.nanoTime();
        long sending = cpuNanos(from);
        long receiving = cpuNanos(to);
        long base = sink.bytes.get();
        CountDownLatch done = new CountDownLatch(1);
        from.sockets.eventLoop().execute(new Sender(from, to.address(), sink, segments * SEGMENT_BYTES, base, done));
        done.await();
        double seconds = (System.nanoTime() - start) / 1e9;
        sink.awaitQuiet(to);
        LOG.info(
                "{} MB/s; CPU-s/GiB: sender (which spins while it waits) {}, receiver {}; lost {} bytes",
                Math.round(BYTES / seconds / 1e6),
                perGibibyte(cpuNanos(from) - sending),
                perGibibyte(cpuNanos(to) - receiving),
                from.counters().datagramBytesSent() - sink.bytes.get());
    }

    private static double perGibibyte(long nanos) {
        return Math.round(nanos / 1e7 * (1L << 30) / BYTES) / 100.0;
    }

    private static long cpuNanos(LoopbackPeer peer) {
        AtomicLong nanos = new AtomicLong();
        peer.run(() -> nanos.set(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime()));
        return nanos.get();
    }

    /** Sends a burst at a time, from the loop. */
    private record Sender(
            LoopbackPeer from, InetSocketAddress to, Sink sink, int runBytes, long base, CountDownLatch done)
            implements Runnable {

        private static final int RUNS = 16;

        @Override
        public void run() {
            UdpTransport udp = from.sockets.udp();
            long sent = from.counters().datagramBytesSent();
            for (int i = 0; i < RUNS && udp.writable() && sent - sink.bytes.get() < WINDOW_BYTES; i++) {
                ByteBuf run = PooledByteBufAllocator.DEFAULT.directBuffer(runBytes);
                udp.send(to, run.setIndex(0, runBytes), SEGMENT_BYTES);
                sent += runBytes;
            }
            udp.flush();
            if (sent - base < BYTES) {
                from.sockets.eventLoop().execute(this);
            } else {
                done.countDown();
            }
        }
    }

    private static final class Sink implements Receiver {
        final AtomicLong bytes = new AtomicLong();

        /** Waits until a turn of the receiver's loop brings nothing more. */
        void awaitQuiet(LoopbackPeer receiver) {
            long seen;
            do {
                seen = bytes.get();
                receiver.run(() -> {});
            } while (bytes.get() != seen);
        }

        @Override
        public void received(TransportAddress from, ByteBuf content) {
            bytes.lazySet(bytes.getPlain() + content.readableBytes());
        }

        @Override
        public void closed(TransportAddress address) {}

        @Override
        public void writable(TransportAddress address, boolean writable) {}

        @Override
        public void ready() {}
    }
}
