package org.ppspp.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.chunk.ChunkRange;

class MessageReaderTest {
    private static final ChunkRange EVERYTHING = new ChunkRange(0, ChunkRange.MAX_CHUNK);
    private static final String HASH = "00".repeat(20);

    private static WireFormat format(ChunkAddressing addressing) {
        return new WireFormat(addressing, 20, 64, 1024, WireFormat.UNKNOWN_LENGTH);
    }

    private static List<Message> read(ChunkAddressing addressing, String hex) throws MalformedMessageException {
        return read(format(addressing), hex);
    }

    private static List<Message> read(WireFormat format, String hex) throws MalformedMessageException {
        return Messages.readAll(new MessageReader(Messages.bytes(hex.replace(" ", "")), format));
    }

    private static void assertRejected(WireFormat format, String hex, String rule) {
        assertThatExceptionOfType(MalformedMessageException.class)
                .as(hex)
                .isThrownBy(() -> read(format, hex))
                .withMessage(rule);
    }

    @Test
    void takesTheBinEverythingForAllChunks() throws MalformedMessageException {
        assertThat(read(ChunkAddressing.BINS_32, "03 7fffffff 08 7fffffff 09 7fffffff 02 7fffffff 0000000000000001"))
                .containsExactly(
                        new Message.Have(EVERYTHING),
                        new Message.Request(EVERYTHING),
                        new Message.Cancel(EVERYTHING),
                        new Message.Ack(EVERYTHING, 1));
        assertThat(read(ChunkAddressing.BINS_64, "03 7fffffffffffffff")).containsExactly(new Message.Have(EVERYTHING));
    }

    @Test
    void skipsMessagesAboutTheEmptyBin() throws MalformedMessageException {
        assertThat(read(ChunkAddressing.BINS_32, "03 ffffffff 08 ffffffff 09 ffffffff 02 ffffffff 0000000000000001 0a"))
                .containsExactly(new Message.Choke());
        assertThat(read(ChunkAddressing.BINS_64, "03 ffffffffffffffff 0b")).containsExactly(new Message.Unchoke());
    }

    @ParameterizedTest
    @ValueSource(strings = {"7fffffff", "ffffffff"})
    void rejectsTheSpecialBinsWhereOneNodeIsMeant(String bin) {
        WireFormat format = format(ChunkAddressing.BINS_32);
        String rule = "not a chunk or node of any content";
        assertRejected(format, "01" + bin + "000000000000000061", rule);
        assertRejected(format, "04" + bin + HASH, rule);
        assertRejected(format, "07" + bin + "0000000000000000" + "00".repeat(64), rule);
    }

    @Test
    void reachesTheLastThirtyTwoBitBin() throws MalformedMessageException {
        assertThat(read(ChunkAddressing.BINS_32, "03 fffffffe"))
                .containsExactly(new Message.Have(ChunkRange.of((1L << 31) - 1)));
        assertThat(read(ChunkAddressing.BINS_32, "03 bfffffff"))
                .containsExactly(new Message.Have(new ChunkRange(1L << 30, (1L << 31) - 1)));
    }

    @Test
    void rejectsDataForAnInnerNode() {
        assertRejected(
                format(ChunkAddressing.BINS_32),
                "01 00000001 0000000000000000 61",
                "DATA does not name exactly one chunk");
    }

    @Test
    void clipsRangeEndsBeyondAllChunkNumbers() throws MalformedMessageException {
        String range = "0000000000000005 ffffffffffffffff";
        ChunkRange clipped = new ChunkRange(5, ChunkRange.MAX_CHUNK);
        assertThat(read(
                        ChunkAddressing.CHUNK_RANGES_64,
                        "03" + range + "08" + range + "09" + range + "02" + range + "0000000000000000"))
                .containsExactly(
                        new Message.Have(clipped),
                        new Message.Request(clipped),
                        new Message.Cancel(clipped),
                        new Message.Ack(clipped, 0));
    }

    @Test
    void rejectsNumbersBeyondAllChunkNumbersElsewhere() {
        WireFormat format = format(ChunkAddressing.CHUNK_RANGES_64);
        assertRejected(format, "03 0000010000000000 0000010000000001", "chunk number too large");
        assertRejected(format, "03 8000000000000000 ffffffffffffffff", "chunk number too large");
        assertRejected(format, "04 0000000000000000 000001ffffffffff" + HASH, "not a chunk or node of any content");
        assertRejected(format, "01 0000010000000000 0000010000000000 0000000000000000 61", "chunk number too large");
        assertRejected(format(ChunkAddressing.BINS_64), "03 fffffffffffffffe", "chunk number too large");
    }

    /** As unsigned numbers, an end with its top bit set is after any start. */
    @Test
    void comparesRangeEndsAsUnsigned() throws MalformedMessageException {
        assertThat(read(ChunkAddressing.CHUNK_RANGES_32, "03 00000001 ffffffff"))
                .containsExactly(new Message.Have(new ChunkRange(1, (1L << 32) - 1)));
        assertRejected(
                format(ChunkAddressing.CHUNK_RANGES_64),
                "03 ffffffffffffffff 0000000000000001",
                "the end of a range is before its start");
    }

    @Test
    void rejectsDataWithoutAChunk() {
        assertRejected(
                format(ChunkAddressing.CHUNK_RANGES_32),
                "01 00000000 00000000 0000000000000000",
                "DATA without a chunk");
    }

