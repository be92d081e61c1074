package org.ppspp.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ppspp.wire.TransportAddress;

/** What a {@link ModelSwift} remembers of one peer. */
final class SwiftChannel {
    /** No chunk. */
    static final int NONE = -1;

    record Queued(int chunk, long since) {}

    /** A chunk that left and is not acknowledged. */
    static final class Flying {
        long at;
        int sends;
    }

    final TransportAddress remote;
    final int id;
    int remoteId;
    /** The peer has used our channel number, or answered us. */
    boolean established;

    boolean closed;
    int handshakes;
    long lastHandshake;
    long lastReceived;
    long lastSent;
    final BitSet has = new BitSet();
    final BitSet said = new BitSet();
    final ArrayDeque<Queued> queue = new ArrayDeque<>();
    final Map<Integer, Flying> flying = new LinkedHashMap<>();
    /** The chunk that left last: its hashes are believed to be known until one is given up. */
    int justSent = NONE;

    /** The peaks it has sent so far, from left to right. */
    final List<Long> peaks = new ArrayList<>();

    int acks;
    long lastAsked;

    SwiftChannel(TransportAddress remote, int id) {
        this.remote = remote;
        this.id = id;
    }
}
