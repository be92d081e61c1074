package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.engine.LoneEngine.Sent;
import org.ppspp.sim.Content;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.ProtocolOptions;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.WireFormat;

/** A peer whose every datagram is written by the test, talking to one {@link LoneEngine}. */
final class RawPeer {
    private static final int MAX_MESSAGES = 2_048;
    private static final int PORT = 6778;

    private final LoneEngine to;
    private final TransportAddress address;
    private final int channel;
    private final WireFormat format;
    private final Dialect dialect;
    private ExchangeConfig.Mode exchange;
    private int remoteChannel;

    RawPeer(LoneEngine to, TransportAddress address, int channel) {
        this(to, address, channel, Dialect.RFC7574);
    }

    RawPeer(LoneEngine to, TransportAddress address, int channel, Dialect dialect) {
        this.dialect = dialect;
        this.to = to;
        this.address = address;
        this.channel = channel;
        this.exchange = to.exchange().mode();
        SwarmMetadata metadata = to.metadata();
        this.format = new WireFormat(
                metadata.addressing(),
                metadata.hashFunction().length(),
                0,
                metadata.chunkSizeBytes(),
                WireFormat.UNKNOWN_LENGTH);
    }

    /** The peer number {@code number}, each at an address and in a network of its own. */
    static RawPeer at(LoneEngine to, int number) {
        return new RawPeer(to, address(number), 0x5eed0000 + number);
    }

    /** A public address, in another /24 for every number. */
    static TransportAddress address(int number) {
        return address((byte) (60 + (number >> 16)), (byte) (number >> 8), (byte) number, (byte) 7);
    }

