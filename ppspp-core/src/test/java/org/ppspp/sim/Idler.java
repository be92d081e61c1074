package org.ppspp.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.ProtocolOptions;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.WireFormat;

/** A peer that completes handshakes over UDP, its own or those of another, and then says nothing but that it is there. */
final class Idler implements SimNode {
    private static final int CHANNEL = 7;
    private static final long KEEP_ALIVE = 20_000_000_000L;

    private final Simulation simulation;
    private final TransportAddress address;
    private final WireFormat format;
    private final ProtocolOptions opening;

    Idler(Simulation simulation, SwarmMetadata metadata, InetSocketAddress at) {
        this.simulation = simulation;
        this.address = TransportAddress.udp(at);
        this.format = new WireFormat(
                metadata.addressing(),
                metadata.hashFunction().length(),
                0,
                metadata.chunkSizeBytes(),
                WireFormat.UNKNOWN_LENGTH);
        this.opening = new ProtocolOptions.Builder()
                .version(ProtocolOptions.VERSION)
                .minimumVersion(ProtocolOptions.VERSION)
                .swarmId(metadata.swarmId())
                .integrityMethod(metadata.integrityMethod().code())
                .hashFunction(metadata.hashFunction().code())
                .addressing(metadata.addressing())
                .chunkSize((long) metadata.chunkSizeBytes())
                .build();
        simulation.attach(address, this);
    }

    TransportAddress address() {
        return address;
    }

    void open(TransportAddress to) {
        send(to, 0, opening);
    }

    private void send(TransportAddress to, int channel, ProtocolOptions options) {
        ByteBuf out = Unpooled.buffer();
        MessageWriter writer = new MessageWriter(out, format);
        writer.channel(channel);
        writer.handshake(CHANNEL, options);
        simulation.send(this, address, to, ByteBufUtil.getBytes(out));
    }

    private void keepAlive(TransportAddress to, int channel) {
        simulation.send(
                this, address, to, ByteBufUtil.getBytes(Unpooled.buffer().writeInt(channel)));
        simulation.after(KEEP_ALIVE, () -> keepAlive(to, channel));
    }

    @Override
    public void receive(TransportAddress from, ByteBuf datagram) {
        boolean opens = datagram.readInt() == 0;
        if (!datagram.isReadable() || datagram.getByte(datagram.readerIndex()) != 0) {
            return;
        }
        try {
            Message.Handshake handshake = MessageReader.readHandshake(datagram);
            if (handshake.closing()) {
                return;
            }
            if (opens) {
                send(from, handshake.sourceChannel(), opening);
            } else {
                keepAlive(from, handshake.sourceChannel());
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError("an honest peer's handshake does not parse", e);
        }
    }
}
