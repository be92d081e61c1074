package org.ppspp;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.storage.ExistingFile;

/**
 * Which file to transfer, where from and where to.
 *
 * @param metadata of the swarm; {@link SwarmLink} reads it from what users type
 * @param target the file: shared if it is there and matches, else downloaded, resuming what an earlier run began
 * @param trackers to ask for peers and to register at
 * @param peers to contact without asking a tracker
 * @param transport how peers are contacted
 * @param exchange whether peers tell each other of peers
 * @param existing what happens to a file that does not match
 * @param verifyOnRead whether each chunk is verified again when it is read for another peer
 * @param play what is fetched first where the content is played meanwhile
 * @param alto who says which peers are cheap, or null where nobody does
 * @param events hears what happens, on a thread of the peer's that other transfers share: it should return soon
 */
public record TransferRequest(
        SwarmMetadata metadata,
        Path target,
        List<Endpoint> trackers,
        List<Endpoint> peers,
        TransportPolicy transport,
        ExchangePolicy exchange,
        ExistingFile existing,
        boolean verifyOnRead,
        PlayPolicy play,
        @Nullable AltoConfig alto,
        Consumer<TransferEvent> events)
        implements SwarmRequest {
    public TransferRequest {
        trackers = List.copyOf(trackers);
        peers = List.copyOf(peers);
    }

    /** A transfer that knows no other peers yet, moves a file that does not match aside and tells nobody. */
    public static TransferRequest of(SwarmMetadata metadata, Path target) {
        return new TransferRequest(
                metadata,
                target,
                List.of(),
                List.of(),
                TransportPolicy.AUTO,
                ExchangePolicy.OFF,
                ExistingFile.MOVE_ASIDE,
                false,
                PlayPolicy.DEFAULT,
                null,
                event -> {});
    }

    public TransferRequest withTarget(Path file) {
        return new TransferRequest(
                metadata, file, trackers, peers, transport, exchange, existing, verifyOnRead, play, alto, events);
    }

    public TransferRequest withTrackers(List<Endpoint> endpoints) {
        return new TransferRequest(
                metadata, target, endpoints, peers, transport, exchange, existing, verifyOnRead, play, alto, events);
    }

    public TransferRequest withPeers(List<Endpoint> endpoints) {
        return new TransferRequest(
                metadata, target, trackers, endpoints, transport, exchange, existing, verifyOnRead, play, alto, events);
    }

    public TransferRequest withTransport(TransportPolicy policy) {
        return new TransferRequest(
                metadata, target, trackers, peers, policy, exchange, existing, verifyOnRead, play, alto, events);
    }

    public TransferRequest withExchange(ExchangePolicy policy) {
        return new TransferRequest(
                metadata, target, trackers, peers, transport, policy, existing, verifyOnRead, play, alto, events);
    }

    public TransferRequest withExisting(ExistingFile treatment) {
        return new TransferRequest(
                metadata, target, trackers, peers, transport, exchange, treatment, verifyOnRead, play, alto, events);
    }

    public TransferRequest withVerifyOnRead(boolean verify) {
        return new TransferRequest(
                metadata, target, trackers, peers, transport, exchange, existing, verify, play, alto, events);
    }

    public TransferRequest withPlay(PlayPolicy policy) {
        return new TransferRequest(
                metadata, target, trackers, peers, transport, exchange, existing, verifyOnRead, policy, alto, events);
    }

    public TransferRequest withAlto(@Nullable AltoConfig config) {
        return new TransferRequest(
                metadata, target, trackers, peers, transport, exchange, existing, verifyOnRead, play, config, events);
    }

    @Override
    public TransferRequest withEvents(Consumer<TransferEvent> listener) {
        return new TransferRequest(
                metadata, target, trackers, peers, transport, exchange, existing, verifyOnRead, play, alto, listener);
    }
}
