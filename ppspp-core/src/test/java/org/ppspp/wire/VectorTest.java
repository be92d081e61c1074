package org.ppspp.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;

class VectorTest {
    static List<Vectors.Vector> good() {
        return Vectors.good();
    }

    @ParameterizedTest
    @MethodSource("good")
    void readsWhatTheSpecificationSaysAndWritesItBack(Vectors.Vector vector) throws MalformedMessageException {
        ByteBuf datagram = Messages.bytes(vector.hex());
        int channel = MessageReader.readChannel(datagram);
        List<Message> messages = read(datagram, channel, vector.format());

        List<String> texts = new ArrayList<>();
        texts.add("('chan', " + Integer.toUnsignedString(channel) + ")");
        messages.forEach(
                message -> texts.add(Messages.describe(message, vector.format().addressing())));
        if (messages.isEmpty()) {
            texts.add("('KEEPALIVE',)");
        }
        assertThat("[" + String.join(", ", texts) + "]").isEqualTo(vector.decoded());

        ByteBuf out = Unpooled.buffer();
        MessageWriter writer = new MessageWriter(out, vector.format());
        writer.channel(channel);
        messages.forEach(message -> Messages.write(writer, message));
        assertThat(Messages.hex(out)).isEqualTo(vector.hex());
    }

    private static List<Message> read(ByteBuf datagram, int channel, WireFormat format)
            throws MalformedMessageException {
        List<Message> messages = new ArrayList<>();
        MessageReader reader = new MessageReader(datagram, format);
        if (channel == 0) {
            messages.add(MessageReader.readHandshake(datagram));
            reader = MessageReader.afterHandshake(datagram, format, MessageReader.DEFAULT_MAX_MESSAGES);
        }
        messages.addAll(Messages.readAll(reader));
        return messages;
    }

    static List<Vectors.Vector> malformed() {
        return Vectors.negative().stream()
                .filter(vector -> RULES.containsKey(number(vector)))
                .toList();
    }

    /** What the rejection of each malformed datagram says. */
    private static final Map<String, String> RULES = Map.ofEntries(
            Map.entry("N1", "options are not in strictly ascending order"),
            Map.entry("N2", "truncated message"),
            Map.entry("N3", "truncated message"),
            Map.entry("N4", "unknown option, of unknown length"),
            Map.entry("N5", "HANDSHAKE is not the first message"),
            Map.entry("N6", "unknown message type, of unknown length"),
            Map.entry("N7", "unknown message type, of unknown length"),
            Map.entry("N8", "the end of a range is before its start"),
            Map.entry("N9", "the chunks are not those of one tree node"),
            Map.entry("N10", "truncated message"),
            Map.entry("N17", "DATA does not name exactly one chunk"),
            Map.entry("N18", "truncated message"),
            Map.entry("N20", "discard window without a chunk addressing method before it"));

