package org.ppspp.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ppspp.traces.Trace;
import org.ppspp.traces.Trace.Packet;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.WireFormat;

/** Signatures that another program made with another library. libswift signs the hash alone, which the RFC does not. */
class LibswiftSignatureTest {
    private static final int CHUNK_BYTES = 1_024;
    private static final int MAX_MESSAGES = 2_048;

    @ParameterizedTest
    @CsvSource({
        "e1_live_ecdsa256_head, ECDSAP256SHA256, 64",
        "e2_live_ecdsa384_head, ECDSAP384SHA384, 96",
        "e3_live_rsasha1_head, RSASHA1, 128"
    })
    @DisplayName("libswift: every captured signature is one of the munro's hash before it, and of no other")
    void verifiesWhatLibswiftSigned(String name, LiveAlgorithm algorithm, int signatureBytes)
            throws MalformedMessageException {
        LiveVerifier verifier = null;
        byte[] hash = {};
        int signatures = 0;
        for (Packet packet : Trace.read("libswift/" + name).packets()) {
            ByteBuf in = Unpooled.wrappedBuffer(packet.bytes());
            MessageReader.readChannel(in);
            if (packet.opening()) {
                SwarmId id = Objects.requireNonNull(
                        MessageReader.readHandshake(in).options().swarmId());
                LivePublicKey key = LivePublicKey.parse(id.toBytes());
                assertThat(key.algorithm()).isEqualTo(algorithm);
                assertThat(key.signatureLengthBytes()).isEqualTo(signatureBytes);
                verifier = new LiveVerifier(key);
                continue;
            }
            MessageReader reader = new MessageReader(in, format(signatureBytes), MAX_MESSAGES);
            for (Message message = reader.next(); message != null; message = reader.next()) {
                if (message instanceof Message.Integrity integrity) {
                    hash = integrity.hash().clone();
                } else if (message instanceof Message.SignedIntegrity signed) {
                    byte[] signature = signed.signature();
                    assertThat(Objects.requireNonNull(verifier).verify(hash, signature))
                            .as("%s of %s", signed.chunks(), HexFormat.of().formatHex(hash))
                            .isTrue();
                    hash[0] ^= 1;
                    assertThat(verifier.verify(hash, signature)).isFalse();
                    signatures++;
                }
            }
        }
        assertThat(signatures).isGreaterThan(3);
    }

    private static WireFormat format(int signatureBytes) {
        return new WireFormat(
                ChunkAddressing.CHUNK_RANGES_32,
                HashFunction.SHA1.length(),
                signatureBytes,
                CHUNK_BYTES,
                WireFormat.UNKNOWN_LENGTH);
    }
}
