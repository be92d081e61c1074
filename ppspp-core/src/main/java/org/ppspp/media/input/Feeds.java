package org.ppspp.media.input;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;

/** What feeds over connections have in common. */
final class Feeds {
    /** A live encoder that says nothing for so long is gone, even if its connection does not say so. */
    static final Duration SILENCE = Duration.ofSeconds(30);

    private Feeds() {}

    /** What comes over a connection, to its end. */
    static Feed.Delivery of(Socket socket) throws IOException {
        socket.setSoTimeout((int) SILENCE.toMillis());
        return of(socket.getInputStream(), socket);
    }

    /** What {@code in} gives; {@code owner} is closed with it. */
    static Feed.Delivery of(InputStream in, Closeable owner) {
        return new Feed.Delivery() {
            @Override
            public int read(byte[] buffer) throws IOException {
                return in.read(buffer);
            }

            @Override
            public void close() throws IOException {
                owner.close();
            }
        };
    }
}