    @ParameterizedTest
    @MethodSource("malformed")
    void rejectsABadDatagramForItsReason(Vectors.Vector vector) {
        ByteBuf datagram = Messages.bytes(vector.hex());
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> read(datagram, MessageReader.readChannel(datagram), vector.format()))
                .withMessage(RULES.get(number(vector)));
    }

    @Test
    void letsTheMessagesBeforeAnUnknownTypeStand() throws MalformedMessageException {
        Vectors.Vector vector = negative("N6");
        MessageReader reader = new MessageReader(Messages.bytes(vector.hex()).skipBytes(4), vector.format());
        assertThat(reader.next()).isEqualTo(new Message.Have(ChunkRange.of(0)));
        assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(reader::next);
        assertThat(reader.next()).as("nothing behind an error").isNull();
    }

    @Test
    void missesMandatoryOptionsOfAnInitiator() throws MalformedMessageException {
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(handshake("N11").options()::requireInitiator)
                .withMessage("mandatory option missing: swarm identifier");
        handshake("N11").options().requireResponder();
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(handshake("N12").options()::requireInitiator)
                .withMessage("mandatory option missing: chunk size");
    }

    /** These are well-formed; only who knows the swarm and the channel can refuse them. */
    @Test
    void showsTheEngineWhatOnlyTheEngineCanRefuse() throws MalformedMessageException {
        for (String wellFormed : List.of("N13", "N14", "N15", "N19")) {
            handshake(wellFormed).options().requireInitiator();
        }
        assertThat(handshake("N13").options().chunkSize()).isEqualTo(512);
        assertThat(handshake("N14").options().integrityMethod()).isZero();
        assertThat(handshake("N16").closing()).isTrue();
        assertThat(handshake("N19").options().minimumVersion()).isEqualTo(2);

        Vectors.Vector heavy = negative("N15");
        ByteBuf datagram = Messages.bytes(heavy.hex()).skipBytes(4);
        List<Message> messages = read(datagram, 0, heavy.format());
        assertThat(messages).hasSize(2).last().isInstanceOf(Message.Data.class);
    }

    private static Message.Handshake handshake(String number) throws MalformedMessageException {
        return MessageReader.readHandshake(
                Messages.bytes(negative(number).hex()).skipBytes(4));
    }

    private static Vectors.Vector negative(String number) {
        return Vectors.negative().stream()
                .filter(vector -> number(vector).equals(number))
                .findFirst()
                .orElseThrow();
    }

    private static String number(Vectors.Vector vector) {
        return vector.name().substring(0, vector.name().indexOf(' '));
    }

    /** The file of 7 chunks, 7,162 bytes, in all five addressing methods. */
    @ParameterizedTest
    @EnumSource(ChunkAddressing.class)
    void writesTheSameMessagesInEveryAddressing(ChunkAddressing addressing) throws MalformedMessageException {
        JsonNode expected = Vectors.all().get("addressing").get(Integer.toString(addressing.code()));
        WireFormat format = new WireFormat(addressing, 32, 64, 1024, 7162);
        boolean bins = addressing == ChunkAddressing.BINS_32 || addressing == ChunkAddressing.BINS_64;
        ByteBuf content = Unpooled.buffer().writeZero(1018);
        ByteBuf hash = Unpooled.buffer().writeZero(32);
        List<Message> messages = List.of(
                new Message.Have(new ChunkRange(0, 3)),
                new Message.Request(new ChunkRange(6, 7)),
                new Message.Integrity(Bin.ofRange(4, 7), new byte[32]),
                new Message.Ack(bins ? new ChunkRange(4, 5) : new ChunkRange(0, 6), 25_000),
                new Message.Data(6, 1_382_367_448_521_540L, content));
        String hex = expected.get("have03").asText()
                + expected.get("req67").asText()
                + expected.get("int47").asText()
                + Messages.hex(hash)
                + expected.get("ack06").asText()
                + expected.get("data6").asText()
                + Messages.hex(content);

        ByteBuf out = Unpooled.buffer();
        MessageWriter writer = new MessageWriter(out, format);
        messages.forEach(message -> Messages.write(writer, message));
        assertThat(Messages.hex(out)).isEqualTo(hex);
        List<Message> read = Messages.readAll(new MessageReader(Messages.bytes(hex), format));
        assertThat(Messages.describe(read, addressing)).isEqualTo(Messages.describe(messages, addressing));
    }

    @Test
    void writesTheBitmapsOfTheSpecification() {
        SupportedMessages noPex = SupportedMessages.ALL.without(
                MessageType.PEX_REQ, MessageType.PEX_RES_V4, MessageType.PEX_RES_V6, MessageType.PEX_RES_CERT);
        Map<String, SupportedMessages> sets = Map.of(
                "all fourteen", SupportedMessages.ALL,
                "all but ACK and PEX (RFC 7.10 text)", noPex.without(MessageType.ACK),
                "all but PEX", noPex,
                "static only, no PEX", noPex.without(MessageType.SIGNED_INTEGRITY),
                "all but PEX_REScert", SupportedMessages.ALL.without(MessageType.PEX_RES_CERT));
        JsonNode expected = Vectors.all().get("supported_messages");
        assertThat(expected).hasSize(sets.size());
        sets.forEach((name, set) -> {
            ByteBuf out = Unpooled.buffer().writeByte(8);
            set.encode(out);
            assertThat(Messages.hex(out))
                    .as(name)
                    .isEqualTo(Objects.requireNonNull(expected.get(name)).asText());
        });
    }
}
