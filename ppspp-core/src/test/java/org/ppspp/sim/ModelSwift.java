package org.ppspp.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.ppspp.chunk.Bin;
import org.ppspp.engine.PeerOrigin;
import org.ppspp.wire.MessageType;
import org.ppspp.wire.TransportAddress;

/**
 * How an unmodified libswift behaves over UDP in a swarm with SHA-1 and chunks of 1,024 bytes. What would crash, mislead or
 * stall the original fails the test. It shares no code with the engine: every datagram is written and read by hand.
 */
final class ModelSwift implements SimNode {
    private static final long SECOND = 1_000_000_000L;
    private static final long TICK = 40_000_000L;
    private static final long HANDSHAKE_RETRY = 1_200_000_000L;
    private static final int HANDSHAKE_TRIES = 3;
    private static final int REPLY_TRIES = 10;
    private static final long KEEP_ALIVE = 5 * SECOND;
    private static final long REDIAL = 5 * SECOND;
    private static final double REDIAL_GROWTH = 1.1;
    private static final int CHANNELS = 30;
    private static final long FIRST_REQUEST_RETRY = SECOND / 5;
    private static final long REQUEST_LIFE = 2 * SECOND;
    private static final int REQUESTED_AT_ONCE = 64;
    private static final long QUEUED_LIFE = 1_500_000_000L;
    private static final long SILENCE = 3 * SECOND;
    private static final long ROUND_TRIP_SLACK = 250_000_000L;
    private static final int PING_PONG_SENDS = 3;
    private static final int FIRST_WINDOW = 4;
    private static final int HAVES_AT_ONCE = 4;
    private static final int HAVES_IN_HANDSHAKE = 8;
    private static final int HASHES_BESIDE_DATA = 15;
    private static final int END = 255;

    private final Simulation simulation;
    private final Content content;
    private final TransportAddress address;
    private final Map<Integer, SwiftChannel> channels = new TreeMap<>();
    private final BitSet have = new BitSet();
    private final Map<Integer, Long> picked = new TreeMap<>();
    private final SwiftHashes hashes;
    private final int count;
    private final boolean perfectPaths;
    private boolean forwards;
    private boolean stopped;
    private int nextId;

    /** {@code perfectPaths}: nothing is lost nor overtaken, so that each chunk must be verifiable as it arrives. */
    ModelSwift(Simulation simulation, Content content, InetSocketAddress socket, boolean perfectPaths) {
        this.simulation = simulation;
        this.content = content;
        this.address = TransportAddress.udp(socket);
        this.count = (int) content.chunkCount();
        this.hashes = new SwiftHashes(content);
        this.perfectPaths = perfectPaths;
        this.nextId = simulation.random().nextInt() | 0x0010_0000;
    }

    TransportAddress address() {
        return address;
    }

    void fill() {
        have.set(0, count);
        hashes.learnSize();
    }

    void start() {
        simulation.attach(address, this);
        simulation.after(simulation.random().nextLong(TICK), this::tick);
    }

    void stop() {
        stopped = true;
        for (SwiftChannel channel : channels.values()) {
            if (channel.remoteId != 0 && !channel.closed) {
                send(channel, to(channel).writeByte(0).writeInt(0).writeByte(END));
            }
        }
        simulation.detach(address);
    }

    boolean complete() {
        return have.cardinality() == count;
    }

    /** {@code -t}: dials this address, and again and again while nothing moves. */
    void meet(TransportAddress peer) {
        dial(peer, REDIAL);
    }

    void introduce(SimPeer to) {
        to.meet(PeerOrigin.TRACKER, List.of(address));
        meet(to.address());
    }

    private void dial(TransportAddress peer, long pause) {
        if (stopped) {
            return;
        }
        boolean moving = forwards;
        forwards = false;
        long open = channels.values().stream().filter(c -> !c.closed).count();
        if (!moving && open < CHANNELS) {
            open(peer);
        }
        simulation.after(pause, () -> dial(peer, (long) (pause * REDIAL_GROWTH)));
    }

    private SwiftChannel open(TransportAddress peer) {
        SwiftChannel channel = new SwiftChannel(peer, nextId++);
        channel.lastReceived = simulation.now();
        channels.put(channel.id, channel);
        shake(channel);
        return channel;
    }

    // --- speaking

    private static ByteBuf to(SwiftChannel channel) {
        return Unpooled.buffer().writeInt(channel.remoteId);
    }

    private void send(SwiftChannel channel, ByteBuf datagram) {
        channel.lastSent = simulation.now();
        simulation.send(this, address, channel.remote, ByteBufUtil.getBytes(datagram));
    }

