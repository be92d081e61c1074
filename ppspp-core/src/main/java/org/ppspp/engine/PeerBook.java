package org.ppspp.engine;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.TransportAddress.Transport;

/**
 * The addresses known for one swarm and when to dial each of them.
 *
 * <p>An address known for both transports is dialled over UDP, and over TCP as well when UDP has not answered for
 * {@link Limits#TCP_AFTER}. An address that fails is left alone for a growing while, and forgotten after a few tries unless
 * the user typed it.
 */
final class PeerBook {
    private static final int TRIES = 4;
    private static final long FIRST_PAUSE = Limits.SECOND;
    private static final long LONGEST_PAUSE_USER = 15 * Limits.SECOND;
    private static final long LONGEST_PAUSE = 300 * Limits.SECOND;
    private static final int PRIVILEGED_PORTS = 1024;

    /** One dial in so many does not follow the costs. */
    private static final int DIALS_UNRANKED = 4;

    private static final class Entry {
        final InetSocketAddress socket;
        PeerOrigin origin;
        boolean udp;
        boolean tcp;
        int failures;
        /** Channels to this address that are being opened or open. */
        int channels;
        /** When to dial over UDP or, for an address without UDP, at all; and over TCP beside UDP. */
        long dialAt;

        long dialTcpAt = Long.MAX_VALUE;

        Entry(InetSocketAddress socket, PeerOrigin origin) {
            this.socket = socket;
            this.origin = origin;
        }

        long nextDial() {
            return channels == 0 ? Math.min(dialAt, dialTcpAt) : dialTcpAt;
        }
    }

    private final Map<InetSocketAddress, Entry> entries = new LinkedHashMap<>();
    private PeerCosts costs = PeerCosts.NONE;
    private long nextSlot;
    private int dials;

    int size() {
        return entries.size();
    }

    /** Learns addresses; ones that no peer can have, and any beyond the bound, are ignored. */
    void add(List<TransportAddress> addresses, PeerOrigin origin, long dialAt) {
        for (TransportAddress address : addresses) {
            InetSocketAddress socket = address.socket();
            boolean privileged = origin != PeerOrigin.USER && socket.getPort() < PRIVILEGED_PORTS;
            if (privileged || HostKey.undiallable(socket)) {
                continue;
            }
            Entry entry = entries.get(socket);
            if (entry == null) {
                if (entries.size() >= Limits.KNOWN_ADDRESSES) {
                    continue;
                }
                entry = new Entry(socket, origin);
                entry.dialAt = dialAt;
                entries.put(socket, entry);
            } else if (entry.channels == 0 && origin != PeerOrigin.EXCHANGE) {
                entry.dialAt = Math.min(entry.dialAt, dialAt);
            }
            entry.origin = entry.origin.compareTo(origin) <= 0 ? entry.origin : origin;
            if (address.transport() == Transport.UDP) {
                entry.udp = true;
            } else {
                entry.tcp = true;
            }
        }
    }

    /** Cheap addresses are dialled first from now on. */
    void costs(PeerCosts changed) {
        costs = changed;
    }

    /** The next address to dial, which counts as dialled with this call, or null. */
    @Nullable
    TransportAddress nextToDial(long now) {
        if (now < nextSlot) {
            return null;
        }
        Entry next = firstDue(now);
        if (next == null) {
            return null;
        }
        nextSlot = Math.max(nextSlot, now - Limits.SECOND) + Limits.SECOND / Limits.DIALS_PER_SECOND;
        dials++;
        return dial(next, now);
    }

    /** Who says what peers cost must not choose all of them, so some are dialled in the order they became known. */
    private @Nullable Entry firstDue(long now) {
        boolean anyone = costs.isEmpty() || dials % DIALS_UNRANKED == DIALS_UNRANKED - 1;
        Entry best = null;
        double least = Double.POSITIVE_INFINITY;
        for (Entry entry : entries.values()) {
            if (entry.nextDial() > now) {
                continue;
            }
            if (anyone) {
                return entry;
            }
            double cost = costs.of(entry.socket.getAddress());
            if (best == null || cost < least) {
                best = entry;
                least = cost;
            }
        }
        return best;
    }

    private static TransportAddress dial(Entry entry, long now) {
        boolean first = entry.channels == 0 && entry.dialAt <= now;
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
    void established(TransportAddress address) {
        Entry entry = entries.get(address.socket());
        if (entry != null) {
            entry.failures = 0;
            entry.dialTcpAt = Long.MAX_VALUE;
        }
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
        boolean user = entry.origin == PeerOrigin.USER;
        if (++entry.failures >= TRIES && !user) {
            entries.remove(entry.socket);
            return;
        }
        long longest = user ? LONGEST_PAUSE_USER : LONGEST_PAUSE;
        entry.dialAt = now + Math.min(FIRST_PAUSE << Math.min(entry.failures * 2, 20), longest);
    }

    /** Never dials this address again: it is our own, or it is banned. */
    void forget(InetSocketAddress socket) {
        entries.remove(socket);
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
