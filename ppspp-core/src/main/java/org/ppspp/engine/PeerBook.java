package org.ppspp.engine;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.TransportAddress.Transport;

/**
 * The addresses known for one swarm and when to dial each of them.
 *
 * <p>An address known for both transports is dialled over UDP, and over TCP as well when UDP has not answered for
 * {@link Limits#TCP_AFTER}. An address that fails is left alone for a growing while, and forgotten after a few tries unless
 * the user typed it.
 *
 * <p>What peers say is believed least (RFC 7574 §3.10.1, rules R18, R19): such addresses fill at most half of the book, are
 * dialled last and sparingly, and get no more connections than those a tracker or the user named, as long as any of these
 * answers.
 */
final class PeerBook {
    private static final int TRIES = 4;
    private static final long FIRST_PAUSE = Limits.SECOND;

    /** Who ends a connection sooner does not want one. */
    private static final long WORKED = 2 * Limits.SECOND;

    private static final long LONGEST_PAUSE_USER = 15 * Limits.SECOND;
    private static final long LONGEST_PAUSE = 300 * Limits.SECOND;
    private static final int PRIVILEGED_PORTS = 1024;

    /** One dial in so many does not follow the costs. */
    private static final int DIALS_UNRANKED = 4;

    private static final class Entry {
        final InetSocketAddress socket;
        PeerOrigin origin;
        /** The host that named it, for addresses heard from peers. */
        long teller;

        boolean udp;
        boolean tcp;
        int failures;
        /** Channels to this address that are being opened or open. */
        int channels;
        /** Since the first of these was opened: whether it was us who did, and whether a handshake was completed. */
        boolean dialled;

        boolean answered;
        /** When it was. */
        long answeredAt;
        /** When to dial over UDP or, for an address without UDP, at all; and over TCP beside UDP. */
        long dialAt;

        long dialTcpAt = Long.MAX_VALUE;
        /** Whoever names it: it had its chance. */
        long uselessUntil = Long.MIN_VALUE;

        Entry(InetSocketAddress socket, PeerOrigin origin) {
            this.socket = socket;
            this.origin = origin;
        }

        long nextDial() {
            return channels == 0 ? Math.min(dialAt, dialTcpAt) : dialTcpAt;
        }

        /** Nothing that is due is dialled before {@code at}. */
        void postpone(long at) {
            dialAt = Math.max(dialAt, at);
            dialTcpAt = dialTcpAt == Long.MAX_VALUE ? dialTcpAt : Math.max(dialTcpAt, at);
        }

        boolean hearsay() {
            return origin == PeerOrigin.EXCHANGE;
        }
    }

    private final DialLimits limits;
    private final int maxPeers;
    private final Map<InetSocketAddress, Entry> entries = new LinkedHashMap<>();
    private final Set<InetSocketAddress> own = new LinkedHashSet<>();
    private PeerCosts costs = PeerCosts.NONE;
    private long nextSlot;
    private int dials;

    /** {@code limits} are those of all swarms; {@code maxPeers} is how many channels this one may have. */
    PeerBook(DialLimits limits, int maxPeers) {
        this.limits = limits;
        this.maxPeers = maxPeers;
    }

    int size() {
        return entries.size();
    }

    /** Learns addresses; ones that no peer can have, and any beyond the bound, are ignored. */
    void add(List<TransportAddress> addresses, PeerOrigin origin, long dialAt) {
        for (TransportAddress address : addresses) {
            InetSocketAddress socket = address.socket();
            if (unlikely(socket, origin)) {
                continue;
            }
            Entry entry = entries.get(socket);
            if (entry == null) {
                if (entries.size() >= Limits.KNOWN_ADDRESSES && !forgetHearsay()) {
                    continue;
                }
                entry = new Entry(socket, origin);
                entry.dialAt = dialAt;
                entries.put(socket, entry);
            } else if (entry.channels == 0 && origin != PeerOrigin.EXCHANGE) {
                entry.dialAt = Math.max(Math.min(entry.dialAt, dialAt), entry.uselessUntil);
            }
            entry.origin = entry.origin.compareTo(origin) <= 0 ? entry.origin : origin;
            if (address.transport() == Transport.UDP) {
                entry.udp = true;
            } else {
                entry.tcp = true;
            }
        }
    }

    /** Whether the user or a tracker named this address. */
    boolean trusts(TransportAddress address) {
        Entry entry = entries.get(address.socket());
        return entry != null && !entry.hearsay();
    }

    /** Cheap addresses are dialled first from now on. */
    void costs(PeerCosts changed) {
        costs = changed;
    }

