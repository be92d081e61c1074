package org.ppspp.media.input;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** {@code tcp://HOST:PORT}: an encoder that listens. */
record ConnectFeed(String host, int remotePort) implements Feed {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @Override
    public Delivery next(Lifetime lifetime) throws IOException {
        Socket socket = lifetime.hold(new Socket());
        try {
            socket.connect(new InetSocketAddress(host, remotePort), (int) TIMEOUT.toMillis());
            Delivery delivery = Feeds.of(socket);
            lifetime.forget(socket);
            return delivery;
        } catch (IOException e) {
            lifetime.release(socket);
            throw e;
        }
    }
}
