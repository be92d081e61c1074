package org.ppspp.engine;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** Addresses we do not talk to for a while; the oldest ban makes room when there are too many. */
final class BanList {
    private final Map<InetSocketAddress, Long> until = new LinkedHashMap<>();

    void ban(InetSocketAddress address, long now) {
        until.remove(address);
        until.put(address, now + Limits.BAN);
        if (until.size() > Limits.BANS) {
            until.remove(until.keySet().iterator().next());
        }
    }

    boolean banned(InetSocketAddress address, long now) {
        Long end = until.get(address);
        if (end != null && now >= end) {
            until.remove(address);
            return false;
        }
        return end != null;
    }
}