    @Test
    void rejectsAChunkOfTheWrongLengthOnceTheLengthIsKnown() throws MalformedMessageException {
        WireFormat format = new WireFormat(ChunkAddressing.CHUNK_RANGES_32, 20, 0, 4, 10);
        String rule = "DATA is shorter or longer than its chunk";
        assertRejected(format, "01 00000001 00000001 0000000000000000 616263", rule);
        assertRejected(format, "01 00000002 00000002 0000000000000000 616263", rule);
        assertThat(read(format, "01 00000002 00000002 0000000000000000 6162")).hasSize(1);
        assertThat(read(format, "01 00000003 00000003 0000000000000000 6162"))
                .as("beyond the content: well-formed, and the engine's to ignore")
                .hasSize(1);
    }

    @Test
    void takesTheRestOfTheDatagramWithChunksOfAnySize() throws MalformedMessageException {
        WireFormat format = new WireFormat(
                ChunkAddressing.CHUNK_RANGES_32, 20, 64, WireFormat.VARIABLE_CHUNK_SIZE, WireFormat.UNKNOWN_LENGTH);
        List<Message> messages = read(format, "01 00000000 00000000 0000000000000000" + "0a".repeat(5_000));
        assertThat(messages)
                .singleElement()
                .isInstanceOfSatisfying(
                        Message.Data.class,
                        data -> assertThat(data.content().readableBytes()).isEqualTo(5_000));
    }

    @Test
    void sharesTheDatagramsBytesWithData() throws MalformedMessageException {
        ByteBuf datagram = Messages.bytes("01000000000000000000000000000000006162");
        Message message = new MessageReader(datagram, format(ChunkAddressing.CHUNK_RANGES_32)).next();
        datagram.setByte(17, 'z');
        assertThat(message)
                .isInstanceOfSatisfying(
                        Message.Data.class,
                        data -> assertThat(data.content().getByte(0)).isEqualTo((byte) 'z'));
        assertThat(datagram.refCnt()).isOne();
    }

    @ParameterizedTest
    @CsvSource({
        "0000000000001800, 0000000000001bf9, 6, 6", // cut at the end of the content
        "0000000000001800, 0000000000001bff, 6, 6", // not cut
        "0000000000000000, 0000000000001bf9, 0, 6",
        "0000000000000000, ffffffffffffffff, 0, 1099511627775"
    })
    void takesByteRangesCutOrNot(String first, String last, long firstChunk, long lastChunk)
            throws MalformedMessageException {
        WireFormat format = format(ChunkAddressing.BYTE_RANGES_64);
        for (WireFormat each : List.of(format, format.withContentLength(7162))) {
            assertThat(read(each, "08" + first + last))
                    .containsExactly(new Message.Request(new ChunkRange(firstChunk, lastChunk)));
        }
    }

    @Test
    void rejectsByteRangesThatAreNotWholeChunks() {
        WireFormat format = format(ChunkAddressing.BYTE_RANGES_64).withContentLength(7162);
        String rule = "the byte range is not one of whole chunks";
        assertRejected(format, "03 0000000000000001 00000000000003ff", rule);
        assertRejected(format, "03 0000000000000000 00000000000003fe", rule);
        assertRejected(format, "03 0000000000000800 00000000000003ff", rule);
        assertRejected(format, "03 0000000000000400 0000000000000000", rule);
    }

    @Test
    void rejectsHashesAndSignaturesInASwarmWithout() {
        WireFormat format = new WireFormat(ChunkAddressing.CHUNK_RANGES_32, 0, 0, 1024, WireFormat.UNKNOWN_LENGTH);
        String rule = "INTEGRITY or SIGNED_INTEGRITY in a swarm that does without";
        assertRejected(format, "04 00000000 00000000", rule);
        assertRejected(format, "07 00000000 00000000 0000000000000000", rule);
    }

    @Test
    void takesAnIpv4MappedAddressForTheIpv4AddressItMeans() throws MalformedMessageException {
        assertThat(read(ChunkAddressing.CHUNK_RANGES_32, "0c 00000000000000000000ffff c0000221 1a7a"))
                .containsExactly(new Message.PexResV6(new InetSocketAddress("192.0.2.33", 6778)));
    }

    @Test
    void rejectsACertificateOfNoBytes() {
        assertRejected(format(ChunkAddressing.CHUNK_RANGES_32), "0d0000", "PEX_REScert without a certificate");
    }

    @Test
    void rejectsASecondHandshake() throws MalformedMessageException {
        WireFormat format = format(ChunkAddressing.CHUNK_RANGES_32);
        String closing = "00 00000000 ff";
        assertThat(read(format, closing)).containsExactly(new Message.Handshake(0, ProtocolOptions.NONE));
        assertRejected(format, closing + closing, "HANDSHAKE is not the first message");

        ByteBuf datagram = Messages.bytes((closing + closing).replace(" ", ""));
        MessageReader.readHandshake(datagram);
        MessageReader rest = MessageReader.afterHandshake(datagram, format, 10);
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(rest::next)
                .withMessage("HANDSHAKE is not the first message");
    }

    @Test
    void opensAChannelWithNothingButAHandshake() {
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> MessageReader.readHandshake(Messages.bytes("06")))
                .withMessage("the first message is not a HANDSHAKE");
    }

    @Test
    void readsAsManyMessagesAsItIsAllowed() throws MalformedMessageException {
        WireFormat format = format(ChunkAddressing.BINS_32);
        assertThat(read(format, "0a".repeat(256))).hasSize(256);
        assertRejected(format, "0a".repeat(257), "too many messages in one datagram");
        assertRejected(format, "03ffffffff".repeat(257), "too many messages in one datagram");
        MessageReader patient = new MessageReader(Messages.bytes("0a".repeat(2_048)), format, 2_048);
        assertThat(Messages.readAll(patient)).hasSize(2_048);
    }
}
