package org.ppspp.tracker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.ppspp.discovery.LengthFraming;
import org.ppspp.discovery.MalformedTrackerMessageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last handler of a client's connection: frames to messages, and the connection's coming and going. */
@SuppressWarnings("FutureReturnValueIgnored") // A failed close ends in channelInactive.
final class ClientHandler extends SimpleChannelInboundHandler<ByteBuf> {
    private static final Logger LOG = LoggerFactory.getLogger(ClientHandler.class);

    private final Hub hub;
    private @Nullable Long id;

    ClientHandler(Hub hub) {
        this.hub = hub;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        // The address is missing when the client has hung up before we looked.
        if (ctx.channel().remoteAddress() instanceof InetSocketAddress remote) {
            id = hub.open(ctx.channel(), withoutScope(remote.getAddress()));
        }
        if (id == null) {
            LOG.debug(
                    "client={} turned away: too many connections", ctx.channel().remoteAddress());
            ctx.close();
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf body) {
        if (id == null) {
            return;
        }
        try {
            hub.received(id, hub.codec().decode(body));
        } catch (MalformedTrackerMessageException e) {
            refuse(ctx, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof LengthFraming.Violation violation) {
            refuse(ctx, violation.name());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("client={} {}", ctx.channel().remoteAddress(), cause.getMessage());
        } else {
            LOG.error(
                    "client={} closed after an unexpected error", ctx.channel().remoteAddress(), cause);
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (id != null) {
            hub.close(id);
            id = null;
        }
    }

    private void refuse(ChannelHandlerContext ctx, String why) {
        hub.malformed();
        LOG.debug("client={} closed: {}", ctx.channel().remoteAddress(), why);
        ctx.close();
    }

    /** Addresses are compared and handed out, and a scope means something on this machine only. */
    private static InetAddress withoutScope(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of an address's own bytes", e);
        }
    }
}
