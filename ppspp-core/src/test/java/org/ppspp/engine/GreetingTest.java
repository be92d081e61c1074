package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.chunk.ChunkMap;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.ProtocolOptions;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.WireFormat;

class GreetingTest {
    private static final String NO_VERSION = "no common protocol version";
    private static final SwarmMetadata METADATA = SwarmMetadata.ofRootHash(id(1), 1_024, 5_000L);
    private static final WireFormat FORMAT = new WireFormat(ChunkAddressing.CHUNK_RANGES_32, 32, 0, 1_024, -1);

    private static final Identity IDENTITY = new Identity(new UUID(1, 2), null);

    private final Greeting greeting = new Greeting(METADATA, null, IDENTITY, ExchangeConfig.Mode.OFF);

    private static SwarmId id(int last) {
        byte[] bytes = new byte[32];
        bytes[31] = (byte) last;
        return SwarmId.of(bytes);
    }

    private ProtocolOptions options(boolean initiator) {
        return greeting.options(initiator, Dialect.RFC7574, false);
    }

    /** What one peer says otherwise than we do. */
    private record Change(String reason, UnaryOperator<ProtocolOptions.Builder> of) {
        @Override
        public String toString() {
            return reason;
        }
    }

    static Stream<Change> changes() {
        return Stream.of(
                new Change(NO_VERSION, t -> t.version(2).minimumVersion(2)),
                new Change(NO_VERSION, t -> t.version(null).minimumVersion(null)),
                new Change("another swarm", t -> t.swarmId(id(2))),
                new Change("another integrity method", t -> t.integrityMethod(0)),
                new Change("another hash function", t -> t.hashFunction(0)),
                new Change("another chunk addressing method", t -> t.addressing(ChunkAddressing.BINS_32)),
                new Change("another chunk size", t -> t.chunkSize(8_192L)),
                new Change("another chunk size", t -> t.chunkSize(null)));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void refusesAPeerOfAnotherKind(Change change) {
        ProtocolOptions same = options(true);

        assertThat(greeting.mismatch(same)).isNull();
        assertThat(greeting.mismatch(change.of().apply(same.with()).build())).isEqualTo(change.reason());
    }

    @Test
    void talksToALaterVersionThatKnowsOurs() {
        ProtocolOptions later = options(true).with().version(2).build();

        assertThat(greeting.mismatch(later)).isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void saysAllThatItsSideMustSay(boolean initiator) throws MalformedMessageException {
        ChunkMap have = ChunkMap.full(5);
        ByteBuf out = Unpooled.buffer();
        Greeting.write(out, FORMAT, 17, 18, options(initiator), have, 1_232);

        assertThat(MessageReader.readChannel(out)).isEqualTo(17);
        Message.Handshake handshake = MessageReader.readHandshake(out);
        assertThat(handshake.sourceChannel()).isEqualTo(18);
        if (initiator) {
            handshake.options().requireInitiator();
        } else {
            handshake.options().requireResponder();
            assertThat(handshake.options().swarmId())
                    .as("RFC 7574 §3.1.1: need not")
                    .isNull();
        }
        assertThat(new Greeting(METADATA, null, IDENTITY, ExchangeConfig.Mode.OFF).mismatch(handshake.options()))
                .isNull();
        assertThat(MessageReader.afterHandshake(out, FORMAT, 10).next())
                .isEqualTo(new Message.Have(new ChunkRange(0, 4)));
    }

    /** An answer must never be longer than what it answers: what does not fit is announced later. */
    @Test
    void announcesNoMoreThanFits() throws MalformedMessageException {
        ChunkMap have = new ChunkMap();
        for (int i = 0; i < 100; i++) {
            have.set(3L * i);
        }
        int bare = length(new ChunkMap(), 0);
        for (int limit = bare; limit < bare + 100; limit++) {
            int length = length(have, limit);
            assertThat(length).isLessThanOrEqualTo(limit);
            assertThat((length - bare) / 9).isEqualTo(Math.min((limit - bare) / 9, Limits.OPENING_RANGES));
        }
    }

    private int length(ChunkMap have, int limit) throws MalformedMessageException {
        ByteBuf out = Unpooled.buffer();
        Greeting.write(out, FORMAT, 0, 1, options(true), have, limit);
        int length = out.readableBytes();
        MessageReader.readChannel(out);
        MessageReader.readHandshake(out);
        MessageReader rest = MessageReader.afterHandshake(out, FORMAT, 10);
        List<Message> messages = new ArrayList<>();
        for (Message message = rest.next(); message != null; message = rest.next()) {
            messages.add(message);
        }
        assertThat(messages).allMatch(Message.Have.class::isInstance);
        return length;
    }
}
