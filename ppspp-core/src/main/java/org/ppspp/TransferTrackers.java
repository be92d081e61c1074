package org.ppspp;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.discovery.TrackerClient;
import org.ppspp.discovery.TrackerListener;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.TransportAddress;

/** Keeps one transfer registered at its trackers, and passes on the peers they name. */
final class TransferTrackers {
    private final PeerParts parts;
    private final SwarmId swarm;
    private final TransportPolicy transport;
    private final Consumer<TransferEvent> events;
    private final List<TrackerClient> clients = new ArrayList<>();

    /** {@code events} is called on the loop's thread. */
    TransferTrackers(PeerParts parts, SwarmId swarm, TransportPolicy transport, Consumer<TransferEvent> events) {
        this.parts = parts;
        this.swarm = swarm;
        this.transport = transport;
        this.events = events;
    }

    void start(List<Endpoint> trackers) {
        for (Endpoint tracker : trackers) {
            TrackerClient client = new TrackerClient(
                    parts.loop().eventLoop(),
                    parts.loop().socketChannelType(),
                    parts.lookup(),
                    new SecureRandom(),
                    new TrackerClient.Settings(
                            tracker.host(),
                            tracker.port(),
                            swarm.toString(),
                            parts.loop().port(),
                            TrackerClient.Settings.DEFAULT_REFRESH_NANOS),
                    new Listener(tracker));
            clients.add(client);
            client.start();
        }
    }

    /** Leaves the swarm at every tracker, which takes two seconds at most. */
    CompletableFuture<@Nullable Void> close() {
        return CompletableFuture.allOf(
                        clients.stream().map(TrackerClient::close).toArray(CompletableFuture[]::new))
                .thenApply(nothing -> null);
    }

    private final class Listener implements TrackerListener {
        private final Endpoint tracker;
        private boolean told;
        private boolean reached;

        Listener(Endpoint tracker) {
            this.tracker = tracker;
        }

        @Override
        public void peers(List<InetSocketAddress> addresses) {
            List<TransportAddress> peers = new ArrayList<>(2 * addresses.size());
            for (InetSocketAddress address : addresses) {
                if (!parts.ownAddresses().contains(address)) {
                    peers.addAll(transport.addresses(address));
                }
            }
            parts.loop().execute((engine, now) -> engine.addPeers(now, swarm, peers, PeerOrigin.TRACKER));
        }

        /** Hears every failed attempt, and tells the first of each outage. */
        @Override
        public void reachable(boolean reachable, String reason) {
            if (told && reached == reachable) {
                return;
            }
            told = true;
            reached = reachable;
            events.accept(
                    reachable
                            ? new TransferEvent.TrackerReachable(tracker)
                            : new TransferEvent.TrackerUnreachable(tracker, reason));
        }
    }
}
