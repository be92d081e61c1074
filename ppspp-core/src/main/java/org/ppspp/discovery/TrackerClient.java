package org.ppspp.discovery;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.ppspp.discovery.TrackerMessage.Endpoint;
import org.ppspp.discovery.TrackerMessage.GetPeers;
import org.ppspp.discovery.TrackerMessage.NewNode;
import org.ppspp.discovery.TrackerMessage.OtherPeers;
import org.ppspp.discovery.TrackerMessage.Register;
import org.ppspp.discovery.TrackerMessage.Unregister;
import org.ppspp.engine.Reach;
import org.ppspp.net.SocketErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one swarm registered at one tracker and passes on the peers that tracker names.
 *
 * <p>A tracker that goes away is looked for again after 1, 2, 4 ... 60 seconds. Nothing is thrown: failures are told to
 * the {@link TrackerListener}. A tracker's word that a node left is not acted upon, because a peer in use shows that
 * itself. All state belongs to the event loop; the public methods may be called from any thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failed writes and closes end in channelInactive.
public final class TrackerClient {
    private static final Logger LOG = LoggerFactory.getLogger(TrackerClient.class);

    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final long FIRST_BACKOFF_MILLIS = 1_000;
    private static final long MAX_BACKOFF_MILLIS = 60_000;
    private static final long GOODBYE_TIMEOUT_MILLIS = 2_000;

    /** A tracker that leaves this many questions open is taken for dead, or for something else than a tracker. */
    private static final int MAX_UNANSWERED = 3;

    /**
     * What to ask of which tracker.
     *
     * @param trackerHost name or numeric address, looked up at each connection attempt
     * @param trackerPort 1..65535
     * @param swarmId as the other peers write it: lower-case hexadecimal
     * @param ownPort where this peer listens; its host is the local address of the connection to the tracker
     * @param refreshNanos how long after the last question for peers the next one is asked
     */
    public record Settings(String trackerHost, int trackerPort, String swarmId, int ownPort, long refreshNanos) {
        /** Usual interval between questions for peers. */
        public static final long DEFAULT_REFRESH_NANOS = TimeUnit.SECONDS.toNanos(60);

        public Settings {
            if (trackerPort < 1 || trackerPort > 65_535 || ownPort < 1 || ownPort > 65_535) {
                throw new IllegalArgumentException("ports " + trackerPort + " and " + ownPort);
            }
            if (refreshNanos <= 0) {
                throw new IllegalArgumentException("refresh of " + refreshNanos + " ns");
            }
        }
    }

    private final EventLoop loop;
    private final Class<? extends SocketChannel> channelType;
    private final HostLookup lookup;
    private final RandomGenerator random;
    private final Settings settings;
    private final TrackerListener listener;
    private final TrackerCodec codec = TrackerCodec.client();
    private final CompletableFuture<@Nullable Void> closed = new CompletableFuture<>();

    private @Nullable Connection connection;
    private @Nullable ScheduledFuture<?> retry;
    private int attempts;
    private int failures;
    private boolean closing;

    /**
     * @param channelType the socket type that goes with the loop
     * @param random spreads the reconnections of many clients
     */
    public TrackerClient(
            EventLoop loop,
            Class<? extends SocketChannel> channelType,
            HostLookup lookup,
            RandomGenerator random,
            Settings settings,
            TrackerListener listener) {
        this.loop = loop;
        this.channelType = channelType;
        this.lookup = lookup;
        this.random = random;
        this.settings = settings;
        this.listener = listener;
    }

    /** Begins to connect. To be called once. */
    public void start() {
        onLoop(this::lookUp);
    }

    /** Asks for peers now, or tries to reach the tracker now. */
    public void refresh() {
        onLoop(() -> {
            if (connection != null) {
                connection.askForPeers();
            } else if (retry != null && retry.cancel(false)) {
                lookUp();
            }
        });
    }

    /** Leaves the swarm and disconnects; nothing is told to the listener any more. Done within two seconds. */
    public CompletableFuture<@Nullable Void> close() {
        if (!onLoop(this::leave)) {
            closed.complete(null);
        }
        return closed;
    }

    private void leave() {
        if (closing) {
            return;
        }
        closing = true;
        if (retry != null) {
            retry.cancel(false);
        }
        if (connection == null) {
            closed.complete(null);
        } else {
            connection.leave();
        }
    }

    private void lookUp() {
        retry = null;
        if (closing) {
            return;
        }
        Thread thread = new Thread(this::lookUpBlocking, "ppspp-lookup");
        thread.setDaemon(true);
        thread.start();
    }

    private void lookUpBlocking() {
        try {
            InetAddress[] addresses = lookup.addresses(settings.trackerHost());
            onLoop(() -> connect(addresses));
        } catch (UnknownHostException e) {
            onLoop(() -> retryLater("host not found"));
        }
    }

