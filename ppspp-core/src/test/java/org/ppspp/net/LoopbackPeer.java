package org.ppspp.net;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.ppspp.wire.TransportAddress;

/** Real sockets on loopback, without an engine. */
final class LoopbackPeer implements AutoCloseable {
    static final InetAddress IPV4 = address("127.0.0.1");
    static final InetAddress IPV6 = address("::1");

    private static final long PATIENCE_SECONDS = 20;

    final RecordingReceiver receiver;
    final PeerSockets sockets;

    private LoopbackPeer(NetConfig config, RecordingReceiver receiver, Receiver inlet) throws IOException {
        this.receiver = receiver;
        sockets = PeerSockets.open(config, inlet);
        run(sockets::start);
    }

    static LoopbackPeer open(NetConfig config) {
        RecordingReceiver receiver = new RecordingReceiver();
        return open(config, receiver, receiver);
    }

    /** With an inlet of its own in place of the recording one. */
    static LoopbackPeer open(NetConfig config, RecordingReceiver receiver, Receiver inlet) {
        try {
            return new LoopbackPeer(config, receiver, inlet);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static NetConfig on(InetAddress... addresses) {
        return NetConfig.onPort(0).withAddresses(List.of(addresses));
    }

    InetSocketAddress address() {
        return sockets.addresses().get(0);
    }

    TransportAddress udp() {
        return TransportAddress.udp(address());
    }

    TransportAddress tcp() {
        return TransportAddress.tcp(address());
    }

    NetCounters counters() {
        return sockets.tally().read();
    }

    /** Runs on the loop's thread, and waits for it. */
    void run(Runnable action) {
        try {
            sockets.eventLoop().submit(action).get(PATIENCE_SECONDS, SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    void sendRun(InetSocketAddress to, byte[] run, int segmentLength) {
        run(() -> {
            sockets.udp().send(to, buffer(0, run), segmentLength);
            sockets.udp().flush();
        });
    }

    void sendFrame(TransportAddress to, byte[] frame) {
        run(() -> {
            sockets.tcp().send(to, frame(frame));
            sockets.tcp().flush();
        });
    }

    /** As {@link TcpTransport#send} takes it. */
    static ByteBuf frame(byte[] body) {
        return buffer(DatagramFraming.LENGTH_BYTES, body);
    }

    private static ByteBuf buffer(int room, byte[] content) {
        return PooledByteBufAllocator.DEFAULT
                .directBuffer(room + content.length)
                .writeZero(room)
                .writeBytes(content);
    }

    @Override
    public void close() {
        try {
            if (!sockets.eventLoop().isShuttingDown()) {
                sockets.eventLoop().submit(() -> sockets.close(500)).get(PATIENCE_SECONDS, SECONDS);
            }
            sockets.terminated().get(PATIENCE_SECONDS, SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
