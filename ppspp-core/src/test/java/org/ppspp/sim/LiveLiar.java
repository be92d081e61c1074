package org.ppspp.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.integrity.SignedNode;
import org.ppspp.integrity.SignedSegment;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.ProtocolOptions;
import org.ppspp.wire.TransportAddress;

/**
 * A peer that answers every handshake, claims to have the stream, tells of munros that are not what they seem and sends chunks
 * to match.
 */
final class LiveLiar implements SimNode {
    /** What it says to all who listen. */
    interface Script {
        /** Says something unasked. */
        void tell(MessageWriter writer);

        /** Answers a request for a chunk. */
        void answer(MessageWriter writer, long chunk);
    }

    /** What it lies about. */
    enum Lie {
        /** Munros from the beginning of the stream, as the newest. */
        REPLAYED,
        /** True munros in the place of later ones. */
        SHIFTED,
        /** True munros with a new time. */
        RETIMED,
        /** Munros signed with another key. */
        ANOTHER_KEY,
        /** Signatures with a bit changed. */
        FLIPPED,
        /** Second versions of true munros, signed with the right key: only the source itself can do that. */
        EQUIVOCAL
    }

    static final int CHUNKS_AHEAD = 64;

    private record Victim(TransportAddress address, int remoteId) {}

    private final Simulation simulation;
    private final LiveStream stream;
    private final TransportAddress address;
    private final Script script;
    private final Map<Integer, Victim> channels = new HashMap<>();
    private int nextId = 1;

    /** Tells of false munros; {@code clock} tells the time to sign with. */
    LiveLiar(Simulation simulation, LiveStream stream, int number, Lie lie, LivePeer clock) {
        this(simulation, stream, number, new FalseMunros(simulation, stream, lie, clock));
    }

    LiveLiar(Simulation simulation, LiveStream stream, int number, Script script) {
        this.simulation = simulation;
        this.stream = stream;
        this.address = TransportAddress.udp(SimPeer.socket(number));
        this.script = script;
        simulation.attach(address, this);
    }

    TransportAddress address() {
        return address;
    }

    @Override
    public void receive(TransportAddress from, ByteBuf datagram) {
        int id = datagram.readInt();
        try {
            if (id == 0) {
                open(from, MessageReader.readHandshake(datagram));
                return;
            }
            Victim victim = channels.get(id);
            if (victim != null) {
                listen(victim, new MessageReader(datagram, stream.format()));
            }
        } catch (MalformedMessageException e) {
            // The link has damaged it.
            return;
        }
    }

    private void open(TransportAddress from, Message.Handshake opening) {
        int id = nextId++;
        Victim victim = new Victim(from, opening.sourceChannel());
        channels.put(id, victim);
        ProtocolOptions ours =
                opening.options().with().minimumVersion(null).swarmId(null).build();
        say(victim, writer -> writer.handshake(id, ours));
        tellLater(victim);
    }

    /** Goes on lying for as long as the victim listens. */
    private void tellLater(Victim victim) {
        simulation.after(200 * LiveSwarm.MILLISECOND, () -> {
            if (!stream.pieces().isEmpty()) {
                say(victim, script::tell);
            }
            if (channels.containsValue(victim)) {
                tellLater(victim);
            }
        });
    }

    private void listen(Victim victim, MessageReader messages) throws MalformedMessageException {
        for (Message message = messages.next(); message != null; message = messages.next()) {
            if (message instanceof Message.Handshake handshake && handshake.closing()) {
                channels.values().remove(victim);
            } else if (message instanceof Message.Request request) {
                long chunk = request.chunks().first();
                say(victim, writer -> script.answer(writer, chunk));
            }
        }
    }

    private void say(Victim to, Consumer<MessageWriter> messages) {
        ByteBuf out = Unpooled.buffer();
        MessageWriter writer = new MessageWriter(out, stream.format());
        writer.channel(to.remoteId());
        messages.accept(writer);
        simulation.send(this, address, to.address(), ByteBufUtil.getBytes(out));
    }

    /** Munros that are not what they seem, and chunks to match. */
    private record FalseMunros(Simulation simulation, LiveStream stream, Lie lie, LivePeer clock) implements Script {
        @Override
        public void tell(MessageWriter writer) {
            munro(writer, edge());
            writer.have(new ChunkRange(Math.max(0, edge() - 500), edge() + CHUNKS_AHEAD));
        }

        @Override
        public void answer(MessageWriter writer, long chunk) {
            byte[] wrong = stream.make(chunk, 1, 99).get(0);
            munro(writer, chunk);
            writer.data(chunk, simulation.now() / 1_000, Unpooled.wrappedBuffer(wrong), 0, wrong.length);
        }

        private long edge() {
            return latest().segment().chunks().last();
        }

        private LiveStream.Piece latest() {
            return stream.pieces().get(stream.pieces().size() - 1);
        }

        /** Tells of a munro, at or near {@code chunk}. */
        private void munro(MessageWriter writer, long chunk) {
            List<LiveStream.Piece> pieces = stream.pieces();
            LiveStream.Piece piece = pieces.stream()
                    .filter(each -> each.segment().chunks().contains(chunk))
                    .findFirst()
                    .orElse(latest());
            SignedSegment segment = lie == Lie.REPLAYED ? pieces.get(0).segment() : piece.segment();
            SignedNode signed = segment.signed().get(0);
            ChunkRange chunks = signed.chunks();
            switch (lie) {
                case REPLAYED -> pair(writer, segment, signed);
                case SHIFTED -> {
                    long by = chunks.size() * 2;
                    pair(
                            writer,
                            segment,
                            new SignedNode(
                                    new ChunkRange(chunks.first() + by, chunks.last() + by),
                                    signed.ntpTime() + 1,
                                    signed.signature()));
                }
                case RETIMED ->
                    pair(
                            writer,
                            pieces.get(0).segment(),
                            new SignedNode(pieces.get(0).segment().chunks(), clock.ntpNow(), signed.signature()));
                case ANOTHER_KEY -> {
                    SignedSegment other = stream.sign(
                            chunks.first() + chunks.size(),
                            stream.make(chunks.first(), (int) chunks.size(), 99),
                            clock.ntpNow(),
                            message -> Arrays.copyOf(
                                    LiveStream.keyed(-1).sign(message),
                                    stream.format().signatureLengthBytes()));
                    pair(writer, other, other.signed().get(0));
                }
                case FLIPPED -> {
                    byte[] flipped = signed.signature().clone();
                    flipped[0] ^= 1;
                    long by = chunks.size();
                    pair(
                            writer,
                            segment,
                            new SignedNode(
                                    new ChunkRange(chunks.first() + by, chunks.last() + by), clock.ntpNow(), flipped));
                }
                case EQUIVOCAL -> {
                    SignedSegment second = stream.sign(
                            chunks.first(), stream.make(chunks.first(), (int) chunks.size(), 99), signed.ntpTime() + 1);
                    pair(writer, second, second.signed().get(0));
                }
            }
        }

        private static void pair(MessageWriter writer, SignedSegment segment, SignedNode signed) {
            int middle = segment.hashes().length / 2 - 16;
            byte[] hash = Arrays.copyOfRange(segment.hashes(), middle, middle + 32);
            writer.integrity(
                    Bin.ofRange(signed.chunks().first(), signed.chunks().last()), hash, 0);
            writer.signedIntegrity(signed.chunks(), signed.ntpTime(), signed.signature());
        }
    }
}
