package org.ppspp.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.net.BindException;
import org.ppspp.wire.TransportAddress;

/** Waits for a socket to be bound, and says which one could not be. */
final class Binding {
    private Binding() {}

    /** Blocks, so it must not be called on the loop's thread. */
    static Channel await(ChannelFuture bound, TransportAddress local) throws IOException {
        bound.awaitUninterruptibly();
        Throwable cause = bound.cause();
        if (cause == null) {
            return bound.channel();
        }
        BindException failure = new BindException("cannot listen on " + local + ": " + SocketErrors.reason(cause));
        failure.initCause(cause);
        throw failure;
    }
}
