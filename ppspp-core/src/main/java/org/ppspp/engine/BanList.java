package org.ppspp.engine;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Addresses we do not talk to for a while (rules R8, R14). What was heard of longest ago makes room when there are too many.
 */
final class BanList {
    private static final class Entry {
        long until;
        long lastBan;
        int closings;
        long firstClosing;

        boolean banned(long now) {
            return now < until;
        }
    }

    private final Map<InetSocketAddress, Entry> addresses = new LinkedHashMap<>();
    private final Map<Long, Entry> hosts = new LinkedHashMap<>();

    /**
     * An address sent content that does not verify: banned for an hour, and twice as long each further time up to a day. Where
     * it is done from several addresses of one host, the host is banned.
     */
    void banForContent(InetSocketAddress address, long now) {
        Entry entry = touch(addresses, address);
        boolean again = entry.banned(now);
        extend(entry, now);
        if (!again && !HostKey.exempt(address)) {
            Entry host = touch(hosts, HostKey.host(address));
            if (host.lastBan == 0) {
                host.lastBan = Limits.CONTENT_BAN / 2;
            } else {
                extend(host, now);
            }
        }
    }

    private static void extend(Entry entry, long now) {
        entry.lastBan = Math.min(Math.max(2 * entry.lastBan, Limits.CONTENT_BAN), Limits.CONTENT_BAN_MAX);
        entry.until = Math.max(entry.until, now + entry.lastBan);
    }

    /** An address broke the protocol too often. */
    void banForOffences(InetSocketAddress address, long now) {
        Entry entry = touch(addresses, address);
        entry.until = Math.max(entry.until, now + Limits.OFFENCE_BAN);
    }

    /** A channel was closed as its peer broke the protocol; who comes back and does it again and again is banned. */
    void closedForOffences(InetSocketAddress address, long now) {
        Entry entry = touch(addresses, address);
        if (now - entry.firstClosing >= Limits.OFFENCE_BAN) {
            entry.closings = 0;
            entry.firstClosing = now;
        }
        if (++entry.closings >= Limits.CLOSINGS_TO_BAN) {
            entry.closings = 0;
            banForOffences(address, now);
        }
    }

    boolean banned(InetSocketAddress address, long now) {
        Entry entry = addresses.get(address);
        if (entry != null && entry.banned(now)) {
            return true;
        }
        Entry host = HostKey.exempt(address) ? null : hosts.get(HostKey.host(address));
        return host != null && host.banned(now);
    }

    private static <K> Entry touch(Map<K, Entry> entries, K key) {
        Entry known = entries.remove(key);
        Entry entry = known == null ? new Entry() : known;
        entries.put(key, entry);
        if (entries.size() > Limits.BANS) {
            entries.remove(entries.keySet().iterator().next());
        }
        return entry;
    }
}
