package org.ppspp.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.ppspp.discovery.TrackerCodec;
import org.ppspp.discovery.TrackerMessage;
import org.ppspp.traces.Trace;
import org.ppspp.traces.Trace.Carrier;
import org.ppspp.traces.Trace.Packet;

/** Everything libswift and PyPPSPP were heard to say is understood to the last byte, and said again in the same bytes. */
class TraceDecodingTest {
    private static final int SHA1_BYTES = 20;
    private static final int MAX_MESSAGES = 2_048;

    /** Option 8 of PyPPSPP: a bug loses its second byte, and what is left says nothing in two bytes instead of one. */
    private static final String PYPPSPP_BITMAP = "0802ff00";

    private static final String SHORTEST_BITMAP = "0801ff";

    /** Captures of PyPPSPP. */
    static final List<String> PYPPSPP = List.of(
            "tcp_small", "tcp_small_leecher_high_uuid", "udp_small", "vod2s", "live_src_head", "live_client_a_head");

    private static WireFormat libswift(int chunkSize, int signatureBytes) {
        return new WireFormat(
                ChunkAddressing.CHUNK_RANGES_32, SHA1_BYTES, signatureBytes, chunkSize, WireFormat.UNKNOWN_LENGTH);
    }

    /** Without hashes and signatures, as PyPPSPP is. */
    private static WireFormat pyppspp() {
        return new WireFormat(ChunkAddressing.CHUNK_RANGES_32, 0, 0, 1_024, WireFormat.UNKNOWN_LENGTH);
    }

    /** Reads the packet to its end and returns it written anew; PyPPSPP's frames carry names in their handshakes. */
    private static String again(Packet packet, WireFormat format, boolean named) throws MalformedMessageException {
        ByteBuf in = Unpooled.wrappedBuffer(packet.bytes());
        ByteBuf out = Unpooled.buffer();
        MessageWriter writer = new MessageWriter(out, format);
        writer.channel(MessageReader.readChannel(in));
        MessageReader reader = new MessageReader(in, format, MAX_MESSAGES);
        List<Message> messages = Messages.readAll(named ? reader.named() : reader);
        messages.forEach(message -> Messages.write(writer, message));
        assertThat(in.isReadable()).as("bytes left").isFalse();
        return Messages.hex(out);
    }

    private static String hex(Packet packet) {
        return Messages.hex(Unpooled.wrappedBuffer(packet.bytes()));
    }

    @ParameterizedTest
    @CsvSource({
        "a_small, 1024, 0",
        "a2_7162, 1024, 0",
        "a3_300, 1024, 0",
        "b_100, 1024, 0",
        "b2_100_8k, 8192, 0",
        "c1_keepalive_close, 1024, 0",
        "c2_keepalive_dead, 1024, 0",
        "d2_pex_small, 1024, 0",
        "e1_live_ecdsa256_head, 1024, 64",
        "e2_live_ecdsa384_head, 1024, 96",
        "e3_live_rsasha1_head, 1024, 128",
        "e4_live_nocipm, 1024, 0"
    })
    @DisplayName("libswift: every datagram, with the signatures of live streams")
    void readsAndWritesLibswift(String name, int chunkSize, int signatureBytes) throws MalformedMessageException {
        WireFormat format = libswift(chunkSize, signatureBytes);
        List<Packet> packets = Trace.read("libswift/" + name).packets();
        assertThat(packets).isNotEmpty();
        for (Packet packet : packets) {
            assertThat(again(packet, format, false)).isEqualTo(hex(packet));
        }
    }

    @Test
    @DisplayName(
            "libswift: the handshake from before the RFC, its fourth try, is refused, and those of the draft are read")
    void refusesTheLegacyHandshake() throws MalformedMessageException {
        WireFormat format = libswift(1_024, 0);
        int legacy = 0;
        for (Packet packet : Trace.read("libswift/c3_noreply").packets()) {
            if (packet.handshake()) {
                assertThat(again(packet, format, false)).isEqualTo(hex(packet));
            } else {
                legacy++;
                ByteBuf afterChannel = Unpooled.wrappedBuffer(packet.bytes()).skipBytes(MessageWriter.CHANNEL_BYTES);
                assertThatThrownBy(() -> MessageReader.readHandshake(afterChannel))
                        .isInstanceOf(MalformedMessageException.class)
                        .hasMessage("the first message is not a HANDSHAKE");
            }
        }
        assertThat(legacy).isEqualTo(30);
    }