    /** Returns false where the loop has come to its end, and the connection with it. */
    private boolean onLoop(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            LOG.debug("{}", describe("the event loop has ended"));
            return false;
        }
    }

    /** A host of several addresses is tried at one after the other. */
    private void connect(InetAddress[] addresses) {
        if (closing) {
            return;
        }
        InetAddress address = addresses[Math.floorMod(attempts++, addresses.length)];
        ChannelFuture attempt = new Bootstrap()
                .group(loop)
                .channel(channelType)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new LengthFraming(
                                        LengthFraming.MAX_REPLY_BYTES, LengthFraming.FRAME_TIMEOUT_NANOS))
                                .addLast(new Connection(channel));
                    }
                })
                .connect(new InetSocketAddress(address, settings.trackerPort()));
        attempt.addListener(done -> {
            if (!done.isSuccess()) {
                retryLater(reason(attempt.cause()));
            }
        });
    }

    private static String reason(@Nullable Throwable cause) {
        return cause == null ? "cannot connect" : SocketErrors.reason(cause);
    }

    private void retryLater(String reason) {
        if (closing) {
            closed.complete(null);
            return;
        }
        long backoff = Math.min(MAX_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS << Math.min(failures, 6));
        failures++;
        long delay = backoff / 2 + random.nextLong(backoff / 2 + 1);
        retry = loop.schedule(this::lookUp, delay, TimeUnit.MILLISECONDS);
        listener.reachable(false, describe(reason));
    }

    private String describe(String what) {
        return "tracker " + settings.trackerHost() + ':' + settings.trackerPort() + ": " + what;
    }

    private void received(TrackerMessage message, InetSocketAddress tracker) {
        if (!message.swarmId().equals(settings.swarmId())) {
            return;
        }
        if (message instanceof OtherPeers others) {
            tell(others.details(), tracker);
        } else if (message instanceof NewNode node) {
            tell(List.of(node.endpoint()), tracker);
        }
    }

    /** Addresses nearer than the tracker itself are not its to name (RFC 7574 §8.13, rule R19). */
    private void tell(List<Endpoint> endpoints, InetSocketAddress tracker) {
        Reach reach = Reach.of(tracker.getAddress());
        List<InetSocketAddress> peers = new ArrayList<>(endpoints.size());
        for (Endpoint endpoint : endpoints) {
            InetAddress host = endpoint.numericHost();
            if (host != null && reach.mayName(Reach.of(host))) {
                peers.add(new InetSocketAddress(host, endpoint.port()));
            }
        }
        if (!peers.isEmpty() && !closing) {
            listener.peers(peers);
        }
    }

    /** One connection to the tracker, from the handshake to the end. */
    private final class Connection extends SimpleChannelInboundHandler<ByteBuf> {
        private final Channel channel;
        private @Nullable Endpoint own;
        private @Nullable ScheduledFuture<?> nextQuestion;
        private int unanswered;
        private boolean heard;
        private String end = "connection closed by the tracker";

        Connection(Channel channel) {
            this.channel = channel;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            if (closing) {
                ctx.close();
                return;
            }
            connection = this;
            own = Endpoint.of(((InetSocketAddress) channel.localAddress()).getAddress(), settings.ownPort());
            send(new Register(settings.swarmId(), own));
            askForPeers();
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf body) {
            try {
                TrackerMessage message = codec.decode(body);
                unanswered = 0;
                failures = 0;
                if (!heard && !closing) {
                    // A connection proves little: anything may listen there.
                    heard = true;
                    listener.reachable(true, describe("answers"));
                }
                if (message != null) {
                    received(message, (InetSocketAddress) channel.remoteAddress());
                }
            } catch (MalformedTrackerMessageException e) {
                LOG.debug("{}", describe(String.valueOf(e.getMessage())));
                end = "does not speak the tracker protocol";
                ctx.close();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof LengthFraming.Violation) {
                end = "does not speak the tracker protocol";
            }
            ctx.fireUserEventTriggered(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            end = reason(cause);
            ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (nextQuestion != null) {
                nextQuestion.cancel(false);
            }
            connection = null;
            retryLater(end);
        }

        void askForPeers() {
            if (nextQuestion != null) {
                nextQuestion.cancel(false);
            }
            if (unanswered >= MAX_UNANSWERED) {
                end = "no answer";
                channel.close();
                return;
            }
            unanswered++;
            send(new GetPeers(settings.swarmId()));
            nextQuestion = loop.schedule(this::askForPeers, settings.refreshNanos(), TimeUnit.NANOSECONDS);
        }

        void leave() {
            if (own != null) {
                send(new Unregister(settings.swarmId(), own)).addListener(ChannelFutureListener.CLOSE);
            }
            loop.schedule(() -> channel.close(), GOODBYE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        }

        private ChannelFuture send(TrackerMessage message) {
            return channel.writeAndFlush(Unpooled.wrappedBuffer(codec.encode(message)));
        }
    }
}
