package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ppspp.sim.PyppsppWords.CHANNELS;
import static org.ppspp.sim.PyppsppWords.NO_CHANNEL;
import static org.ppspp.sim.PyppsppWords.emptyAsAny;
import static org.ppspp.sim.PyppsppWords.to;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.MessageType;
import org.ppspp.wire.TransportAddress;

/**
 * How an unmodified PyPPSPP behaves over TCP as the source of a live stream or as its client, mistakes included. It shares no
 * code with the engine.
 */
final class ModelPyppsppLive implements SimNode {
    private static final long SECOND = 1_000_000_000L;
    private static final long TURN = 50_000L;
    private static final long IDLE_TURN = 10_000_000L;
    private static final int WINDOW = 1_000;
    private static final int ANNOUNCED = 100;
    private static final int ASKED = 150;
    private static final int ENOUGH_ASKED = 100;

    /** A range costs the original time for each chunk in it. */
    private static final int LONGEST_RANGE = 2 * WINDOW;

    private static final class Member {
        final TransportAddress remote;
        final boolean dialled;
        final int channel;
        int remoteChannel;

        @Nullable
        UUID name;

        long discardWindow;
        int newest;
        BitSet has = new BitSet();
        final BitSet wants = new BitSet();
        final BitSet owes = new BitSet();
        boolean sending;

        Member(TransportAddress remote, boolean dialled, int channel) {
            this.remote = remote;
            this.dialled = dialled;
            this.channel = channel;
        }

        boolean initialised() {
            return remoteChannel != NO_CHANNEL;
        }
    }

    private final Simulation simulation;
    private final LiveStream stream;
    private final boolean source;
    private final TransportAddress address;
    private final Collection<TransportAddress> honestPeers;
    private final UUID name;
    private final byte[] swarmId;
    private final Map<String, Member> members = new TreeMap<>();
    private final Map<Integer, byte[]> chunks = new HashMap<>();
    private final Map<Long, Long> storedAt = new HashMap<>();
    private final BitSet have = new BitSet();
    private final BitSet missing = new BitSet();
    private BitSet announced = new BitSet();
    private int lastDiscarded = -1;
    private int next;
    private int unannounced;
    private int unique;
    private boolean stopped;

    ModelPyppsppLive(
            Simulation simulation,
            LiveStream stream,
            boolean source,
            int number,
            Collection<TransportAddress> honestPeers) {
        this.simulation = simulation;
        this.stream = stream;
        this.source = source;
        this.address = TransportAddress.tcp(SimPeer.socket(number));
        this.honestPeers = honestPeers;
        this.name = new UUID(simulation.random().nextLong(), simulation.random().nextLong());
        this.swarmId = stream.metadata().swarmId().toBytes();
        honestPeers.add(address);
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
        members.clear();
        simulation.detach(address);
        simulation.connections().forget(this);
    }

