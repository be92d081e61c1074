package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ppspp.sim.PyppsppWords.emptyAsAny;
import static org.ppspp.sim.PyppsppWords.to;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.MessageType;
import org.ppspp.wire.TransportAddress;

/** How an unmodified PyPPSPP behaves as the source of a live stream or as its client. */
final class ModelPyppsppLive extends PyppsppPeer<ModelPyppsppLive.LiveMember> {
    private static final long IDLE_TURN = 10_000_000L;
    private static final int WINDOW = 1_000;
    private static final int ANNOUNCED = 100;
    private static final int ASKED = 150;
    private static final int ENOUGH_ASKED = 100;

    /** A range costs the original time for each chunk in it. */
    private static final int LONGEST_RANGE = 2 * WINDOW;

    static final class LiveMember extends PyppsppPeer.Member {
        long discardWindow;
        int newest;

        LiveMember(TransportAddress remote, boolean dialled, int channel) {
            super(remote, dialled, channel);
        }
    }

    private final LiveStream stream;
    private final boolean source;
    private final Map<Integer, byte[]> chunks = new HashMap<>();
    private final Map<Long, Long> storedAt = new HashMap<>();
    private final BitSet missing = new BitSet();
    private BitSet announced = new BitSet();
    private int lastDiscarded = -1;
    private int next;
    private int unannounced;
    private int unique;

    ModelPyppsppLive(
            Simulation simulation,
            LiveStream stream,
            boolean source,
            int number,
            Collection<TransportAddress> honestPeers) {
        super(
                simulation,
                TransportAddress.tcp(SimPeer.socket(number)),
                stream.metadata().swarmId().toBytes(),
                IDLE_TURN,
                honestPeers);
        this.stream = stream;
        this.source = source;
    }

    /** When a chunk was stored, or null. */
    @Nullable
    Long storedAt(long chunk) {
        return storedAt.get(chunk);
    }

    void start() {
        simulation.attach(address, this);
        if (!source) {
            simulation.after(SECOND, this::tick);
        }
    }

    /** Cuts it off from everybody, until {@link #start}. */
    void vanish() {
        simulation.detach(address);
        forgetAll();
    }

    /** The tracker tells both of each other; a source never dials. */
    void introduce(LivePeer to) {
        to.meet(List.of(address));
        dial(to.tcpAddress());
    }

    void introduce(ModelPyppsppLive to) {
        dial(to.address);
        to.dial(address);
    }

    @Override
    @Nullable
    LiveMember dial(TransportAddress peer) {
        return source ? null : super.dial(peer);
    }

    @Override
    LiveMember member(TransportAddress remote, boolean dialled, int channel) {
        return new LiveMember(remote, dialled, channel);
    }

    @Override
    void introduction(ByteBuf out) {
        PyppsppWords.ranges(out, MessageType.HAVE, announced);
    }

    @Override
    void introduced(LiveMember member, PyppsppWords.Options options) {
        member.discardWindow = options.discardWindow();
    }

    @Override
    byte[] bytes(int chunk) {
        return Objects.requireNonNull(chunks.get(chunk));
    }

    // --- the source

    /** Makes the next chunks, and announces what it keeps once a hundred are new. */
    void produce(int count, long ntpTime) {
        if (stopped()) {
            return;
        }
        List<byte[]> made = stream.next(next, count, simulation.now(), ntpTime).chunks();
        for (byte[] chunk : made) {
            chunks.put(next, chunk);
            have.set(next++);
        }
        discard();
        unannounced += count;
        if (unannounced >= ANNOUNCED) {
            unannounced = 0;
            announced = new BitSet();
            announced.set(lastDiscarded + 1, next);
            tellAll(MessageType.HAVE, announced);
        }
    }

    /** Keeps one chunk less than the window says. */
    private void discard() {
        int newest = have.length() - 1;
        if (newest - have.nextSetBit(0) + 1 > WINDOW) {
            lastDiscarded = newest - WINDOW + 1;
            have.clear(0, lastDiscarded + 1);
            missing.clear(0, lastDiscarded + 1);
            chunks.keySet().removeIf(chunk -> chunk <= lastDiscarded);
        }
    }

    // --- the client asks once a second

    private void tick() {
        if (stopped()) {
            return;
        }
        List<LiveMember> order = new ArrayList<>(members());
        Collections.shuffle(order, new Random(simulation.random().nextLong()));
        BitSet asked = new BitSet();
        members().forEach(member -> asked.or(member.owes));
        for (LiveMember member : order) {
            BitSet needed = (BitSet) member.has.clone();
            needed.andNot(have);
            needed.andNot(asked);
            needed.clear(0, lastDiscarded + 1);
            if (!member.initialised() || emptyAsAny(needed) || member.owes.cardinality() > ENOUGH_ASKED) {
                continue;
            }
            while (needed.cardinality() > ASKED) {
                needed.clear(needed.length() - 1);
            }
            ByteBuf out = to(member.remoteChannel);
            PyppsppWords.ranges(out, MessageType.REQUEST, needed);
            send(member, out);
            member.owes.or(needed);
            asked.or(needed);
        }
        simulation.after(SECOND, this::tick);
    }

    // --- listening

    @Override
    void told(LiveMember member, int first, int last) {
        assertThat(last - first).as("chunks of one HAVE").isBetween(0, LONGEST_RANGE);
        if (member.discardWindow != 0 && last > member.newest) {
            member.newest = last;
            int lower = (int) Math.max(0, last - member.discardWindow + 1);
            member.has.clear(0, lower);
            member.owes.clear(0, lower);
        }
        member.has.set(first, last + 1);
        for (int chunk = Math.max(first, lastDiscarded + 1); chunk <= last; chunk++) {
            missing.set(chunk, missing.get(chunk) || !have.get(chunk));
        }
    }

    @Override
    void requested(LiveMember member, int first, int last) {
        assertThat(last - first).as("chunks of one REQUEST").isBetween(0, LONGEST_RANGE);
        if (last > lastDiscarded) {
            wants(member, Math.max(first, lastDiscarded + 1), last);
        }
        wake(member);
    }

    @Override
    void arrived(LiveMember member, ByteBuf in) {
        assertThat(source).as("DATA for the source").isFalse();
        int chunk = in.readInt();
        assertThat(in.readInt()).as("DATA of one chunk").isEqualTo(chunk);
        in.readLong();
        byte[] bytes = new byte[in.readableBytes()];
        in.readBytes(bytes);
        assertThat(stream.ever(chunk, bytes))
                .as("chunk %d, and nothing behind it", chunk)
                .isTrue();
        member.owes.clear(chunk);
        // With nothing missing, or chunk 0 alone, the original drops what comes.
        if (emptyAsAny(missing) || chunk <= lastDiscarded || have.get(chunk)) {
            return;
        }
        chunks.put(chunk, bytes);
        have.set(chunk);
        missing.clear(chunk);
        storedAt.put((long) chunk, simulation.now());
        discard();
        if (++unique % ANNOUNCED == 0) {
            announced = (BitSet) have.clone();
            tellAll(MessageType.HAVE, announced);
        }
    }
}