    static TransportAddress address(byte... raw) {
        try {
            return TransportAddress.udp(new InetSocketAddress(InetAddress.getByAddress(raw), PORT));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** As the handshake is to say, instead of what the engine says. */
    RawPeer taking(ExchangeConfig.Mode mode) {
        exchange = mode;
        return this;
    }

    TransportAddress address() {
        return address;
    }

    int channel() {
        return channel;
    }

    int remoteChannel() {
        return remoteChannel;
    }

    // --- speaking

    /** A datagram to channel {@code destination} with these messages. */
    byte[] datagram(int destination, Consumer<MessageWriter> messages) {
        ByteBuf out = Unpooled.buffer();
        MessageWriter writer = new MessageWriter(out, format);
        writer.channel(destination);
        messages.accept(writer);
        return ByteBufUtil.getBytes(out);
    }

    /** A datagram to channel {@code destination} with any bytes behind that. */
    byte[] datagram(int destination, byte[] afterChannel) {
        return ByteBufUtil.getBytes(Unpooled.buffer().writeInt(destination).writeBytes(afterChannel));
    }

    /** What this peer says of itself; a peer of another dialect begins with something else. */
    private ProtocolOptions options(boolean initiator) {
        return new Greeting(to.metadata(), null, new Identity(new UUID(1, channel), null), exchange)
                .options(initiator, dialect, address.reliable());
    }

    /** The first datagram of a handshake, with {@code more} behind its HANDSHAKE. */
    byte[] opening(Consumer<MessageWriter> more) {
        ByteBuf out = Unpooled.buffer();
        Greeting.write(out, format, 0, channel, options(true), new ChunkMap(), 1_232);
        more.accept(new MessageWriter(out, format));
        return ByteBufUtil.getBytes(out);
    }

    /** Sends an opening and notes the channel of the answer, if one comes. */
    List<Message> open() {
        return hear(to.receive(address, opening(more -> {})));
    }

    /** Completes a handshake as its initiator, with {@code third} in the third datagram. */
    List<Message> connect(Consumer<MessageWriter> third) {
        open();
        assertThat(remoteChannel).as("the channel in the answer").isNotZero();
        return say(third);
    }

    List<Message> connect() {
        return connect(nothing -> {});
    }

    /** Answers an opening that the engine sent to this peer, with {@code more} behind the HANDSHAKE. */
    List<Message> answer(byte[] opening, Consumer<MessageWriter> more) {
        return hear(to.receive(address, answerTo(opening, more)));
    }

    byte[] answerTo(byte[] opening, Consumer<MessageWriter> more) {
        remoteChannel = Unpooled.wrappedBuffer(opening).getInt(5);
        return datagram(remoteChannel, writer -> {
            writer.handshake(channel, options(false));
            more.accept(writer);
        });
    }

    /** Sends messages on the channel and returns what the engine says to this peer, as soon as chunks among them are stored. */
    List<Message> say(Consumer<MessageWriter> messages) {
        return hear(to.take(address, datagram(remoteChannel, messages)));
    }

    List<Message> say(byte[] afterChannel) {
        return hear(to.receive(address, datagram(remoteChannel, afterChannel)));
    }

    /** Writes a chunk with every hash on the way to the root and without peaks: for receivers that know the size. */
    void data(MessageWriter writer, long chunk) {
        uncles(writer, chunk, Bin.root(to.content().chunkCount()));
        bareData(writer, chunk);
    }

    /** Writes a chunk as RFC 7574 §5.6.2 wants it for a newcomer: peaks, uncles below the peak, DATA. */
    void dataWithPeaks(MessageWriter writer, long chunk) {
        long covering = Bin.NONE;
        for (long peak : Bin.peaks(to.content().chunkCount())) {
            writer.integrity(peak, to.content().hash(peak), 0);
            covering = Bin.contains(peak, Bin.leaf(chunk)) ? peak : covering;
        }
        uncles(writer, chunk, covering);
        bareData(writer, chunk);
    }

    private void uncles(MessageWriter writer, long chunk, long top) {
        List<Long> uncles = new ArrayList<>();
        for (long bin = Bin.leaf(chunk); bin != top; bin = Bin.parent(bin)) {
            uncles.add(0, Bin.sibling(bin));
        }
        uncles.forEach(bin -> writer.integrity(bin, to.content().hash(bin), 0));
    }

    void bareData(MessageWriter writer, long chunk) {
        data(writer, chunk, to.content().chunk(chunk));
    }

    void data(MessageWriter writer, long chunk, byte[] bytes) {
        writer.data(chunk, to.micros(), Unpooled.wrappedBuffer(bytes), 0, bytes.length);
    }

    // --- listening

    /** The messages for this peer among {@code sent}; notes the channel of a HANDSHAKE. */
    List<Message> hear(List<Sent> sent) {
        List<Message> heard = new ArrayList<>();
        for (Sent datagram : sent) {
            if (datagram.to().equals(address)) {
                heard.addAll(read(datagram.bytes()));
            }
        }
        return heard;
    }

    /** The messages of one datagram to this peer's channel, or of an opening. */
    List<Message> read(byte[] datagram) {
        ByteBuf in = Unpooled.wrappedBuffer(datagram);
        int destination = in.readInt();
        assertThat(destination).as("destination channel").isIn(0, channel);
        MessageReader reader = new MessageReader(in, format, MAX_MESSAGES);
        if (address.reliable()) {
            reader.named();
        }
        List<Message> messages = new ArrayList<>();
        try {
            for (Message message = reader.next(); message != null; message = reader.next()) {
                messages.add(message);
                if (message instanceof Message.Handshake handshake && destination != 0) {
                    remoteChannel = handshake.closing() ? remoteChannel : handshake.sourceChannel();
                }
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError("the engine's datagram does not parse", e);
        }
        return messages;
    }

    static List<Long> chunksOfData(List<Message> messages) {
        return only(Message.Data.class, messages).stream()
                .map(Message.Data::chunk)
                .toList();
    }

    static List<ChunkRange> haves(List<Message> messages) {
        return only(Message.Have.class, messages).stream()
                .map(Message.Have::chunks)
                .toList();
    }

    static List<ChunkRange> acks(List<Message> messages) {
        return only(Message.Ack.class, messages).stream()
                .map(Message.Ack::chunks)
                .toList();
    }

    static List<ChunkRange> requests(List<Message> messages) {
        return only(Message.Request.class, messages).stream()
                .map(Message.Request::chunks)
                .toList();
    }

    static <T extends Message> List<T> only(Class<T> kind, List<Message> messages) {
        return messages.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** All content of this swarm. */
    static ChunkRange all(Content content) {
        return new ChunkRange(0, content.chunkCount() - 1);
    }
}