    /** Learns one address that the peer at {@code teller} named, unless there is a reason not to believe it. */
    void hear(TransportAddress address, InetSocketAddress teller, long now) {
        InetSocketAddress socket = address.socket();
        if (unlikely(socket, PeerOrigin.EXCHANGE)
                || !Reach.of(teller.getAddress()).mayName(Reach.of(socket.getAddress()))
                || limits.shunned(socket, now)
                || entries.containsKey(socket)
                || entries.size() >= Limits.KNOWN_ADDRESSES
                || !roomForHearsay(socket, teller)) {
            return;
        }
        add(List.of(address), PeerOrigin.EXCHANGE, now);
        Entry entry = entries.get(socket);
        if (entry != null) {
            entry.teller = HostKey.host(teller);
        }
    }

    private boolean unlikely(InetSocketAddress socket, PeerOrigin origin) {
        boolean privileged = origin != PeerOrigin.USER && socket.getPort() < PRIVILEGED_PORTS;
        return privileged || HostKey.undiallable(socket) || own.contains(socket);
    }

    private boolean roomForHearsay(InetSocketAddress socket, InetSocketAddress teller) {
        int all = 0;
        int byTeller = 0;
        int inNetwork = 0;
        for (Entry entry : entries.values()) {
            if (entry.hearsay()) {
                all++;
                byTeller += entry.teller == HostKey.host(teller) ? 1 : 0;
                inNetwork += HostKey.network(entry.socket) == HostKey.network(socket) ? 1 : 0;
            }
        }
        return all < Limits.EXCHANGED_ADDRESSES
                && byTeller < Limits.EXCHANGED_BY_ONE
                && (HostKey.exempt(socket) || inNetwork < Limits.EXCHANGED_IN_NETWORK);
    }

    /** Makes room for an address from a better source. */
    private boolean forgetHearsay() {
        for (Entry entry : entries.values()) {
            if (entry.hearsay() && entry.channels == 0) {
                entries.remove(entry.socket);
                return true;
            }
        }
        return false;
    }

    /**
     * The next address to dial, which counts as dialled with this call, or null. What is better known comes first,
     * and among that what is cheap. Addresses that peers named are left out unless {@code hearsayToo}.
     */
    @Nullable
    TransportAddress nextToDial(boolean hearsayToo, long now) {
        if (now < nextSlot) {
            return null;
        }
        Entry next = firstDue(hearsayToo && roomToDialHearsay(now), now);
        if (next == null) {
            return null;
        }
        dials++;
        nextSlot = Math.max(nextSlot, now - Limits.SECOND) + Limits.SECOND / Limits.DIALS_PER_SECOND;
        limits.dialled(next.socket, next.origin, now);
        return dial(next, now);
    }

    /** Who says what peers cost must not choose all of them, so some are dialled in the order they became known. */
    private @Nullable Entry firstDue(boolean hearsayToo, long now) {
        boolean ranked = dials % DIALS_UNRANKED != DIALS_UNRANKED - 1;
        Entry first = null;
        for (Entry entry : entries.values()) {
            if (entry.nextDial() <= now
                    && (first == null || precedes(entry, first, ranked))
                    && allowed(entry, hearsayToo, now)) {
                first = entry;
            }
        }
        return first;
    }

    private boolean precedes(Entry entry, Entry other, boolean ranked) {
        int better = entry.origin.compareTo(other.origin);
        return better < 0 || (better == 0 && ranked && cost(entry) < cost(other));
    }

    private double cost(Entry entry) {
        return costs.of(entry.socket.getAddress());
    }

    private boolean allowed(Entry entry, boolean hearsayToo, long now) {
        long at = entry.hearsay() && !hearsayToo
                ? now + Limits.EXCHANGE_RETRY
                : limits.allowedAt(entry.socket, entry.origin, now);
        if (at > now) {
            entry.postpone(at);
        }
        return at <= now;
    }

    /**
     * Whether one more address that peers named may be dialled. They get half of the channels at most, none that a trusted
     * address could still use, and no more than trusted addresses have. Where no trusted address is left to try, a few: a
     * swarm outlives its tracker.
     */
    private boolean roomToDialHearsay(long now) {
        int hearsay = 0;
        int trusted = 0;
        int answering = 0;
        boolean trying = false;
        for (Entry entry : entries.values()) {
            if (entry.hearsay()) {
                hearsay += entry.dialled ? 1 : 0;
            } else {
                trusted++;
                answering += entry.answered ? 1 : 0;
                trying |= entry.channels > 0 || entry.nextDial() <= now;
            }
        }
        int most = Math.min(maxPeers - trusted, Math.max(1, maxPeers / 2));
        return hearsay < Math.min(most, trying ? answering : Limits.EXCHANGE_ALONE);
    }

