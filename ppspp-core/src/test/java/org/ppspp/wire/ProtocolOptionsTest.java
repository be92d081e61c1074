package org.ppspp.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProtocolOptionsTest {
    private static final String STATIC = "0001 0101 02000161 0301 0402 0602 0900000400 ff";
    private static final String LIVE = "0001 0101 02000161 0303 0402 050d 0602 07ffffffff 0900000400 ff";

    private static ProtocolOptions decode(String hex) throws MalformedMessageException {
        return ProtocolOptions.decode(Messages.bytes(hex.replace(" ", "")));
    }

    @Test
    void readsBackAnyOptionsItWrote() throws MalformedMessageException {
        for (long seed = 1; seed <= 2_000; seed++) {
            ProtocolOptions options = RandomOptions.next(new SplittableRandom(seed));
            ByteBuf out = Unpooled.buffer();
            options.encode(out);
            out.writeByte(0x0a);
            assertThat(ProtocolOptions.decode(out)).as("seed %s", seed).isEqualTo(options);
            assertThat(out.readableBytes()).as("stops behind the end option").isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {STATIC, LIVE})
    void acceptsWhatAnInitiatorMustSay(String hex) throws MalformedMessageException {
        decode(hex).requireInitiator();
    }

    @Test
    void letsAResponderLeaveOutWhatTheInitiatorSaid() throws MalformedMessageException {
        ProtocolOptions options = decode("0001 0301 0402 0602 0900000400 ff");
        options.requireResponder();
        assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(options::requireInitiator);
    }

    @ParameterizedTest
    @CsvSource({
        "0001, version",
        "0101, minimum version",
        "02000161, swarm identifier",
        "0303, content integrity protection method",
        "050d, live signature algorithm",
        "07ffffffff, live discard window",
        "0900000400, chunk size"
    })
    void missesEachMandatoryOptionOfALiveSwarm(String option, String name) throws MalformedMessageException {
        ProtocolOptions options = decode(LIVE.replace(option + " ", ""));
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(options::requireInitiator)
                .withMessage("mandatory option missing: " + name);
    }

    @ParameterizedTest
    @CsvSource({"0402, hash function", "0602, chunk addressing method"})
    void missesEachMandatoryOptionOfStaticContent(String option, String name) throws MalformedMessageException {
        ProtocolOptions options = decode(STATIC.replace(option + " ", ""));
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(options::requireResponder)
                .withMessage("mandatory option missing: " + name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000", "0003 0104"})
    void rejectsVersionsThatCannotBe(String versions) throws MalformedMessageException {
        ProtocolOptions options = decode(versions + "0301 0402 0602 0900000400 ff");
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(options::requireResponder)
                .withMessage("no protocol version between the minimum and the maximum");
    }

    @ParameterizedTest
    @CsvSource({
        "0001 0001 ff, options are not in strictly ascending order",
        "0101 0001 ff, options are not in strictly ascending order",
        "020000 ff, a swarm identifier has 1 to 1024 bytes",
        "020401 ff, a swarm identifier has 1 to 1024 bytes",
        "0605 ff, unassigned chunk addressing method",
        "0821, supported messages bitmap of more than 32 bytes",
        "0900000000 ff, chunk size of zero",
        "0a ff, 'unknown option, of unknown length'",
        "fe ff, 'unknown option, of unknown length'",
        "0604 07ffffffff ff, truncated message",
        "'', truncated message"
    })
    void rejectsListsThatBreakARule(String hex, String rule) {
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> decode(hex))
                .withMessage(rule);
    }

    @Test
    void takesTheDiscardWindowInTheWidthOfTheAddressing() throws MalformedMessageException {
        assertThat(decode("0602 0700001000 ff").liveDiscardWindow()).isEqualTo(4096);
        assertThat(decode("0604 070000000000001000 ff").liveDiscardWindow()).isEqualTo(4096);
        assertThat(decode("0600 07ffffffff ff").liveDiscardWindow()).isEqualTo(ProtocolOptions.KEEPS_ALL);
        assertThat(decode("0603 07ffffffffffffffff ff").liveDiscardWindow()).isEqualTo(ProtocolOptions.KEEPS_ALL);
        assertThat(decode("0603 078000000000000000 ff").liveDiscardWindow())
                .as("more than any stream")
                .isEqualTo(ProtocolOptions.KEEPS_ALL);
    }

    @Test
    void needsTheAddressingToWriteADiscardWindow() {
        ProtocolOptions options =
                new ProtocolOptions.Builder().liveDiscardWindow(5L).build();
        assertThatIllegalStateException().isThrownBy(() -> options.encode(Unpooled.buffer()));
    }

    @Test
    void supportsEverythingUnlessToldOtherwise() throws MalformedMessageException {
        for (int type = 0; type < MessageType.COUNT; type++) {
            assertThat(ProtocolOptions.NONE.supports(type)).isTrue();
        }
        ProtocolOptions noPex = decode("0802f9f0 ff");
        assertThat(noPex.supports(MessageType.UNCHOKE)).isTrue();
        assertThat(noPex.supports(MessageType.PEX_REQ)).isFalse();
        assertThat(noPex.supports(MessageType.PEX_RES_CERT)).isFalse();
        assertThat(decode("0800 ff").supports(MessageType.DATA)).isFalse();
    }

    @Test
    void forgetsZeroBytesAtTheEndOfABitmap() throws MalformedMessageException {
        assertThat(decode("0804fffc0000 ff").supportedMessages()).isEqualTo(SupportedMessages.ALL);
        assertThat(SupportedMessages.of(MessageType.DATA, MessageType.REQUEST)).hasToString("4080");
        assertThat(SupportedMessages.of(255).supports(255)).isTrue();
    }

    @Test
    void closesWithOrWithoutAVersion() {
        ByteBuf out = Unpooled.buffer();
        ProtocolOptions.NONE.encode(out);
        ProtocolOptions.closing(ProtocolOptions.VERSION).encode(out);
        assertThat(Messages.hex(out)).isEqualTo("ff" + "0001ff");
    }
}
