package org.ppspp.engine;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often this peer, in all its swarms together, may knock at one host or network that does not answer (rule R18): whoever
 * spreads the address of a victim must not get much sent there. Loopback and local networks are exempt, and so is what the
 * user typed.
 */
final class DialLimits {
    private static final long EXCHANGE_SPACING = Limits.SECOND / Limits.EXCHANGE_DIALS_PER_SECOND;

    private record Dial(long at, long host, long network) {}

    private record Failures(int count, long until) {}

    private final ArrayDeque<Dial> recent = new ArrayDeque<>();
    private final Map<Long, ArrayDeque<Long>> byHost = new HashMap<>();
    private final Map<Long, ArrayDeque<Long>> byNetwork = new HashMap<>();
    /** By socket address, or by {@link HostKey#host} where that is public. */
    private final Map<Object, Failures> failures = new LinkedHashMap<>();

    private long nextExchange;

    /** When this address may be dialled: {@code now} or later. */
    long allowedAt(InetSocketAddress socket, PeerOrigin origin, long now) {
        if (origin == PeerOrigin.USER) {
            return now;
        }
        long at = origin == PeerOrigin.EXCHANGE ? Math.max(now, nextExchange) : now;
        if (HostKey.exempt(socket)) {
            return at;
        }
        expire(now);
        // What peers say gets one chance a minute: an opening is several datagrams, and others need theirs.
        int perHost = origin == PeerOrigin.EXCHANGE ? 1 : Limits.DIALS_PER_HOST;
        at = Math.max(at, freeAt(byHost.get(HostKey.host(socket)), perHost));
        return Math.max(at, freeAt(byNetwork.get(HostKey.network(socket)), Limits.DIALS_PER_NETWORK));
    }

    private static long freeAt(@Nullable ArrayDeque<Long> dials, int most) {
        if (dials == null || dials.size() < most) {
            return 0;
        }
        Iterator<Long> oldest = dials.iterator();
        for (int i = dials.size() - most; i > 0; i--) {
            oldest.next();
        }
        return oldest.next() + Limits.DIAL_WINDOW;
    }

    void dialled(InetSocketAddress socket, PeerOrigin origin, long now) {
        if (origin == PeerOrigin.EXCHANGE) {
            nextExchange = now + EXCHANGE_SPACING;
        }
        if (origin == PeerOrigin.USER || HostKey.exempt(socket)) {
            return;
        }
        expire(now);
        Dial dial = new Dial(now, HostKey.host(socket), HostKey.network(socket));
        recent.addLast(dial);
        byHost.computeIfAbsent(dial.host(), host -> new ArrayDeque<>()).addLast(now);
        byNetwork.computeIfAbsent(dial.network(), network -> new ArrayDeque<>()).addLast(now);
    }

    private void expire(long now) {
        for (Dial dial = recent.peekFirst(); dial != null; dial = recent.peekFirst()) {
            if (now - dial.at() < Limits.DIAL_WINDOW) {
                return;
            }
            recent.removeFirst();
            forgetFirst(byHost, dial.host(), dial.at());
            forgetFirst(byNetwork, dial.network(), dial.at());
        }
    }

    private static void forgetFirst(Map<Long, ArrayDeque<Long>> dials, long key, long at) {
        ArrayDeque<Long> times = dials.get(key);
        if (times != null && !times.isEmpty() && times.getFirst() == at) {
            times.removeFirst();
            if (times.isEmpty()) {
                dials.remove(key);
            }
        }
    }

    /** A peer is there: its host is nobody's victim. */
    void answered(InetSocketAddress socket) {
        failures.remove(key(socket));
        if (!HostKey.exempt(socket)) {
            byHost.remove(HostKey.host(socket));
        }
    }

    /** An address that peers named was dialled in vain. */
    void failed(InetSocketAddress socket, long now) {
        Object key = key(socket);
        Failures before = failures.remove(key);
        int count = before == null || now >= before.until() ? 1 : before.count() + 1;
        failures.put(key, new Failures(count, now + Limits.EXCHANGE_PAUSE_MAX));
        if (failures.size() > Limits.FAILED_HOSTS) {
            failures.remove(failures.keySet().iterator().next());
        }
    }

    /** Whether peers are not believed about this address for now: it, or its host, did not answer time after time. */
    boolean shunned(InetSocketAddress socket, long now) {
        Failures known = failures.get(key(socket));
        return known != null && known.count() >= Limits.EXCHANGE_TRIES && now < known.until();
    }

    private static Object key(InetSocketAddress socket) {
        return HostKey.exempt(socket) ? socket : (Object) HostKey.host(socket);
    }
}
