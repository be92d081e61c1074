package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ppspp.sim.PyppsppWords.CHANNELS;
import static org.ppspp.sim.PyppsppWords.NO_CHANNEL;
import static org.ppspp.sim.PyppsppWords.emptyAsAny;
import static org.ppspp.sim.PyppsppWords.to;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.wire.MessageType;
import org.ppspp.wire.TransportAddress;

/**
 * How an unmodified PyPPSPP behaves over TCP, its mistakes included. What would crash, hang or stall the original fails the
 * test. It shares no code with the engine: every frame is written and read by hand.
 */
final class ModelPyppspp implements SimNode {
    private static final long SECOND = 1_000_000_000L;
    private static final long TURN = 50_000L;
    private static final long ORPHAN = 15 * SECOND;
    private static final int REQUESTED_AT_ONCE = 1_000;
    private static final int ENOUGH_REQUESTED = 250;

    /** One peer: a channel of a connection. */
    private static final class Member {
        final TransportAddress remote;
        final boolean dialled;
        final int channel;
        int remoteChannel;

        @Nullable
        UUID name;

        final BitSet has = new BitSet();
        final BitSet wants = new BitSet();
        final BitSet owes = new BitSet();
        /** What was asked for in the same breath as chunk 0, or later, while chunk 0 is owed. */
        final BitSet behindFirst = new BitSet();

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
    private final Content content;
    private final TransportAddress address;
    private final Collection<TransportAddress> honestPeers;
    private final UUID name;
    private final byte[] swarmId;
    private final Map<String, Member> members = new TreeMap<>();
    private final BitSet have = new BitSet();
    private final int count;
    private boolean believesComplete;
    private boolean stopped;

    ModelPyppspp(
            Simulation simulation, Content content, InetSocketAddress socket, Collection<TransportAddress> honest) {
        this.simulation = simulation;
        this.content = content;
        this.address = TransportAddress.tcp(socket);
        this.honestPeers = honest;
        this.name = new UUID(simulation.random().nextLong(), simulation.random().nextLong());
        this.swarmId = content.rootHash().toBytes();
        this.count = (int) content.chunkCount();
        honest.add(address);
    }

    TransportAddress address() {
        return address;
    }

    /** Makes it a seeder. */
    void fill() {
        have.set(0, count);
        believesComplete = true;
    }

    void start() {
        simulation.attach(address, this);
        simulation.after(simulation.random().nextLong(SECOND), this::tick);
    }

    void stop() {
        stopped = true;
        List.copyOf(members.values()).forEach(this::destroy);
        simulation.detach(address);
    }

    /** Whether it is done, all of it, or all but the first chunk which it then believes to have. */
    boolean complete() {
        return believesComplete;
    }

    boolean lacksFirst() {
        return believesComplete && !have.get(0);
    }

    /** The tracker tells of a peer: it is dialled once. */
    void meet(TransportAddress peer) {
        if (stopped || members.containsKey(peer.toString())) {
            return;
        }
        Member member = new Member(peer, true, newChannel());
        members.put(peer.toString(), member);
        send(member, handshake(member, NO_CHANNEL));
        simulation.after(ORPHAN, () -> {
            if (present(member) && !member.initialised()) {
                destroy(member);
            }
        });
    }

    void introduce(SimPeer to) {
        to.meet(PeerOrigin.TRACKER, List.of(address));
        meet(to.tcpAddress());
    }

    private int newChannel() {
        return 1 + simulation.random().nextInt(CHANNELS);
    }

    private boolean present(Member member) {
        return members.get(member.remote.toString()) == member;
    }

    // --- speaking

    private void send(Member member, ByteBuf frame) {
        simulation.send(this, address, member.remote, ByteBufUtil.getBytes(frame));
    }

    private ByteBuf handshake(Member member, int destination) {
        ByteBuf out = PyppsppWords.handshake(destination, member.channel, swarmId, name);
        if (believesComplete) {
            announce(out);
        }
        return out;
    }

    private void announce(ByteBuf out) {
        PyppsppWords.ranges(out, MessageType.HAVE, have);
    }

    /** Says goodbye and closes the connection. */
    private void destroy(Member member) {
        goodbye(member);
        forget(member);
    }

    private void goodbye(Member member) {
        send(member, PyppsppWords.goodbye(member.remoteChannel));
    }

    private void forget(Member member) {
        members.remove(member.remote.toString(), member);
        simulation.connections().disconnect(this, member.remote);
    }

    // --- once a second

    private void tick() {
        if (stopped) {
            return;
        }
        for (Member member : List.copyOf(members.values())) {
            boolean asked = member.initialised() && !believesComplete && ask(member);
            if (!asked && member.owes.isEmpty()) {
                send(member, to(member.remoteChannel));
            }
        }
        simulation.after(SECOND, this::tick);
    }