    /** Opens, or answers once the peer's channel is known. The fourth opening is that of a protocol before the IETF. */
    private void shake(SwiftChannel channel) {
        channel.handshakes++;
        channel.lastHandshake = simulation.now();
        byte[] root = content.rootHash().toBytes();
        boolean opening = channel.remoteId == 0;
        if (opening && channel.handshakes > HANDSHAKE_TRIES) {
            ByteBuf legacy = Unpooled.buffer().writeInt(0).writeByte(4).writeInt(0x7fffffff);
            send(channel, legacy.writeBytes(root).writeByte(0).writeInt(channel.id));
            channel.closed = true;
            return;
        }
        ByteBuf out =
                to(channel).writeByte(0).writeInt(channel.id).writeShort(0x0001).writeShort(0x0101);
        if (opening) {
            out.writeByte(2).writeShort(root.length).writeBytes(root);
        }
        out.writeShort(0x0301).writeShort(0x0400).writeShort(0x0602).writeByte(END);
        announce(channel, out, HAVES_IN_HANDSHAKE);
        send(channel, out);
    }

    /** Says some of what the peer has not been told, as bins. */
    private void announce(SwiftChannel channel, ByteBuf out, int most) {
        if (channel.handshakes > 0 && !channel.established) {
            channel.said.clear();
        }
        for (int i = 0; i < most; i++) {
            BitSet fresh = (BitSet) have.clone();
            fresh.andNot(channel.said);
            int first = fresh.nextSetBit(0);
            if (first < 0) {
                return;
            }
            long bin = filled(first);
            int from = (int) Bin.firstChunk(bin);
            int last = (int) Bin.lastChunk(bin);
            out.writeByte(MessageType.HAVE).writeInt(from).writeInt(last);
            channel.said.set(from, last + 1);
        }
    }

    /** The largest bin around {@code chunk} of which we have all. */
    private long filled(int chunk) {
        long bin = Bin.leaf(chunk);
        for (long up = Bin.parent(bin); holds(up); up = Bin.parent(bin)) {
            bin = up;
        }
        return bin;
    }

    private boolean holds(long bin) {
        return have.nextClearBit((int) Bin.firstChunk(bin)) > Bin.lastChunk(bin);
    }

    // --- what is due

    private void tick() {
        if (stopped) {
            return;
        }
        for (SwiftChannel channel : List.copyOf(channels.values())) {
            if (!channel.closed) {
                tick(channel);
            }
        }
        simulation.after(TICK, this::tick);
    }

    private void tick(SwiftChannel channel) {
        long now = simulation.now();
        if (!channel.established) {
            boolean mayTry = channel.remoteId == 0 || channel.handshakes < REPLY_TRIES;
            if (mayTry && now - channel.lastHandshake >= HANDSHAKE_RETRY) {
                shake(channel);
            }
            return;
        }
        serve(channel, now);
        ask(channel, now);
        ByteBuf out = to(channel);
        announce(channel, out, HAVES_AT_ONCE);
        if (out.readableBytes() > Integer.BYTES || now - channel.lastSent > KEEP_ALIVE) {
            send(channel, out);
        }
    }

    // --- asking

    private void ask(SwiftChannel channel, long now) {
        if (!hashes.sizeKnown()) {
            if (channel.lastAsked + FIRST_REQUEST_RETRY <= now) {
                request(channel, 0, 0, now);
            }
            return;
        }
        picked.values().removeIf(at -> at + REQUEST_LIFE <= now);
        if (now - channel.lastReceived > SILENCE && simulation.random().nextInt(100) > 0) {
            return;
        }
        BitSet wanted = (BitSet) channel.has.clone();
        wanted.andNot(have);
        picked.keySet().forEach(wanted::clear);
        if (wanted.isEmpty() || picked.size() >= REQUESTED_AT_ONCE) {
            return;
        }
        int[] choices = wanted.stream().toArray();
        int any = choices[simulation.random().nextInt(choices.length)];
        long bin = Bin.leaf(any);
        for (long up = Bin.parent(bin);
                Bin.width(up) <= REQUESTED_AT_ONCE - picked.size()
                        && wanted.nextClearBit((int) Bin.firstChunk(up)) > Bin.lastChunk(up);
                up = Bin.parent(bin)) {
            bin = up;
        }
        request(channel, (int) Bin.firstChunk(bin), (int) Bin.lastChunk(bin), now);
    }

