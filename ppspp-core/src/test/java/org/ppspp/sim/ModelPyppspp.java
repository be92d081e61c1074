package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ppspp.sim.PyppsppWords.emptyAsAny;
import static org.ppspp.sim.PyppsppWords.to;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.wire.MessageType;
import org.ppspp.wire.TransportAddress;

/** How an unmodified PyPPSPP shares and fetches a file. */
final class ModelPyppspp extends PyppsppPeer<ModelPyppspp.FileMember> {
    private static final long ORPHAN = 15 * SECOND;
    private static final int REQUESTED_AT_ONCE = 1_000;
    private static final int ENOUGH_REQUESTED = 250;

    static final class FileMember extends PyppsppPeer.Member {
        /** What was asked for in the same breath as chunk 0, or later, while chunk 0 is owed. */
        final BitSet behindFirst = new BitSet();

        FileMember(TransportAddress remote, boolean dialled, int channel) {
            super(remote, dialled, channel);
        }
    }

    private final Content content;
    private final int count;
    private boolean believesComplete;

    ModelPyppspp(
            Simulation simulation, Content content, InetSocketAddress socket, Collection<TransportAddress> honest) {
        super(simulation, TransportAddress.tcp(socket), content.rootHash().toBytes(), SECOND, honest);
        this.content = content;
        this.count = (int) content.chunkCount();
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

    /** Whether it is done, all of it, or all but the first chunk which it then believes to have. */
    boolean complete() {
        return believesComplete;
    }

    boolean lacksFirst() {
        return believesComplete && !have.get(0);
    }

    /** The tracker tells of a peer: it is dialled once. */
    void meet(TransportAddress peer) {
        FileMember member = dial(peer);
        if (member != null) {
            simulation.after(ORPHAN, () -> {
                if (present(member) && !member.initialised()) {
                    destroy(member);
                }
            });
        }
    }

    void introduce(SimPeer to) {
        to.meet(PeerOrigin.TRACKER, List.of(address));
        meet(to.tcpAddress());
    }

    @Override
    FileMember member(TransportAddress remote, boolean dialled, int channel) {
        return new FileMember(remote, dialled, channel);
    }

    @Override
    void introduction(ByteBuf out) {
        if (believesComplete) {
            PyppsppWords.ranges(out, MessageType.HAVE, have);
        }
    }

    @Override
    byte[] bytes(int chunk) {
        return content.chunk(chunk);
    }

    // --- once a second

    private void tick() {
        if (stopped()) {
            return;
        }
        for (FileMember member : members()) {
            boolean asked = member.initialised() && !believesComplete && ask(member);
            if (!asked && member.owes.isEmpty()) {
                send(member, to(member.remoteChannel));
            }
        }
        simulation.after(SECOND, this::tick);
    }

    private boolean ask(FileMember member) {
        if (member.owes.cardinality() > ENOUGH_REQUESTED) {
            return false;
        }
        BitSet needed = (BitSet) member.has.clone();
        needed.andNot(have);
        members().forEach(other -> needed.andNot(other.owes));
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

    // --- listening

    private void assertChunk(int chunk) {
        assertThat(chunk).as("chunk number").isBetween(0, count - 1);
    }

    @Override
    void told(FileMember member, int first, int last) {
        assertChunk(first);
        assertChunk(last);
        member.has.set(first, last + 1);
    }

    @Override
    void requested(FileMember member, int first, int last) {
        assertChunk(first);
        assertChunk(last);
        wants(member, first, last);
        wake(member);
    }

    @Override
    void arrived(FileMember member, ByteBuf in) {
        int chunk = in.readInt();
        assertChunk(chunk);
        assertThat(in.readInt()).as("DATA of one chunk").isEqualTo(chunk);
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
            tellAll(MessageType.HAVE, have);
        }
    }
}