    private boolean ask(Member member) {
        if (member.owes.cardinality() > ENOUGH_REQUESTED) {
            return false;
        }
        BitSet needed = (BitSet) member.has.clone();
        needed.andNot(have);
        members.values().forEach(other -> needed.andNot(other.owes));
        if (emptyAsAny(needed)) {
            return false;
        }
        List<Integer> chosen = new ArrayList<>(needed.stream().boxed().toList());
        Collections.shuffle(chosen, new Random(simulation.random().nextLong()));
        ByteBuf out = to(member.remoteChannel);
        BitSet asked = new BitSet();
        for (int chunk : chosen.subList(0, Math.min(REQUESTED_AT_ONCE, chosen.size()))) {
            out.writeByte(MessageType.REQUEST).writeInt(chunk).writeInt(chunk);
            asked.set(chunk);
        }
        member.owes.or(asked);
        if (member.owes.get(0)) {
            member.behindFirst.or(asked);
        }
        send(member, out);
        return true;
    }

    // --- the sender of a channel: a new request does not wake it

    private void serve(Member member) {
        if (stopped || !present(member)) {
            return;
        }
        BitSet ready = (BitSet) member.wants.clone();
        ready.and(have);
        if (emptyAsAny(ready)) {
            simulation.after(SECOND, () -> serve(member));
            return;
        }
        int chunk = ready.nextSetBit(0);
        member.wants.clear(chunk);
        ByteBuf out = to(member.remoteChannel)
                .writeByte(MessageType.DATA)
                .writeInt(chunk)
                .writeInt(chunk);
        send(member, out.writeLong(simulation.now() / 1_000).writeBytes(content.chunk(chunk)));
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
                assertThat(in.getUnsignedByte(in.readerIndex())).isZero();
                assertThat(in.getInt(in.readerIndex() + 1))
                        .as("a second opening in a connection")
                        .isZero();
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
        UUID theirs = PyppsppWords.options(in, swarmId).name();
        Member member = new Member(from, false, newChannel());
        member.remoteChannel = channel;
        member.name = theirs;
        members.put(from.toString(), member);
        if (staysBesideTwin(member)) {
            while (in.isReadable()) {
                take(member, in);
            }
            send(member, handshake(member, channel));
        }
    }

    /** Of two connections of one pair the one stays that the higher name dialled; false if {@code fresh} is the other. */
    private boolean staysBesideTwin(Member fresh) {
        UUID theirs = fresh.name;
        assertThat(theirs)
                .as("without option 10 a PyPPSPP does not see duplicates")
                .isNotNull();
        for (Member other : List.copyOf(members.values())) {
            if (other != fresh && other.initialised() && theirs != null && theirs.equals(other.name)) {
                boolean freshStays =
                        fresh.dialled == other.dialled || fresh.dialled == PyppsppWords.isAbove(name, theirs);
                destroy(freshStays ? other : fresh);
                return freshStays;
            }
        }
        return true;
    }

    private void take(Member member, ByteBuf in) {
        int type = in.readUnsignedByte();
        switch (type) {
            case MessageType.HANDSHAKE -> handshaken(member, in);
            case MessageType.HAVE -> member.has.set(bound(in), bound(in) + 1);
            case MessageType.REQUEST -> requested(member, bound(in), bound(in));
            case MessageType.DATA -> arrived(member, in);
            default -> throw new AssertionError("a PyPPSPP cannot read message " + type);
        }
    }

    private int bound(ByteBuf in) {
        int chunk = in.readInt();
        assertThat(chunk).as("chunk number").isBetween(0, count - 1);
        return chunk;
    }

    private void handshaken(Member member, ByteBuf in) {
        int channel = in.readInt();
        @Nullable UUID theirs = PyppsppWords.options(in, swarmId).name();
        if (channel == NO_CHANNEL) {
            forget(member);
        } else if (!member.initialised()) {
            member.remoteChannel = channel;
            member.name = theirs;
            staysBesideTwin(member);
        }
    }

    private void requested(Member member, int first, int last) {
        member.wants.set(first, last + 1);
        if (!member.sending) {
            member.sending = true;
            simulation.after(0, () -> serve(member));
        }
    }

    private void arrived(Member member, ByteBuf in) {
        assertThat(member.initialised())
                .as("DATA before the handshake is complete")
                .isTrue();
        int chunk = bound(in);
        assertThat(bound(in)).as("DATA of one chunk").isEqualTo(chunk);
        in.readLong();
        byte[] bytes = new byte[in.readableBytes()];
        in.readBytes(bytes);
        assertThat(bytes).as("chunk %d, and nothing behind it", chunk).isEqualTo(content.chunk(chunk));
        assertThat(member.owes.get(chunk)).as("chunk %d was asked for", chunk).isTrue();
        assertThat(chunk > 0 && member.owes.get(0) && member.behindFirst.get(chunk))
                .as("chunk %d came before chunk 0, which was asked for with it or before", chunk)
                .isFalse();
        member.owes.clear(chunk);
        if (chunk == 0) {
            member.behindFirst.clear();
        }
        if (believesComplete) {
            return;
        }
        have.set(chunk);
        if (have.nextClearBit(1) >= count) {
            believesComplete = true;
            for (Member other : members.values()) {
                if (other.initialised()) {
                    ByteBuf out = to(other.remoteChannel);
                    announce(out);
                    send(other, out);
                }
            }
        }
    }

    @Override
    public void dialledFrom(TransportAddress from) {
        honestPeers.add(from);
    }

    /** It never dials again. */
    @Override
    public void closed(TransportAddress remote) {
        members.remove(remote.toString());
    }

    @Override
    public String toString() {
        return "PyPPSPP " + address + " has " + have.cardinality() + " of " + count + ", members " + members.keySet();
    }
}
