package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ppspp.sim.PyppsppWords.CHANNELS;
import static org.ppspp.sim.PyppsppWords.NO_CHANNEL;
import static org.ppspp.sim.PyppsppWords.emptyAsAny;
import static org.ppspp.sim.PyppsppWords.to;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.ppspp.wire.MessageType;
import org.ppspp.wire.TransportAddress;

/**
 * How an unmodified PyPPSPP meets its peers over TCP and sends what they ask for, its mistakes included. What would crash, hang
 * or stall the original fails the test. It shares no code with the engine: every frame is written and read by hand.
 */
abstract class PyppsppPeer<M extends PyppsppPeer.Member> implements SimNode {
    static final long SECOND = 1_000_000_000L;
    private static final long TURN = 50_000L;

    /** One peer: a channel of a connection. */
    static class Member {
        final TransportAddress remote;
        final boolean dialled;
        final int channel;
        int remoteChannel;

        @Nullable
        UUID name;

        final BitSet has = new BitSet();
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

    final Simulation simulation;
    final TransportAddress address;
    final BitSet have = new BitSet();
    private final Collection<TransportAddress> honestPeers;
    private final UUID name;
    private final byte[] swarmId;
    private final long idleTurn;
    private final Map<String, M> members = new TreeMap<>();
    private boolean stopped;

    /** {@code idleTurn} is for how long the sender of a channel rests when there is nothing to send, in nanoseconds. */
    PyppsppPeer(
            Simulation simulation,
            TransportAddress address,
            byte[] swarmId,
            long idleTurn,
            Collection<TransportAddress> honestPeers) {
        this.simulation = simulation;
        this.address = address;
        this.swarmId = swarmId;
        this.idleTurn = idleTurn;
        this.honestPeers = honestPeers;
        this.name = new UUID(simulation.random().nextLong(), simulation.random().nextLong());
        honestPeers.add(address);
    }

    abstract M member(TransportAddress remote, boolean dialled, int channel);

    /** Adds to the handshake what is said with it. */
    abstract void introduction(ByteBuf out);

    /** The bytes of a chunk that it has. */
    abstract byte[] bytes(int chunk);

    /** The peer has introduced itself. */
    void introduced(M member, PyppsppWords.Options options) {}

    abstract void told(M member, int first, int last);

    abstract void requested(M member, int first, int last);

    abstract void arrived(M member, ByteBuf in);

    // --- coming and going

    void stop() {
        stopped = true;
        members().forEach(this::destroy);
        simulation.detach(address);
    }

    boolean stopped() {
        return stopped;
    }

    List<M> members() {
        return List.copyOf(members.values());
    }

    boolean present(M member) {
        return members.get(member.remote.toString()) == member;
    }

    /** Opens a connection to a peer it has none to; returns it, or null. */
    @Nullable
    M dial(TransportAddress peer) {
        if (stopped || members.containsKey(peer.toString())) {
            return null;
        }
        M member = join(peer, true);
        send(member, handshake(member, NO_CHANNEL));
        return member;
    }

    private M join(TransportAddress remote, boolean dialled) {
        M member = member(remote, dialled, 1 + simulation.random().nextInt(CHANNELS));
        members.put(remote.toString(), member);
        return member;
    }

    /** Says goodbye and closes the connection. */
    void destroy(M member) {
        send(member, PyppsppWords.goodbye(member.remoteChannel));
        forget(member);
    }

    private void forget(M member) {
        members.remove(member.remote.toString(), member);
        simulation.connections().disconnect(this, member.remote);
    }

    /** Forgets all peers without a word. */
    void forgetAll() {
        members.clear();
        simulation.connections().forget(this);
    }

    // --- speaking

    void send(M member, ByteBuf frame) {
        simulation.send(this, address, member.remote, ByteBufUtil.getBytes(frame));
    }

    private ByteBuf handshake(M member, int destination) {
        ByteBuf out = PyppsppWords.handshake(destination, member.channel, swarmId, name);
        introduction(out);
        return out;
    }

    void tellAll(int type, BitSet chunks) {
        for (M member : members()) {
            if (member.initialised()) {
                ByteBuf out = to(member.remoteChannel);
                PyppsppWords.ranges(out, type, chunks);
                send(member, out);
            }
        }
    }

    /** Adds to what a peer waits for. A new request does not wake the sender of its channel. */
    void wants(M member, int first, int last) {
        member.wants.set(first, last + 1);
    }

    void wake(M member) {
        if (!member.sending) {
            member.sending = true;
            simulation.after(0, () -> serve(member));
        }
    }

    private void serve(M member) {
        if (stopped || !present(member)) {
            return;
        }
        BitSet ready = (BitSet) member.wants.clone();
        ready.and(have);
        if (emptyAsAny(ready)) {
            simulation.after(idleTurn, () -> serve(member));
            return;
        }
        int chunk = ready.nextSetBit(0);
        member.wants.clear(chunk);
        ByteBuf out = to(member.remoteChannel)
                .writeByte(MessageType.DATA)
                .writeInt(chunk)
                .writeInt(chunk);
        send(member, out.writeLong(simulation.now() / 1_000).writeBytes(bytes(chunk)));
        simulation.after(TURN, () -> serve(member));
    }

    // --- listening

    @Override
    public void receive(TransportAddress from, ByteBuf in) {
        assertThat(in.readableBytes()).as("an empty frame stops a PyPPSPP").isGreaterThanOrEqualTo(Integer.BYTES);
        int destination = in.readInt();
        M member = members.get(from.toString());
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
        M member = join(from, false);
        if (stays(member, channel, PyppsppWords.options(in, swarmId))) {
            while (in.isReadable()) {
                take(member, in);
            }
            send(member, handshake(member, channel));
        }
    }

    /** Of two connections of one pair the one stays that the higher name dialled; false if this is the other. */
    private boolean stays(M member, int channel, PyppsppWords.Options options) {
        member.remoteChannel = channel;
        UUID theirs = options.name();
        member.name = theirs;
        introduced(member, options);
        assertThat(theirs)
                .as("without option 10 a PyPPSPP does not see duplicates")
                .isNotNull();
        for (M other : members()) {
            if (other != member && other.initialised() && theirs != null && theirs.equals(other.name)) {
                boolean stays = member.dialled == other.dialled || member.dialled == PyppsppWords.isAbove(name, theirs);
                destroy(stays ? other : member);
                return stays;
            }
        }
        return true;
    }

    private void take(M member, ByteBuf in) {
        int type = in.readUnsignedByte();
        switch (type) {
            case MessageType.HANDSHAKE -> handshaken(member, in);
            case MessageType.HAVE -> told(member, in.readInt(), in.readInt());
            case MessageType.REQUEST -> requested(member, in.readInt(), in.readInt());
            case MessageType.DATA -> {
                assertThat(member.initialised())
                        .as("DATA before the handshake is complete")
                        .isTrue();
                arrived(member, in);
            }
            default -> throw new AssertionError("a PyPPSPP cannot read message " + type);
        }
    }

    private void handshaken(M member, ByteBuf in) {
        int channel = in.readInt();
        PyppsppWords.Options options = PyppsppWords.options(in, swarmId);
        if (channel == NO_CHANNEL) {
            forget(member);
        } else if (!member.initialised()) {
            stays(member, channel, options);
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
        return "PyPPSPP " + address + ", has " + have.cardinality() + ", newest " + (have.length() - 1) + ", members "
                + members.keySet();
    }
}