    private void request(SwiftChannel channel, int first, int last, long now) {
        for (int chunk = first; chunk <= last; chunk++) {
            picked.put(chunk, now);
        }
        channel.lastAsked = now;
        send(channel, to(channel).writeByte(MessageType.REQUEST).writeInt(first).writeInt(last));
    }

    // --- serving

    private void serve(SwiftChannel channel, long now) {
        if (now - channel.lastReceived > SILENCE) {
            return;
        }
        long patience = 2 * simulation.delay() + ROUND_TRIP_SLACK;
        for (Map.Entry<Integer, SwiftChannel.Flying> entry : List.copyOf(channel.flying.entrySet())) {
            SwiftChannel.Flying flying = entry.getValue();
            if (flying.at + patience > now) {
                continue;
            }
            assertThat(perfectPaths && alone(channel))
                    .as("no ACK for chunk %d", entry.getKey())
                    .isFalse();
            if (flying.sends >= PING_PONG_SENDS) {
                channel.flying.remove(entry.getKey());
            } else {
                channel.justSent = SwiftChannel.NONE;
                data(channel, entry.getKey(), now);
            }
        }
        int window = channel.acks == 0 ? 1 : FIRST_WINDOW + channel.acks;
        long life = Math.max(QUEUED_LIFE, 8 * simulation.delay());
        while (!channel.queue.isEmpty() && channel.flying.size() < window) {
            SwiftChannel.Queued next = channel.queue.remove();
            if (now - next.since() <= life && have.get(next.chunk())) {
                data(channel, next.chunk(), now);
            }
        }
    }

    /** Whether there was no other channel to the same peer, to which it may have turned. */
    private boolean alone(SwiftChannel channel) {
        return channels.values().stream()
                        .filter(c -> c.remote.equals(channel.remote))
                        .count()
                == 1;
    }

    private void data(SwiftChannel channel, int chunk, long now) {
        List<Long> bins = new ArrayList<>();
        long top = Bin.NONE;
        for (long peak : Bin.peaks(count)) {
            if (channel.has.isEmpty()) {
                bins.add(peak);
            }
            top = Bin.contains(peak, Bin.leaf(chunk)) ? peak : top;
        }
        int peaks = bins.size();
        boolean doubting = simulation.random().nextInt(4) == 3;
        for (long bin = Bin.leaf(chunk);
                bin != top && !known(channel, Bin.parent(bin), doubting);
                bin = Bin.parent(bin)) {
            bins.add(peaks, Bin.sibling(bin));
        }
        ByteBuf out = to(channel);
        for (long bin : bins) {
            out.writeByte(MessageType.INTEGRITY)
                    .writeInt((int) Bin.firstChunk(bin))
                    .writeInt((int) Bin.lastChunk(bin))
                    .writeBytes(content.hash(bin));
        }
        if (bins.size() >= HASHES_BESIDE_DATA) {
            send(channel, out);
            out = to(channel);
        }
        out.writeByte(MessageType.DATA).writeInt(chunk).writeInt(chunk);
        send(channel, out.writeLong(now / 1_000).writeBytes(content.chunk(chunk)));
        SwiftChannel.Flying flying = channel.flying.computeIfAbsent(chunk, c -> new SwiftChannel.Flying());
        flying.at = now;
        flying.sends++;
        if (!channel.has.isEmpty()) {
            channel.justSent = chunk;
        }
        forwards = true;
    }

    /** Whether the peer is believed to know the hashes below {@code bin}; what was just sent may be doubted. */
    private static boolean known(SwiftChannel channel, long bin, boolean doubting) {
        int first = (int) Bin.firstChunk(bin);
        int last = (int) Bin.lastChunk(bin);
        int has = channel.has.nextSetBit(first);
        if (has >= 0 && has <= last) {
            return true;
        }
        return !doubting && channel.justSent >= first && channel.justSent <= last;
    }

    // --- listening

    @Override
    public void receive(TransportAddress from, ByteBuf in) {
        int destination = in.readInt();
        if (destination == 0) {
            if (in.isReadable()) {
                opened(from, in);
            }
            return;
        }
        SwiftChannel channel = channels.get(destination);
        if (channel == null || channel.closed || !channel.remote.equals(from)) {
            return;
        }
        channel.lastReceived = simulation.now();
        channel.established |= channel.remoteId != 0;
        while (in.isReadable() && !channel.closed) {
            take(channel, in);
        }
    }