    void stop() {
        stopped = true;
        List.copyOf(members.values()).forEach(this::destroy);
        simulation.detach(address);
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

    private void dial(TransportAddress peer) {
        if (source || stopped || members.containsKey(peer.toString())) {
            return;
        }
        Member member = new Member(peer, true, newChannel());
        members.put(peer.toString(), member);
        send(member, handshake(member, NO_CHANNEL));
    }

    private int newChannel() {
        return 1 + simulation.random().nextInt(CHANNELS);
    }

    private boolean present(Member member) {
        return members.get(member.remote.toString()) == member;
    }

    // --- the source

    /** Makes the next chunks, and announces what it keeps once a hundred are new. */
    void produce(int count, long ntpTime) {
        if (stopped) {
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
            announce();
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

    private void announce() {
        for (Member member : members.values()) {
            if (member.initialised()) {
                ByteBuf out = to(member.remoteChannel);
                PyppsppWords.ranges(out, MessageType.HAVE, announced);
                send(member, out);
            }
        }
    }

    // --- speaking

    private void send(Member member, ByteBuf frame) {
        simulation.send(this, address, member.remote, ByteBufUtil.getBytes(frame));
    }

    private ByteBuf handshake(Member member, int destination) {
        ByteBuf out = PyppsppWords.handshake(destination, member.channel, swarmId, name);
        PyppsppWords.ranges(out, MessageType.HAVE, announced);
        return out;
    }

    private void destroy(Member member) {
        send(member, PyppsppWords.goodbye(member.remoteChannel));
        forget(member);
    }

    private void forget(Member member) {
        members.remove(member.remote.toString(), member);
        simulation.connections().disconnect(this, member.remote);
    }

    // --- the client asks once a second

    private void tick() {
        if (stopped) {
            return;
        }
        List<Member> order = new ArrayList<>(members.values());
        Collections.shuffle(order, new Random(simulation.random().nextLong()));
        BitSet asked = new BitSet();
        members.values().forEach(member -> asked.or(member.owes));
        for (Member member : order) {
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

    // --- the sender of a channel

    private void serve(Member member) {
        if (stopped || !present(member)) {
            return;
        }
        BitSet ready = (BitSet) member.wants.clone();
        ready.and(have);
        if (emptyAsAny(ready)) {
            simulation.after(IDLE_TURN, () -> serve(member));
            return;
        }
        int chunk = ready.nextSetBit(0);
        member.wants.clear(chunk);
        ByteBuf out = to(member.remoteChannel)
                .writeByte(MessageType.DATA)
                .writeInt(chunk)
                .writeInt(chunk);
        send(member, out.writeLong(simulation.now() / 1_000).writeBytes(chunks.get(chunk)));
        simulation.after(TURN, () -> serve(member));
    }

    // --- listening

    @Override
    public void receive(TransportAddress from, ByteBuf in) {
        assertThat(in.readableBytes()).as("an empty frame stops a PyPPSPP").isGreaterThanOrEqualTo(Integer.BYTES);
        int destination = in.readInt();
        Member member = members.get(from.toString());
        if (destination == NO_CHANNEL) {
            assertThat(in.isReadable())
                    .as("a keep-alive to channel 0 makes a PyPPSPP close")
                    .isTrue();
            if (member == null) {
                opened(from, in);
            } else {
                forget(member);
            }
            return;
        }
        if (member == null || destination != member.channel) {
            return; // just destroyed, or a warning
        }
        while (in.isReadable() && present(member)) {
            take(member, in);
        }
    }

    private void opened(TransportAddress from, ByteBuf in) {
        PyppsppWords.assertOpening(in, swarmId);
        in.readByte();
        int channel = in.readInt();
        if (channel == NO_CHANNEL) {
            simulation.connections().disconnect(this, from);
            return;
        }
        Member member = new Member(from, false, newChannel());
        members.put(from.toString(), member);
        if (hears(member, channel, PyppsppWords.options(in, swarmId))) {
            while (in.isReadable()) {
                take(member, in);
            }
            send(member, handshake(member, channel));
        }
    }

    /** Of two connections of one pair the one stays that the higher name dialled; false if this is the other. */
    private boolean hears(Member member, int channel, PyppsppWords.Options options) {
        member.remoteChannel = channel;
        member.discardWindow = options.discardWindow();
        UUID theirs = options.name();
        member.name = theirs;
        assertThat(theirs)
                .as("without option 10 a PyPPSPP does not see duplicates")
                .isNotNull();
        for (Member other : List.copyOf(members.values())) {
            if (other != member && other.initialised() && theirs != null && theirs.equals(other.name)) {
                boolean stays = member.dialled == other.dialled || member.dialled == PyppsppWords.isAbove(name, theirs);
                destroy(stays ? other : member);
                return stays;
            }
        }
        return true;
    }

    private void take(Member member, ByteBuf in) {
        int type = in.readUnsignedByte();
        switch (type) {
            case MessageType.HANDSHAKE -> handshaken(member, in);
            case MessageType.HAVE -> told(member, in.readInt(), in.readInt());
            case MessageType.REQUEST -> requested(member, in.readInt(), in.readInt());
            case MessageType.DATA -> arrived(member, in);
            default -> throw new AssertionError("a PyPPSPP cannot read message " + type);
        }
    }

    private void handshaken(Member member, ByteBuf in) {
        int channel = in.readInt();
        PyppsppWords.Options options = PyppsppWords.options(in, swarmId);
        if (channel == NO_CHANNEL) {
            forget(member);
        } else if (!member.initialised()) {
            hears(member, channel, options);
        }
    }

    private void told(Member member, int first, int last) {
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

    private void requested(Member member, int first, int last) {
        assertThat(last - first).as("chunks of one REQUEST").isBetween(0, LONGEST_RANGE);
        if (last > lastDiscarded) {
            member.wants.set(Math.max(first, lastDiscarded + 1), last + 1);
        }
        if (!member.sending) {
            member.sending = true;
            simulation.after(0, () -> serve(member));
        }
    }

    private void arrived(Member member, ByteBuf in) {
        assertThat(source).as("DATA for the source").isFalse();
        assertThat(member.initialised())
                .as("DATA before the handshake is complete")
                .isTrue();
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
            announce();
        }
    }

    @Override
    public void dialledFrom(TransportAddress from) {
        honestPeers.add(from);
    }

    @Override
    public void closed(TransportAddress remote) {
        members.remove(remote.toString());
    }

    @Override
    public void writable(TransportAddress remote, boolean writable) {}

    @Override
    public String toString() {
        return "PyPPSPP " + address + ", newest " + (have.length() - 1) + ", members " + members.keySet();
    }
}
