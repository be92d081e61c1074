package org.ppspp;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.Dialect;
import org.ppspp.engine.LiveConfig;
import org.ppspp.engine.SwarmMetadata;

/**
 * Which live stream to watch, or to send.
 *
 * @param metadata of the swarm, with its discard window; {@link SwarmLink} reads it from what users type
 * @param source what we send, or null to watch
 * @param delay how far behind the source to play: time in which chunks that are late or lost can still come
 * @param trackers to ask for peers and to register at
 * @param peers to contact without asking a tracker
 * @param transport how peers are contacted; over TCP in any case where the stream is not protected
 * @param exchange whether peers tell each other of peers; a source never does (rule R18)
 * @param alto who says which peers are cheap, or null where nobody does
 * @param memory folder in which it is kept how far streams were seen, so that a viewer that starts again takes nothing older for
 *     new; or null to rely on the clock alone. A source needs none
 * @param events hears what happens, on a thread of the peer's that other transfers share: it should return soon
 */
public record LiveRequest(
        SwarmMetadata metadata,
        @Nullable LiveSource source,
        Duration delay,
        List<Endpoint> trackers,
        List<Endpoint> peers,
        TransportPolicy transport,
        ExchangePolicy exchange,
        @Nullable AltoConfig alto,
        @Nullable Path memory,
        Consumer<TransferEvent> events)
        implements SwarmRequest {
    /** What a stream takes to get round a swarm, and as much again for what is lost. */
    public static final Duration DEFAULT_DELAY = Duration.ofNanos(LiveConfig.DEFAULT_DELAY_NANOS);

    public LiveRequest {
        trackers = List.copyOf(trackers);
        peers = List.copyOf(peers);
        exchange = source == null ? exchange : ExchangePolicy.OFF;
        if (metadata.discardWindowChunks() == null) {
            throw new IllegalArgumentException("a live stream has a discard window");
        }
        if (!Dialect.anyFits(metadata, true)) {
            throw new IllegalArgumentException(
                    "a stream without protection has chunks of 1,024 bytes, named by 32-bit chunk ranges");
        }
        if (!Dialect.anyFits(metadata, false)) {
            transport = TransportPolicy.TCP;
        }
        if (delay.isNegative() || delay.isZero()) {
            throw new IllegalArgumentException("a live stream is watched some time later, not " + delay);
        }
    }

    /** Watches a stream, without knowing other peers yet. */
    public static LiveRequest watch(SwarmMetadata metadata) {
        return of(metadata, null);
    }

    /** Sends a stream, without knowing other peers yet. */
    public static LiveRequest broadcast(LiveSource source) {
        return of(source.metadata(), source);
    }

    private static LiveRequest of(SwarmMetadata metadata, @Nullable LiveSource source) {
        return new LiveRequest(
                metadata,
                source,
                DEFAULT_DELAY,
                List.of(),
                List.of(),
                TransportPolicy.AUTO,
                ExchangePolicy.OFF,
                null,
                null,
                event -> {});
    }

    public LiveRequest withDelay(Duration duration) {
        return new LiveRequest(metadata, source, duration, trackers, peers, transport, exchange, alto, memory, events);
    }

    public LiveRequest withTrackers(List<Endpoint> endpoints) {
        return new LiveRequest(metadata, source, delay, endpoints, peers, transport, exchange, alto, memory, events);
    }

    public LiveRequest withPeers(List<Endpoint> endpoints) {
        return new LiveRequest(metadata, source, delay, trackers, endpoints, transport, exchange, alto, memory, events);
    }

    public LiveRequest withTransport(TransportPolicy policy) {
        return new LiveRequest(metadata, source, delay, trackers, peers, policy, exchange, alto, memory, events);
    }

    public LiveRequest withExchange(ExchangePolicy policy) {
        return new LiveRequest(metadata, source, delay, trackers, peers, transport, policy, alto, memory, events);
    }

    public LiveRequest withAlto(@Nullable AltoConfig config) {
        return new LiveRequest(metadata, source, delay, trackers, peers, transport, exchange, config, memory, events);
    }

    public LiveRequest withMemory(@Nullable Path folder) {
        return new LiveRequest(metadata, source, delay, trackers, peers, transport, exchange, alto, folder, events);
    }

    @Override
    public LiveRequest withEvents(Consumer<TransferEvent> listener) {
        return new LiveRequest(metadata, source, delay, trackers, peers, transport, exchange, alto, memory, listener);
    }
}
