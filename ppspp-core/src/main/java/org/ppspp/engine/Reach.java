package org.ppspp.engine;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * From how far away an address is reached, and so who may be told of it and who is believed about it (RFC 7574 §8.13, rule
 * R19): nobody speaks of addresses that are nearer than itself, or strangers could aim us at the machines behind our gateway.
 */
public enum Reach {
    /** This machine alone. */
    LOOPBACK,
    /** One network: private (RFC 1918), shared (RFC 6598), unique local, site-local or link-local. */
    LOCAL,
    PUBLIC,
    /** No peer's: unspecified, multicast or reserved. */
    NOWHERE;

    /** From 240.0.0.0 on nothing is assigned, up to the broadcast address. */
    private static final int RESERVED = 240;

    /** An IPv6 address that stands for an IPv4 one (6to4, or NAT64 with its well-known prefix) reaches as far as that. */
    public static Reach of(InetAddress address) {
        byte[] raw = address.getAddress();
        if (raw.length == 4) {
            return ofV4(address, raw[0] & 0xff, raw[1] & 0xff);
        }
        int first = (raw[0] & 0xff) << 8 | (raw[1] & 0xff);
        if (first == 0x2002) {
            return ofV4(raw, 2);
        }
        if (first == 0x0064 && raw[2] == (byte) 0xff && raw[3] == (byte) 0x9b && zero(raw, 4, 12)) {
            return ofV4(raw, 12);
        }
        boolean uniqueLocal = (raw[0] & 0xfe) == 0xfc;
        return usual(address, uniqueLocal);
    }

    private static Reach ofV4(byte[] raw, int at) {
        try {
            byte[] inside = {raw[at], raw[at + 1], raw[at + 2], raw[at + 3]};
            return of(InetAddress.getByAddress(inside));
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of four bytes", e);
        }
    }

    private static Reach ofV4(InetAddress address, int first, int second) {
        if (first == 0 || first >= RESERVED) {
            return NOWHERE;
        }
        boolean shared = first == 100 && (second & 0xc0) == 64;
        return usual(address, shared);
    }

    private static Reach usual(InetAddress address, boolean local) {
        if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
            return NOWHERE;
        }
        if (address.isLoopbackAddress()) {
            return LOOPBACK;
        }
        return local || address.isSiteLocalAddress() || address.isLinkLocalAddress() ? LOCAL : PUBLIC;
    }

    private static boolean zero(byte[] raw, int from, int to) {
        for (int i = from; i < to; i++) {
            if (raw[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether somebody who is this far away may name an address that is {@code other} away, and be told of it. */
    public boolean mayName(Reach other) {
        return other != NOWHERE && compareTo(other) <= 0;
    }
}