    @ParameterizedTest
    @FieldSource("PYPPSPP")
    @DisplayName("PyPPSPP: every frame, with the padded bitmap of option 8 shortened and the name in option 10 kept")
    void readsAndWritesPyppspp(String name) throws MalformedMessageException {
        List<Packet> packets = Trace.read("pyppspp/" + name).peers();
        assertThat(packets).isNotEmpty();
        int shortened = 0;
        for (Packet packet : packets) {
            String hex = hex(packet);
            boolean padded = packet.handshake() && packet.sourceChannel() != 0;
            shortened += padded ? 1 : 0;
            assertThat(again(packet, pyppspp(), true))
                    .isEqualTo(padded ? hex.replace(PYPPSPP_BITMAP, SHORTEST_BITMAP) : hex);
        }
        assertThat(shortened).as("handshakes that do not close").isPositive();
    }

    @Test
    @DisplayName("PyPPSPP: a goodbye tells version and minimum version; a discard window of 1000 comes with a file")
    void readsTheOptionsOfPyppspp() throws MalformedMessageException {
        List<Packet> packets = Trace.read("pyppspp/tcp_small").peers();
        Message.Handshake opening = handshake(packets.get(0));
        assertThat(opening.options().integrityMethod()).isZero();
        assertThat(opening.options().hashFunction()).isNull();
        assertThat(opening.options().liveDiscardWindow()).isEqualTo(1_000);
        assertThat(opening.options().chunkSize()).isEqualTo(1_024);
        assertThat(opening.options().supports(MessageType.HAVE)).isTrue();
        assertThat(opening.options().supports(MessageType.REQUEST))
                .as("it asks for chunks all the same")
                .isFalse();
        Message.Handshake goodbye = handshake(packets.get(packets.size() - 1));
        assertThat(goodbye.closing()).isTrue();
        assertThat(goodbye.options().version()).isEqualTo(1);
        assertThat(goodbye.options().minimumVersion()).isEqualTo(1);
    }

    @Test
    @DisplayName("PyPPSPP: a window of -5 is written as a signed number and read as an unsigned one; -1 means all")
    void readsSignedNumbersAsUnsignedOnes() throws MalformedMessageException {
        String window = "07000003e8";
        Packet opening = Trace.read("pyppspp/tcp_small").peers().get(0);
        for (String value : List.of("fffffffb", "80000000", "ffffffff")) {
            String changed = hex(opening).replace(window, "07" + value);
            assertThat(changed).isNotEqualTo(hex(opening));
            ByteBuf in = Messages.bytes(changed).skipBytes(MessageWriter.CHANNEL_BYTES);
            Long read = MessageReader.readHandshake(in, true).options().liveDiscardWindow();
            assertThat(read)
                    .isEqualTo(value.equals("ffffffff") ? ProtocolOptions.KEEPS_ALL : Long.parseLong(value, 16));
        }
    }

    @Test
    @DisplayName("PyPPSPP: the option it made up is for connections; in a datagram it is unknown")
    void readsNoNamesInDatagrams() {
        Packet opening = Trace.read("pyppspp/udp_small").peers().get(0);
        assertThatThrownBy(() -> again(opening, pyppspp(), false))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage("unknown option, of unknown length");
    }

    @ParameterizedTest
    @FieldSource("PYPPSPP")
    @DisplayName("PyPPSPP's tracker and its clients, byte for byte")
    void readsAndWritesTheTracker(String name) throws Exception {
        TrackerCodec codec = TrackerCodec.client();
        List<Packet> packets = Trace.read("pyppspp/" + name).packets().stream()
                .filter(packet -> packet.carrier() == Carrier.TRACKER)
                .toList();
        assertThat(packets).isNotEmpty();
        for (Packet packet : packets) {
            TrackerMessage message = Objects.requireNonNull(codec.decode(Unpooled.wrappedBuffer(packet.bytes())));
            assertThat(codec.encode(message)).asString(UTF_8).isEqualTo(new String(packet.bytes(), UTF_8));
        }
    }

    @Test
    @DisplayName("live: the head of a stream signs munros of 32 chunks, each right behind the hash it covers")
    void findsTheMunrosOfLiveStreams() throws MalformedMessageException {
        int signatures = 0;
        for (Packet packet : Trace.read("libswift/e1_live_ecdsa256_head").packets()) {
            Message before = null;
            for (Message message : Messages.readAll(reader(packet, libswift(1_024, 64)))) {
                if (message instanceof Message.SignedIntegrity signed) {
                    signatures++;
                    assertThat(signed.chunks().size()).isEqualTo(32);
                    assertThat(before).isInstanceOf(Message.Integrity.class);
                }
                before = message;
            }
        }
        assertThat(signatures).isPositive();
    }

    private static MessageReader reader(Packet packet, WireFormat format) {
        ByteBuf in = Unpooled.wrappedBuffer(packet.bytes()).skipBytes(MessageWriter.CHANNEL_BYTES);
        return new MessageReader(in, format, MAX_MESSAGES);
    }

    private static Message.Handshake handshake(Packet packet) throws MalformedMessageException {
        ByteBuf in = Unpooled.wrappedBuffer(packet.bytes()).skipBytes(MessageWriter.CHANNEL_BYTES);
        return MessageReader.readHandshake(in, true);
    }
}
