package org.ppspp.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.integrity.LiveIntegrity.Outcome;
import org.ppspp.integrity.LiveIntegrity.When;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.LiveForm;
import org.ppspp.wire.MalformedMessageException;
import org.ppspp.wire.Message;
import org.ppspp.wire.MessageReader;
import org.ppspp.wire.MessageWriter;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.WireFormat;

/** Signatures as libswift has them: of the munro's hash alone, with a time in microseconds. */
class LibswiftFormTest {
    private static final long MICROS = 1_795_361_448_610_673L;
    private static final long NOW = NtpTime.ofUnixMicros(MICROS);
    private static final LiveSigner SIGNER =
            LiveSigner.of(LiveAlgorithm.ED25519, new Ed25519PrivateKeyParameters(new byte[32], 0));
    private static final WireFormat FORMAT =
            new WireFormat(ChunkAddressing.CHUNK_RANGES_32, 20, 64, 8, WireFormat.UNKNOWN_LENGTH, LiveForm.LIBSWIFT);

    private final LiveMerkleIntegrity viewer = new LiveMerkleIntegrity(
            HashFunction.SHA1, FORMAT, new LiveVerifier(SIGNER.publicKey())::verify, NtpTime.UNKNOWN);
    private final PendingHashes channel = viewer.newPending(16);

    private static SignedSegment segment(long first, int seed) {
        return new SegmentSigner(IntegrityMethod.UNIFIED_MERKLE_TREE, HashFunction.SHA1, FORMAT, SIGNER::sign)
                .sign(first, List.of(new byte[] {(byte) seed, 0, 0, 0, 0, 0, 0, 0}, new byte[8]), NOW);
    }

    private static byte[] top(SignedSegment segment) {
        return Arrays.copyOfRange(segment.hashes(), 20, 40);
    }

    private Outcome say(SignedSegment segment, ChunkRange chunks, long ntpTime) {
        viewer.offer(channel, Bin.ofRange(chunks.first(), chunks.last()), top(segment), 0);
        SignedNode said =
                new SignedNode(chunks, ntpTime, segment.signed().get(0).signature());
        return viewer.signed(channel, said, new When(0, NOW, false));
    }

    @Test
    void theHashAloneIsSigned() {
        SignedSegment segment = segment(4, 1);
        assertThat(new LiveVerifier(SIGNER.publicKey())
                        .verify(top(segment), segment.signed().get(0).signature()))
                .isTrue();
        assertThat(say(segment, new ChunkRange(4, 5), NOW)).isEqualTo(Outcome.TAKEN);
    }

    @Test
    void timesAreMicrosecondsOnTheWire() throws MalformedMessageException {
        ByteBuf out = Unpooled.buffer();
        byte[] signature = new byte[64];
        new MessageWriter(out, FORMAT).signedIntegrity(new ChunkRange(4, 5), NOW, signature);
        assertThat(out.getLong(9)).isEqualTo(MICROS);
        assertThat(new MessageReader(out, FORMAT, 1).next())
                .isInstanceOfSatisfying(
                        Message.SignedIntegrity.class,
                        read -> assertThat(read.ntpTimestamp()).isEqualTo(NOW));
    }

    /** As libswift signs them that reads more than one munro at once. */
    @Test
    void neighboursMayHaveTheSameTime() {
        assertThat(say(segment(4, 1), new ChunkRange(4, 5), NOW)).isEqualTo(Outcome.TAKEN);
        assertThat(say(segment(6, 2), new ChunkRange(6, 7), NOW)).isEqualTo(Outcome.TAKEN);
        assertThat(say(segment(2, 3), new ChunkRange(2, 3), NOW)).isEqualTo(Outcome.TAKEN);
        assertThat(say(segment(8, 4), new ChunkRange(8, 9), NOW - 1)).isEqualTo(Outcome.UNUSABLE);
    }

    /** What the warning is about: a peer can give a signature another time and place, and nobody can tell. */
    @Test
    void placesAreNotSignedSoNobodyCanBeSaidToEquivocate() {
        SignedSegment first = segment(4, 1);
        SignedSegment second = segment(6, 2);
        assertThat(say(first, new ChunkRange(4, 5), NOW)).isEqualTo(Outcome.TAKEN);
        assertThat(say(second, new ChunkRange(4, 5), NOW + 1)).isEqualTo(Outcome.UNUSABLE);
        assertThat(say(second, new ChunkRange(8, 9), NOW + 2)).isEqualTo(Outcome.TAKEN);
    }

    @Test
    void munrosBehindTheEdgeComeWithTheirChunks() {
        assertThat(viewer.reachesBeyondEdge()).isTrue();
    }
}
