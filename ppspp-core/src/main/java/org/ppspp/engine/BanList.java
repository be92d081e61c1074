package org.ppspp.engine;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Addresses and hosts we do not talk to for a while (rules R8, R14). What was heard of longest ago makes room when there are
 * too many.
 */
final class BanList {
    private static final class Ban {
        long untilForContent;
        long lastForContent;
        long untilForOffences;

        boolean runs(long now) {
            return now < untilForContent || now < untilForOffences;
        }
    }

    /** Bad content from an address of a host: another one's, while this one is banned, tells of the host. */
    private record Suspect(InetSocketAddress address, long until) {}

    private record Closings(int count, long since) {}

    /** By socket address, or by {@link HostKey#host}. */
    private final Map<Object, Ban> bans = new LinkedHashMap<>();

    private final Map<Long, Suspect> suspects = new LinkedHashMap<>();
    private final Map<Object, Closings> closings = new LinkedHashMap<>();

    /**
     * An address sent content that does not verify: banned for an hour, and twice as long each further time up to a day. Where
     * two addresses of one host do it, the host is banned.
     */
    void banForContent(InetSocketAddress address, long now) {
        if (banned(address, now)) {
            return;
        }
        Ban ban = banForContent(now, address);
        if (!HostKey.exempt(address)) {
            long host = HostKey.host(address);
            Suspect other = suspects.get(host);
            if (other != null && now < other.until() && !other.address().equals(address)) {
                banForContent(now, host);
            }
            put(suspects, host, new Suspect(address, ban.untilForContent));
        }
    }

    private Ban banForContent(long now, Object key) {
        Ban ban = bans.containsKey(key) ? bans.get(key) : new Ban();
        ban.lastForContent = Math.min(Math.max(2 * ban.lastForContent, Limits.CONTENT_BAN), Limits.CONTENT_BAN_MAX);
        ban.untilForContent = now + ban.lastForContent;
        put(bans, key, ban);
        return ban;
    }

    /** An address broke the protocol too often. */
    void banForOffences(InetSocketAddress address, long now) {
        Object key = reach(address);
        Ban ban = bans.containsKey(key) ? bans.get(key) : new Ban();
        ban.untilForOffences = now + Limits.OFFENCE_BAN;
        put(bans, key, ban);
    }

    /** A channel was closed as its peer broke the protocol; who comes back and does it again and again is banned. */
    void closedForOffences(InetSocketAddress address, long now) {
        Object key = reach(address);
        Closings before = closings.get(key);
        Closings all = before == null || now - before.since() >= Limits.OFFENCE_BAN
                ? new Closings(1, now)
                : new Closings(before.count() + 1, before.since());
        if (all.count() < Limits.CLOSINGS_TO_BAN) {
            put(closings, key, all);
        } else {
            closings.remove(key);
            banForOffences(address, now);
        }
    }

    /** Who comes by TCP has another port each time, so that it is the host that counts, where it is not many peers'. */
    private static Object reach(InetSocketAddress address) {
        return HostKey.exempt(address) ? address : (Object) HostKey.host(address);
    }

    boolean banned(InetSocketAddress address, long now) {
        return runs(address, now) || (!HostKey.exempt(address) && runs(HostKey.host(address), now));
    }

    private boolean runs(Object key, long now) {
        Ban ban = bans.get(key);
        return ban != null && ban.runs(now);
    }

    private static <K, V> void put(Map<K, V> rows, K key, V value) {
        rows.remove(key);
        rows.put(key, value);
        if (rows.size() > Limits.BANS) {
            rows.remove(rows.keySet().iterator().next());
        }
    }
}
