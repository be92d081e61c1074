package org.ppspp.engine;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.Intake.Arrival;
import org.ppspp.wire.TransportAddress;

/** The peers of one swarm that we talk to: whom to dial, who comes and who goes, and what all of them are told. */
final class Neighbours {
    private final Swarm swarm;
    private final Engine engine;
    private final PeerBook book;
    private final Twins twins;
    private final Slots slots;
    private final List<Channel> channels = new ArrayList<>();

    Neighbours(Swarm swarm, Engine engine) {
        this.swarm = swarm;
        this.engine = engine;
        this.book = new PeerBook(engine.dialLimits(), engine.config().maxPeersPerSwarm());
        this.twins = new Twins(swarm, engine);
        this.slots = new Slots(swarm, engine.config().maxPeersPerSwarm());
    }

    /** The channels, those that are still opening among them. */
    List<Channel> channels() {
        return channels;
    }

    PeerBook book() {
        return book;
    }

    Slots slots() {
        return slots;
    }

    /** The hosts of connected and of known peers. */
    Set<InetAddress> hosts() {
        Set<InetAddress> hosts = new LinkedHashSet<>();
        channels.forEach(channel -> hosts.add(channel.address().socket().getAddress()));
        book.addresses().forEach(socket -> hosts.add(socket.getAddress()));
        return hosts;
    }

    // --- coming and going

    void add(Channel channel) {
        channels.add(channel);
    }

    void established(Channel channel, long now) {
        for (Channel other : List.copyOf(channels)) {
            if (other != channel && other.address().equals(channel.address())) {
                drop(other, now, "replaced");
            }
        }
        if (twins.settle(channel, now)) {
            return;
        }
        book.established(channel.address(), now);
        if (!swarm.content().sized()) {
            channel.outbox().announcements().clear();
        }
        swarm.exchange().established(channel, now);
        engine.event(new EngineEvent.PeerConnected(swarm.metadata().swarmId(), channel.address()));
        swarm.scheduleSoon();
    }

    /** Forgets a channel; no word is sent to the peer. */
    void drop(Channel channel, long now, String reason) {
        if (channel.closed()) {
            return;
        }
        boolean known = channel.established();
        channel.close(now);
        channels.remove(channel);
        swarm.reader().forget(channel);
        engine.forget(channel);
        swarm.quarantine().ended();
        TransportAddress dialled = channel.bookAddress();
        if (dialled != null) {
            book.closed(dialled, now);
        }
        if (known) {
            engine.event(new EngineEvent.PeerLost(swarm.metadata().swarmId(), channel.address(), reason));
        }
        swarm.scheduleSoon();
    }

    /** The peer closed the channel. */
    void left(Channel channel, long now) {
        twins.refused(channel, now);
        drop(channel, now, channel.opening() ? "refused" : "left");
    }

    /** Ends a channel whose address, or host, is banned now. */
    void banned(Channel channel, long now, String reason) {
        book.forget(channel.address().socket());
        engine.event(new EngineEvent.PeerBanned(swarm.metadata().swarmId(), channel.address(), reason));
        drop(channel, now, reason);
    }

    /** Says goodbye to a peer that we talk to no longer. */
    void dismiss(Channel channel, long now, String reason) {
        if (channel.established()) {
            engine.closeQuietly(channel.address(), channel.remoteId());
        }
        drop(channel, now, reason);
    }

    /** Says goodbye to everyone. */
    void close(long now) {
        List.copyOf(channels).forEach(channel -> dismiss(channel, now, "we left"));
    }

    // --- opening

    /** Opens in another dialect beside {@code first}, which has no answer yet; false if there is none to try. */
    boolean trySecondDialect(Channel first, long now) {
        Dialect second = swarm.greeting().secondTry(first.reliable());
        if (second == null || first.dialect() == second || !engine.open(swarm, first.address(), second, now)) {
            return false;
        }
        book.opened(first.address());
        return true;
    }

    /** How many datagrams may open this channel. */
    int handshakeTries(Channel channel) {
        boolean second = channel.dialect() != swarm.greeting().opening();
        return book.handshakeTries(channel.address(), second ? Limits.HANDSHAKE_TRIES_BEFORE_SECOND_DIALECT : 0);
    }

    /** Opens once more to the address of a peer that is silent, unless that is being done. */
    void greetAgain(Channel silent, long now) {
        for (Channel other : channels) {
            if (other.opening() && other.address().equals(silent.address())) {
                return;
            }
        }
        if (!silent.reliable() && engine.open(swarm, silent.address(), silent.dialect(), now)) {
            book.opened(silent.address());
        }
    }

    // --- what all are told

    /** Announces what was stored to those who lack it and do not know (RFC 7574 §3.2). */
    void announce(List<Arrival> arrivals, long now) {
        for (Channel channel : channels) {
            if (!channel.established() || channel.peerComplete()) {
                continue;
            }
            ChunkRange run = null;
            for (Arrival arrival : arrivals) {
                boolean acknowledged = arrival.from().equals(channel) && !channel.reliable();
                boolean told = acknowledged || channel.peerHas().get(arrival.chunk());
                if (!told && (run == null || !run.contains(arrival.chunk()))) {
                    run = swarm.have().runAround(arrival.chunk());
                    channel.outbox().announcements().add(run, now);
                }
            }
        }
    }

    /** Announces chunks that we have signed. */
    void announce(ChunkRange chunks, long now) {
        for (Channel channel : channels) {
            if (channel.established()) {
                channel.outbox().announcements().add(swarm.have().runAround(chunks.first()), now);
                channel.ready();
            }
        }
    }

    /** Announces all we have. */
    void announceAll(long now) {
        for (Channel channel : channels) {
            if (channel.established() && !channel.peerComplete()) {
                channel.outbox().announcements().all(now);
                channel.ready();
            }
        }
    }

    // --- time

    /** Dials, and does what is due on each channel. */
    void timeout(long now) {
        for (TransportAddress address = toDial(now); address != null; address = toDial(now)) {
            if (!slots.makeRoom(address, now)
                    || !engine.open(swarm, address, swarm.greeting().opening(), now)) {
                book.closed(address, now);
            }
        }
        for (Channel channel : List.copyOf(channels)) {
            if (!channel.closed() && channel.nextWake() <= now) {
                channel.timeout(now);
            }
        }
    }

    private @Nullable TransportAddress toDial(long now) {
        if (book.nextDial() > now) {
            return null;
        }
        boolean possible = slots.room() || slots.nextReplacement() <= now;
        return possible ? book.nextToDial(slots.roomForStranger(), now) : null;
    }

    long nextWake() {
        long wake = slots.room() ? book.nextDial() : Math.max(book.nextDial(), slots.nextReplacement());
        for (Channel channel : channels) {
            wake = Math.min(wake, channel.nextWake());
        }
        return wake;
    }
}
