package org.ppspp.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.ppspp.engine.SwarmMetadata;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.ProtocolOptions;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.WireFormat;

/** A peer that answers every handshake, has no content, and names whom it likes when it is asked for peers. */
final class PexLiar implements SimNode {
    private static final int RESULTS = 40;

    private record Victim(TransportAddress address, int remoteId) {}

    private final Simulation simulation;
    private final TransportAddress address;
    private final WireFormat format;
    private final Supplier<InetSocketAddress> lies;
    private final Map<Integer, Victim> channels = new HashMap<>();
    private int nextId = 1;

    PexLiar(Simulation simulation, SwarmMetadata metadata, InetSocketAddress at, Supplier<InetSocketAddress> lies) {
        this.simulation = simulation;
        this.address = TransportAddress.udp(at);
        this.format = new WireFormat(
                metadata.addressing(),
                metadata.hashFunction().length(),
                0,
                metadata.chunkSizeBytes(),
                WireFormat.UNKNOWN_LENGTH);
        this.lies = lies;
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
                listen(victim, new MessageReader(datagram, format));
                // Alive for as long as anybody talks to it, so that it keeps the place it has.
                say(victim, nothing -> {});
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError("an honest peer's datagram does not parse", e);
        }
    }

    private void open(TransportAddress from, Message.Handshake opening) {
        int id = nextId++;
        Victim victim = new Victim(from, opening.sourceChannel());
        channels.put(id, victim);
        ProtocolOptions ours =
                opening.options().with().minimumVersion(null).swarmId(null).build();
        say(victim, writer -> writer.handshake(id, ours));
    }

    private void listen(Victim victim, MessageReader messages) throws MalformedMessageException {
        for (Message message = messages.next(); message != null; message = messages.next()) {
            if (message instanceof Message.PexReq) {
                say(victim, writer -> {
                    for (int i = 0; i < RESULTS; i++) {
                        writer.pexRes(lies.get());
                    }
                });
            }
        }
    }

    private void say(Victim to, Consumer<MessageWriter> messages) {
        ByteBuf out = Unpooled.buffer();
        MessageWriter writer = new MessageWriter(out, format);
        writer.channel(to.remoteId());
        messages.accept(writer);
        simulation.send(this, address, to.address(), ByteBufUtil.getBytes(out));
    }
}
