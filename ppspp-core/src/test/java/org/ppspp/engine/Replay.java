package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.LoneEngine.Sent;
import org.ppspp.traces.Trace.Carrier;
import org.ppspp.traces.Trace.Packet;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.WireFormat;

/**
 * A captured conversation of two peers, of which an engine takes one side.
 *
 * <p>What the other one said is said again, at its time, to the channel that the engine chose where the original had chosen
 * another. It is the same peer: it answers no opening that has not come, announces and acknowledges no chunk before it has left,
 * and sends none before it is asked for, so its packets wait for that.
 */
final class Replay {
    private static final long STEP = Limits.SECOND / 1_000;
    private static final long PATIENCE = 30 * Limits.SECOND;
    private static final int MAX_MESSAGES = 2_048;

    /** A packet of the peer that waits until the engine has sent {@code chunks}. */
    private record Held(Packet packet, Set<Long> chunks) {}

    private final LoneEngine engine;
    private final String side;
    private final List<Packet> packets;
    private final BiConsumer<byte[], List<Message>> check;
    private final WireFormat format;
    private final long start;

    /** Channels of the engine, by where it opened them and by the channel of the peer that it answered. */
    private final Map<TransportAddress, Integer> opened = new HashMap<>();

    private final Map<Integer, Integer> answered = new HashMap<>();

    private final List<Sent> sent = new ArrayList<>();
    private final List<Message> said = new ArrayList<>();
    private final List<Held> held = new ArrayList<>();
    private final Set<Long> given = new HashSet<>();
    /** The chunks that the original had sent by now. */
    private final Set<Long> givenThen = new HashSet<>();

    private final Set<Long> asked = new HashSet<>();

    /** The engine takes the side of whoever's address starts with {@code side}; {@code check} sees all that it sends. */
    Replay(LoneEngine engine, String side, List<Packet> packets, BiConsumer<byte[], List<Message>> check) {
        this.engine = engine;
        this.side = side;
        this.packets = packets;
        this.check = check;
        SwarmMetadata metadata = engine.metadata();
        this.format = new WireFormat(
                ChunkAddressing.CHUNK_RANGES_32,
                metadata.hashFunction().length(),
                0,
                metadata.chunkSizeBytes(),
                WireFormat.UNKNOWN_LENGTH);
        this.start = engine.now();
    }

    void play() {
        for (Packet packet : packets) {
            if (engine.now() - start < packet.nanos()) {
                note(engine.advance(packet.nanos() - (engine.now() - start)));
            }
            if (packet.from().startsWith(side)) {
                follow(packet);
            } else {
                if (packet.handshake()) {
                    await(held::isEmpty, "chunks before a handshake");
                }
                held.add(new Held(packet, toldOf(packet)));
                sayHeld();
            }
        }
        await(held::isEmpty, "chunks at the end");
    }

    /** What the original did here the engine does by itself, but for dialling. */
    private void follow(Packet packet) {
        for (Message message : read(packet.bytes())) {
            if (message instanceof Message.Data data) {
                givenThen.add(data.chunk());
            }
        }
        if (packet.opening()) {
            note(engine.meet(address(packet.to(), packet.carrier())));
        }
    }

    /** The chunks that the original had sent and that its peer says in {@code packet} to have. */
    private Set<Long> toldOf(Packet packet) {
        Set<Long> chunks = new HashSet<>();
        for (Message message : read(packet.bytes())) {
            if (message instanceof Message.Ack ack) {
                add(chunks, ack.chunks());
            } else if (message instanceof Message.Have have) {
                add(chunks, have.chunks());
            }
        }
        chunks.retainAll(givenThen);
        return chunks;
    }

    /** Says whatever the engine has sent the chunks for: it may serve them in another order than the original. */
    private void sayHeld() {
        for (Held next : List.copyOf(held)) {
            if (given.containsAll(next.chunks()) && held.remove(next)) {
                say(next.packet());
            }
        }
    }

    /** What the engine sent, in order. */
    List<Sent> sent() {
        return sent;
    }

    /** The messages in what the engine sent. */
    List<Message> said() {
        return said;
    }

    /** The chunks that the engine sent. */
    Set<Long> given() {
        return given;
    }

    /** The messages of a packet of the capture. */
    List<Message> read(byte[] packet) {
        ByteBuf in = Unpooled.wrappedBuffer(packet).skipBytes(Integer.BYTES);
        MessageReader reader = new MessageReader(in, format, MAX_MESSAGES).named();
        List<Message> messages = new ArrayList<>();
        try {
            for (Message message = reader.next(); message != null; message = reader.next()) {
                messages.add(message);
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError("a packet that cannot be read", e);
        }
        return messages;
    }

    /** Where a party of the capture is. */
    static TransportAddress address(String party, Carrier carrier) {
        int colon = party.indexOf(':');
        if (colon < 0) {
            return RawPeer.address(party.charAt(0));
        }
        InetSocketAddress socket =
                new InetSocketAddress(party.substring(0, colon), Integer.parseInt(party.substring(colon + 1)));
        return carrier == Carrier.TCP ? TransportAddress.tcp(socket) : TransportAddress.udp(socket);
    }

    private void say(Packet packet) {
        int id = 0;
        if (packet.channel() != 0) {
            await(() -> channel(packet.channel()) != null, "a channel instead of " + packet.channel());
            id = Objects.requireNonNull(channel(packet.channel()));
        }
        for (Message message : read(packet.bytes())) {
            if (message instanceof Message.Data data) {
                await(() -> asked.contains(data.chunk()), "a request for " + data.chunk());
            }
        }
        note(engine.receive(address(packet.from(), packet.carrier()), packet.toChannel(id)));
    }

    /** The engine's channel for the one that the original called {@code id}, or null as long as there is none. */
    private @Nullable Integer channel(int id) {
        for (Packet packet : packets) {
            boolean names = packet.from().startsWith(side) && packet.handshake() && packet.sourceChannel() == id;
            if (names) {
                return packet.opening()
                        ? opened.get(address(packet.to(), packet.carrier()))
                        : answered.get(packet.channel());
            }
        }
        throw new AssertionError("nobody named channel " + id);
    }

    private void await(BooleanSupplier condition, String what) {
        long end = engine.now() + PATIENCE;
        while (!condition.getAsBoolean()) {
            assertThat(engine.now()).as("the peer waits for %s", what).isLessThan(end);
            note(engine.advance(STEP));
            sayHeld();
        }
    }

    private void note(List<Sent> leaving) {
        for (Sent packet : leaving) {
            List<Message> messages = read(packet.bytes());
            check.accept(packet.bytes(), messages);
            sent.add(packet);
            said.addAll(messages);
            int destination = Unpooled.wrappedBuffer(packet.bytes()).getInt(0);
            for (Message message : messages) {
                if (message instanceof Message.Handshake handshake && !handshake.closing()) {
                    if (destination == 0) {
                        opened.put(packet.to(), handshake.sourceChannel());
                    } else {
                        answered.put(destination, handshake.sourceChannel());
                    }
                } else if (message instanceof Message.Data data) {
                    given.add(data.chunk());
                } else if (message instanceof Message.Request request) {
                    add(asked, request.chunks());
                }
            }
        }
    }

    private static void add(Set<Long> chunks, ChunkRange range) {
        for (long chunk = range.first(); chunk <= range.last(); chunk++) {
            chunks.add(chunk);
        }
    }
}
