package org.ppspp.media.input;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** Encoders that connect to us, one after the other: {@code tcp://:PORT?listen}, and HTTP by what {@link Greeter} says. */
final class ListenFeed implements Feed {
    /** One that comes while another delivers waits. */
    private static final int BACKLOG = 4;

    /** What is said before the stream. */
    interface Greeter {
        /** Nothing. */
        Greeter NONE = Feeds::of;

        /** The stream of an encoder that has connected. */
        Delivery greet(Socket socket) throws IOException;
    }

    private final InetSocketAddress address;
    private final Greeter greeter;
    private volatile @Nullable ServerSocket server;

    ListenFeed(InetSocketAddress address, Greeter greeter) {
        this.address = address;
        this.greeter = greeter;
    }

    @Override
    public void open(Lifetime lifetime) throws IOException {
        if (address.isUnresolved()) {
            throw new IOException("unknown host");
        }
        ServerSocket socket = lifetime.hold(new ServerSocket());
        socket.setReuseAddress(true);
        socket.bind(address, BACKLOG);
        server = socket;
    }

    @Override
    public Delivery next(Lifetime lifetime) throws IOException {
        ServerSocket listening = server;
        if (listening == null) {
            throw new IllegalStateException("not opened");
        }
        Socket socket = lifetime.hold(listening.accept());
        try {
            Delivery delivery = greeter.greet(socket);
            lifetime.forget(socket);
            return delivery;
        } catch (IOException e) {
            lifetime.release(socket);
            throw e;
        }
    }

    @Override
    public int port() {
        ServerSocket listening = server;
        return listening == null ? 0 : listening.getLocalPort();
    }
}
