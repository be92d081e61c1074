package org.ppspp.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.integrity.SegmentSigner;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.TransportAddress;
import org.ppspp.wire.WireFormat;

/** The source of a stream of one chunk, to see in which datagrams what is sent. */
final class LiveServer implements AutoCloseable {
    private static final long EPOCH_MICROS = 1_700_000_000_000_000L;
    private static final int CHANNEL = 5;

    private final SwarmMetadata metadata;
    private final LiveConfig config;
    private final WireFormat format;
    private final byte[] chunk;
    private final TransportAddress peer = RawPeer.address(1);
    private final Engine engine = new Engine(EngineConfig.defaults(), EPOCH_MICROS, new SplittableRandom(1));

    LiveServer(SwarmMetadata metadata, LiveConfig config, WireFormat format, byte[] chunk) {
        this.metadata = metadata;
        this.config = config;
        this.format = format;
        this.chunk = chunk;
    }

    /** Asks for the chunk; the types of the messages of each datagram that comes. */
    List<List<Integer>> serve() {
        engine.join(1, SwarmConfig.live(metadata, config.asSource(), ExchangeConfig.OFF));
        engine.append(
                1,
                metadata.swarmId(),
                new SegmentSigner(metadata.integrityMethod(), metadata.hashFunction(), format, message -> new byte[32])
                        .sign(0, List.of(chunk), NtpTime.ofUnixMicros(EPOCH_MICROS)));
        ByteBuf opening = Unpooled.buffer();
        MessageWriter writer = new MessageWriter(opening, format);
        writer.channel(0);
        writer.handshake(
                CHANNEL,
                new Greeting(metadata, config, new Identity(new UUID(0, 1), null), ExchangeConfig.Mode.OFF)
                        .options(true, Dialect.RFC7574, false));
        engine.receive(2, peer, opening);
        List<List<Integer>> types = new ArrayList<>();
        int theirs = Objects.requireNonNull(listen(types));
        ByteBuf request = Unpooled.buffer();
        writer = new MessageWriter(request, format);
        writer.channel(theirs);
        writer.request(ChunkRange.of(0));
        engine.receive(3, peer, request);
        listen(types);
        return types;
    }

    private Integer listen(List<List<Integer>> types) {
        Integer channel = 0;
        ByteBuf out = Unpooled.buffer(1 << 16);
        boolean busy = true;
        while (busy) {
            busy = false;
            for (Transmit sent = engine.transmit(4, out.clear(), 1);
                    sent != null;
                    sent = engine.transmit(4, out.clear(), 1)) {
                out.readInt();
                List<Integer> datagram = new ArrayList<>();
                MessageReader reader = new MessageReader(out, format);
                try {
                    for (Message message = reader.next(); message != null; message = reader.next()) {
                        datagram.add(
                                message instanceof Message.Data
                                        ? 1
                                        : message instanceof Message.SignedIntegrity ? 7 : 0);
                        channel = message instanceof Message.Handshake handshake
                                ? (Integer) handshake.sourceChannel()
                                : channel;
                    }
                } catch (MalformedMessageException e) {
                    throw new AssertionError(e);
                }
                types.add(datagram);
            }
            for (StorageJob job = engine.nextJob(); job != null; job = engine.nextJob()) {
                busy = true;
                StorageJob.Read read = (StorageJob.Read) job;
                ByteBuf content = Unpooled.buffer(64 * chunk.length).writeZero(64 * chunk.length);
                engine.completed(4, new StorageResult.Content(read, content.setBytes(0, chunk), 0, null));
            }
        }
        return channel;
    }

    @Override
    public void close() {
        engine.close(5);
    }
}