    private void opened(TransportAddress from, ByteBuf in) {
        assertThat(in.readUnsignedByte()).as("a datagram to channel 0 opens").isZero();
        int remote = in.readInt();
        if (remote == 0 || !SwiftOptions.read(in, true, content)) {
            return;
        }
        for (SwiftChannel channel : channels.values()) {
            if (channel.remoteId == remote && channel.remote.equals(from)) {
                shake(channel);
                return;
            }
        }
        SwiftChannel channel = new SwiftChannel(from, nextId++);
        channel.remoteId = remote;
        channel.lastReceived = simulation.now();
        channels.put(channel.id, channel);
        while (in.isReadable()) {
            take(channel, in);
        }
        shake(channel);
    }

    private void take(SwiftChannel channel, ByteBuf in) {
        int type = in.readUnsignedByte();
        switch (type) {
            case MessageType.HANDSHAKE -> handshaken(channel, in);
            case MessageType.DATA -> arrived(channel, in);
            case MessageType.ACK -> acknowledged(channel, range(in), in.readLong());
            case MessageType.HAVE -> channel.has.or(range(in));
            case MessageType.INTEGRITY -> hashes.offered(channel.peaks, in);
            case MessageType.REQUEST -> requested(channel, range(in));
            case MessageType.CANCEL -> {
                BitSet cancelled = range(in);
                channel.queue.removeIf(queued -> cancelled.get(queued.chunk()));
            }
            case MessageType.CHOKE, MessageType.UNCHOKE, MessageType.PEX_REQ -> {}
            default -> throw new AssertionError("message " + type + " to a libswift");
        }
    }

    /** A range of chunks. Beyond the last one the original reads outside its memory. */
    private BitSet range(ByteBuf in) {
        int first = in.readInt();
        int last = in.readInt();
        assertThat(first).as("first chunk of %d..%d", first, last).isBetween(0, last);
        assertThat(last).as("last chunk of %d..%d", first, last).isLessThan(count);
        BitSet range = new BitSet();
        range.set(first, last + 1);
        return range;
    }

    private void handshaken(SwiftChannel channel, ByteBuf in) {
        int remote = in.readInt();
        if (remote == 0) {
            channel.closed = true;
            in.skipBytes(in.readableBytes());
            return;
        }
        SwiftOptions.read(in, false, content);
        channel.remoteId = remote;
        channel.established = true;
        // Says at once that the answer came: there may be nothing else to say for long.
        send(channel, to(channel));
    }

    private void requested(SwiftChannel channel, BitSet range) {
        range.stream().forEach(chunk -> {
            channel.queue.removeIf(queued -> queued.chunk() == chunk);
            channel.queue.add(new SwiftChannel.Queued(chunk, simulation.now()));
        });
    }

    private void acknowledged(SwiftChannel channel, BitSet range, long delayMicros) {
        assertThat(range.cardinality())
                .as("chunks of one ACK: %s, delay %d", range, delayMicros)
                .isOne();
        channel.has.or(range);
        if (channel.flying.remove(range.nextSetBit(0)) != null) {
            channel.acks++;
        }
    }

    private void arrived(SwiftChannel channel, ByteBuf in) {
        int chunk = in.readInt();
        assertThat(in.readInt()).as("DATA of one chunk").isEqualTo(chunk);
        assertThat(chunk).as("chunk number").isBetween(0, count - 1);
        long timestamp = in.readLong();
        assertThat(timestamp).as("time of sending").isPositive();
        byte[] bytes = new byte[in.readableBytes()];
        in.readBytes(bytes);
        assertThat(bytes).as("chunk %d, and nothing behind it", chunk).isEqualTo(content.chunk(chunk));
        if (have.get(chunk)) {
            long bin = filled(chunk);
            ByteBuf out = to(channel).writeByte(MessageType.HAVE);
            send(channel, out.writeInt((int) Bin.firstChunk(bin)).writeInt((int) Bin.lastChunk(bin)));
            return;
        }
        if (!hashes.verify(chunk)) {
            assertThat(perfectPaths).as("no hashes in front of chunk %d", chunk).isFalse();
            return;
        }
        have.set(chunk);
        picked.remove(chunk);
        forwards = true;
        ByteBuf out = to(channel).writeByte(MessageType.ACK).writeInt(chunk).writeInt(chunk);
        channel.said.set(chunk);
        send(channel, out.writeLong(simulation.now() / 1_000 - timestamp));
    }

    @Override
    public void dialledFrom(TransportAddress from) {
        throw new AssertionError("libswift does not use TCP");
    }

    @Override
    public String toString() {
        return "libswift " + address + " has " + have.cardinality() + " of " + count + ", channels " + channels.size();
    }
}
