package org.ppspp.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.ppspp.wire.TransportAddress;

/** Keeps everything a transport reports, for any thread to look at. */
final class RecordingReceiver implements Receiver {
    record Received(TransportAddress from, byte[] content) {}

    record Writable(TransportAddress address, boolean writable) {}

    final Queue<Received> received = new ConcurrentLinkedQueue<>();
    final Queue<TransportAddress> closed = new ConcurrentLinkedQueue<>();
    final Queue<Writable> writability = new ConcurrentLinkedQueue<>();
    final AtomicInteger bursts = new AtomicInteger();

    @Override
    public void received(TransportAddress from, ByteBuf content) {
        received.add(new Received(from, ByteBufUtil.getBytes(content)));
    }

    @Override
    public void closed(TransportAddress address) {
        closed.add(address);
    }

    @Override
    public void writable(TransportAddress address, boolean writable) {
        writability.add(new Writable(address, writable));
    }

    @Override
    public void ready() {
        bursts.incrementAndGet();
    }
}
