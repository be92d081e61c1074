package org.ppspp.media.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class FeedTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final Lifetime lifetime = new Lifetime();

    /** What the lifetime holds it would hold for ever, of each of a million encoders that come and go. */
    private void assertNotHeld(Feed.Delivery delivery, Socket encoder) throws IOException {
        lifetime.end();
        encoder.getOutputStream().write(7);
        byte[] buffer = new byte[1];
        assertThat(delivery.read(buffer)).isEqualTo(1);
        assertThat(buffer).containsExactly(7);
        delivery.close();
    }

    @Test
    void anEncoderThatConnectedBelongsToWhoeverReadsIt() throws IOException {
        ListenFeed feed = new ListenFeed(new InetSocketAddress(HERE, 0), ListenFeed.Greeter.NONE);
        feed.open(lifetime);
        try (Socket encoder = new Socket(HERE, feed.port())) {
            assertNotHeld(feed.next(lifetime), encoder);
        }
    }

    @Test
    void anEncoderThatListensBelongsToWhoeverReadsIt() throws IOException {
        try (ServerSocket listening = new ServerSocket(0, 1, HERE)) {
            ConnectFeed feed = new ConnectFeed(HERE.getHostAddress(), listening.getLocalPort());
            Feed.Delivery delivery = feed.next(lifetime);
            try (Socket encoder = listening.accept()) {
                assertNotHeld(delivery, encoder);
            }
        }
    }
}
