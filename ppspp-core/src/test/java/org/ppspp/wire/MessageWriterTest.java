package org.ppspp.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ppspp.chunk.ChunkRange;

class MessageWriterTest {
    private static final ChunkRange EVERYTHING = new ChunkRange(0, ChunkRange.MAX_CHUNK);

    private static WireFormat format(ChunkAddressing addressing) {
        return new WireFormat(addressing, 32, 64, 1024, WireFormat.UNKNOWN_LENGTH);
    }

    private static String write(WireFormat format, Consumer<MessageWriter> messages) {
        ByteBuf out = Unpooled.buffer();
        messages.accept(new MessageWriter(out, format));
        return Messages.hex(out);
    }

    @ParameterizedTest
    @CsvSource({
        "BINS_32, 5, 13, 13, 37, 77",
        "BYTE_RANGES_64, 17, 25, 25, 49, 89",
        "CHUNK_RANGES_32, 9, 17, 17, 41, 81",
        "BINS_64, 9, 17, 17, 41, 81",
        "CHUNK_RANGES_64, 17, 25, 25, 49, 89"
    })
    void knowsTheSizesOfTheSpecification(
            ChunkAddressing addressing, int have, int data, int ack, int integrity, int signed) {
        MessageWriter writer = new MessageWriter(Unpooled.buffer(), format(addressing));
        assertThat(writer.haveBytes()).isEqualTo(have);
        assertThat(writer.requestBytes()).isEqualTo(have);
        assertThat(writer.cancelBytes()).isEqualTo(have);
        assertThat(writer.dataBytes(0)).isEqualTo(data);
        assertThat(writer.ackBytes()).isEqualTo(ack);
        assertThat(writer.integrityBytes()).isEqualTo(integrity);
        assertThat(writer.signedIntegrityBytes()).isEqualTo(signed);
    }

    @Test
    void splitsARangeIntoTheNodesOfTheSpecification() {
        ChunkRange chunks = new ChunkRange(0, 6);
        WireFormat bins = format(ChunkAddressing.BINS_32);
        assertThat(write(bins, writer -> writer.have(chunks))).isEqualTo("0300000003" + "0300000009" + "030000000c");
        assertThat(write(bins, writer -> writer.ack(chunks, 7)))
                .isEqualTo("02000000030000000000000007" + "02000000090000000000000007" + "020000000c0000000000000007");
        assertThat(new MessageWriter(Unpooled.buffer(), bins).rangeMessages(chunks))
                .isEqualTo(3);
        assertThat(new MessageWriter(Unpooled.buffer(), format(ChunkAddressing.CHUNK_RANGES_32)).rangeMessages(chunks))
                .isOne();
    }

    @Test
    void needsFewMessagesForTheWorstOfRanges() {
        ChunkRange ragged = new ChunkRange(1, ChunkRange.MAX_CHUNK - 1);
        assertThat(new MessageWriter(Unpooled.buffer(), format(ChunkAddressing.BINS_64)).rangeMessages(ragged))
                .isEqualTo(78);
    }

    @Test
    void saysEverythingInOneMessage() {
        assertThat(write(format(ChunkAddressing.BINS_32), writer -> writer.request(EVERYTHING)))
                .isEqualTo("087fffffff");
        assertThat(write(format(ChunkAddressing.BINS_64), writer -> writer.request(EVERYTHING)))
                .isEqualTo("087fffffffffffffff");
        assertThat(write(format(ChunkAddressing.CHUNK_RANGES_32), writer -> writer.request(EVERYTHING)))
                .isEqualTo("0800000000ffffffff");
        assertThat(write(format(ChunkAddressing.CHUNK_RANGES_64), writer -> writer.request(EVERYTHING)))
                .isEqualTo("080000000000000000000000ffffffffff");
    }

    @Test
    void refusesChunksThatThirtyTwoBitsDoNotReach() {
        ChunkRange far = ChunkRange.of(1L << 32);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> write(format(ChunkAddressing.CHUNK_RANGES_32), writer -> writer.have(far)));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> write(format(ChunkAddressing.BINS_32), writer -> writer.have(ChunkRange.of(1L << 31))));
    }

    @Test
    void endsByteRangesWithTheContentOnlyWhereChunksAreHad() {
        WireFormat format = format(ChunkAddressing.BYTE_RANGES_64).withContentLength(7162);
        ChunkRange last = ChunkRange.of(6);
        String cut = "0000000000001800" + "0000000000001bf9";
        String full = "0000000000001800" + "0000000000001bff";
        assertThat(write(format, writer -> writer.have(last))).isEqualTo("03" + cut);
        assertThat(write(format, writer -> writer.ack(last, 0))).isEqualTo("02" + cut + "0000000000000000");
        assertThat(write(format, writer -> writer.request(last))).isEqualTo("08" + full);
        assertThat(write(format, writer -> writer.cancel(last))).isEqualTo("09" + full);
        assertThat(write(format, writer -> writer.integrity(12, new byte[40], 8)))
                .isEqualTo("04" + full + "00".repeat(32));
    }

    @Test
    void takesHashAndChunkFromTheMiddleOfWhatItIsGiven() {
        WireFormat format = new WireFormat(ChunkAddressing.BINS_32, 2, 0, 2, WireFormat.UNKNOWN_LENGTH);
        assertThat(write(format, writer -> writer.integrity(3, new byte[] {1, 2, 3, 4}, 1)))
                .isEqualTo("04000000030203");
        ByteBuf content = Messages.bytes("0102030405");
        assertThat(write(format, writer -> writer.data(2, 1, content, 2, 2)))
                .isEqualTo("0100000004" + "0000000000000001" + "0304");
        assertThat(content.readerIndex()).isZero();
    }

    @Test
    void refusesToSignWhatIsNoNode() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> write(
                        format(ChunkAddressing.CHUNK_RANGES_32),
                        writer -> writer.signedIntegrity(new ChunkRange(1, 2), 0, new byte[64])));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> write(
                        format(ChunkAddressing.CHUNK_RANGES_32),
                        writer -> writer.signedIntegrity(ChunkRange.of(1), 0, new byte[63])));
    }

    @Test
    void tellsOnlyResolvedAddresses() {
        InetSocketAddress unresolved = InetSocketAddress.createUnresolved("peer.example", 6778);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> write(format(ChunkAddressing.CHUNK_RANGES_32), writer -> writer.pexRes(unresolved)));
    }
}