    private static TransportAddress dial(Entry entry, long now) {
        boolean first = entry.channels == 0 && entry.dialAt <= now;
        entry.dialled = true;
        entry.channels++;
        if (first && entry.udp) {
            entry.dialTcpAt = entry.tcp ? now + Limits.TCP_AFTER : Long.MAX_VALUE;
            return TransportAddress.udp(entry.socket);
        }
        entry.dialTcpAt = Long.MAX_VALUE;
        return TransportAddress.tcp(entry.socket);
    }

    /** The peer at this address came to us, or is greeted outside {@link #nextToDial}. */
    void opened(TransportAddress address) {
        Entry entry = entries.get(address.socket());
        if (entry != null) {
            entry.channels++;
        }
    }

    /** A handshake with this address was completed. */
    void established(TransportAddress address, long now) {
        Entry entry = entries.get(address.socket());
        if (entry != null) {
            entry.failures = 0;
            entry.answered = true;
            entry.answeredAt = now;
            entry.dialTcpAt = Long.MAX_VALUE;
            limits.answered(entry.socket);
        }
    }

    /** How many datagrams may open a channel to this address, of which {@code before} were sent in another dialect. */
    int handshakeTries(TransportAddress address, int before) {
        Entry entry = entries.get(address.socket());
        return entry != null && entry.hearsay() ? Limits.EXCHANGE_HANDSHAKE_TRIES - before : Limits.HANDSHAKE_TRIES;
    }

    /** A channel to this address ended, whether it was ever established or not. */
    void closed(TransportAddress address, long now) {
        Entry entry = entries.get(address.socket());
        if (entry == null) {
            return;
        }
        entry.channels = Math.max(0, entry.channels - 1);
        if (entry.channels > 0) {
            return;
        }
        if (entry.dialTcpAt != Long.MAX_VALUE) {
            // UDP was refused before its time was up: TCP is next, and the pause comes after that.
            entry.dialAt = Long.MAX_VALUE;
            return;
        }
        boolean inVain = entry.dialled && !entry.answered;
        boolean worked = entry.answered && now - entry.answeredAt >= WORKED;
        entry.dialled = false;
        entry.answered = false;
        if (entry.hearsay()) {
            closedHearsay(entry, inVain, now);
            return;
        }
        if (worked) {
            // A connection has failed, not the peer.
            entry.dialAt = now + FIRST_PAUSE;
            return;
        }
        boolean user = entry.origin == PeerOrigin.USER;
        if (++entry.failures >= TRIES && !user) {
            entries.remove(entry.socket);
            return;
        }
        long longest = user ? LONGEST_PAUSE_USER : LONGEST_PAUSE;
        entry.dialAt = now + Math.min(FIRST_PAUSE << Math.min(entry.failures * 2, 20), longest);
    }

    private void closedHearsay(Entry entry, boolean inVain, long now) {
        if (inVain) {
            limits.failed(entry.socket, now);
            if (limits.shunned(entry.socket, now)) {
                // The host, with what else peers named there.
                entries.values()
                        .removeIf(other -> other.hearsay() && other.channels == 0 && limits.shunned(other.socket, now));
                return;
            }
        }
        if (++entry.failures >= Limits.EXCHANGE_TRIES) {
            entries.remove(entry.socket);
        } else {
            long pause = Limits.EXCHANGE_PAUSE << (entry.failures - 1);
            entry.dialAt = now + Math.min(pause, Limits.EXCHANGE_PAUSE_MAX);
        }
    }

    /** The peer at this address was of no use, and has made room for another. */
    void useless(TransportAddress address, long now) {
        Entry entry = entries.get(address.socket());
        if (entry != null) {
            entry.uselessUntil = now + Limits.USELESS_PAUSE;
            entry.postpone(entry.uselessUntil);
        }
    }

    /** Forgets an address that is banned. */
    void forget(InetSocketAddress socket) {
        entries.remove(socket);
    }

    /** Never dials this address again: it is our own. */
    void own(InetSocketAddress socket) {
        entries.remove(socket);
        if (own.size() < Limits.OWN_ADDRESSES) {
            own.add(socket);
        }
    }

    /** When {@link #nextToDial} is worth calling. */
    long nextDial() {
        long next = Long.MAX_VALUE;
        for (Entry entry : entries.values()) {
            next = Math.min(next, entry.nextDial());
        }
        return next == Long.MAX_VALUE ? next : Math.max(next, nextSlot);
    }

    /** All known addresses, for diagnosis. */
    List<InetSocketAddress> addresses() {
        return new ArrayList<>(entries.keySet());
    }
}
