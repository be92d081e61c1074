package org.ppspp.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.chunk.Bin;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.integrity.Integrity.Offer;
import org.ppspp.integrity.Integrity.Verdict;
import org.ppspp.integrity.LiveIntegrity.Outcome;
import org.ppspp.integrity.LiveIntegrity.When;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.WireFormat;

class LiveMerkleIntegrityTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int CHUNK_SIZE = 100;
    private static final long NOW = ntp(1_000);
    private static final KnownChunks NOTHING = (first, last) -> false;

    private final SplittableRandom random = new SplittableRandom(7);
    private final WireFormat format = format(ChunkAddressing.CHUNK_RANGES_32);
    private final LiveMerkleIntegrity viewer = viewer(NtpTime.UNKNOWN);
    private final PendingHashes channel = viewer.newPending(256);

    private static WireFormat format(ChunkAddressing addressing) {
        return new WireFormat(addressing, 32, 32, CHUNK_SIZE, WireFormat.UNKNOWN_LENGTH);
    }

    /** NTP time in milliseconds after some moment. */
    private static long ntp(long millis) {
        return NtpTime.ofUnixMicros(1_700_000_000_000_000L + millis * 1_000);
    }

    private static byte[] keyed(int key, byte[] message) {
        MessageDigest digest = HashFunction.SHA256.newDigest();
        digest.update((byte) key);
        return digest.digest(message);
    }

    private LiveMerkleIntegrity viewer(long notBefore) {
        return new LiveMerkleIntegrity(
                HashFunction.SHA256,
                format,
                (signed, signature) -> Arrays.equals(signature, keyed(1, signed)),
                notBefore);
    }

    private List<byte[]> chunks(int count) {
        List<byte[]> chunks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] chunk = new byte[CHUNK_SIZE];
            random.nextBytes(chunk);
            chunks.add(chunk);
        }
        return chunks;
    }

    private SignedSegment segment(long first, int width, long time) {
        return segment(first, width, time, 1);
    }

    private SignedSegment segment(long first, int width, long time, int key) {
        return new SegmentSigner(
                        IntegrityMethod.UNIFIED_MERKLE_TREE,
                        HashFunction.SHA256,
                        format,
                        message -> keyed(key, message))
                .sign(first, chunks(width), time);
    }

    private static byte[] top(SignedSegment segment) {
        int middle = segment.hashes().length / 2 - 16;
        return Arrays.copyOfRange(segment.hashes(), middle, middle + 32);
    }

    private Outcome take(SignedSegment segment, long ntpNow, boolean asked) {
        return take(segment, segment.signed().get(0), ntpNow, asked);
    }

    private Outcome take(SignedSegment segment, SignedNode signed, long ntpNow, boolean asked) {
        ChunkRange range = signed.chunks();
        viewer.offer(channel, Bin.ofRange(range.first(), range.last()), top(segment), 0);
        return viewer.signed(channel, signed, new When(0, ntpNow, asked));
    }

    private Outcome take(SignedSegment segment) {
        return take(segment, NOW, false);
    }

    // --- what is right

    @ParameterizedTest
    @EnumSource(ChunkAddressing.class)
    void verifiesWhatTheSourceSignedWhateverTheChunksAreCalled(ChunkAddressing addressing) {
        WireFormat format = format(addressing);
        SegmentSigner signer = new SegmentSigner(
                IntegrityMethod.UNIFIED_MERKLE_TREE, HashFunction.SHA256, format, message -> keyed(1, message));
        SignatureCheck check = (signed, signature) -> Arrays.equals(signature, keyed(1, signed));
        LiveMerkleIntegrity source = new LiveMerkleIntegrity(HashFunction.SHA256, format, check, NtpTime.UNKNOWN);
        LiveMerkleIntegrity receiver = new LiveMerkleIntegrity(HashFunction.SHA256, format, check, NtpTime.UNKNOWN);
        for (int munro = 0; munro < 5; munro++) {
            List<byte[]> chunks = chunks(8);
            source.append(signer.sign(8L * munro, chunks, ntp(munro)));
            passOn(source, receiver, 8L * munro, chunks);
        }
        assertThat(receiver.edge()).isEqualTo(39);
        assertThat(receiver.timeline().size()).isEqualTo(5);
    }

    /** Hands chunks over in random order, each with what the receiver lacks, and lets the receiver hand them on. */
    private void passOn(LiveMerkleIntegrity from, LiveMerkleIntegrity to, long first, List<byte[]> chunks) {
        PendingHashes pending = to.newPending(256);
        NodeHasher hasher = new NodeHasher(HashFunction.SHA256);
        Set<Long> known = new HashSet<>();
        KnownChunks knows = (low, high) -> known.stream().anyMatch(chunk -> chunk >= low && chunk <= high);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < chunks.size(); i++) {
            order.add(random.nextInt(order.size() + 1), i);
        }
        for (int i : order) {
            long chunk = first + i;
            Emitted emitted = new Emitted();
            assertThat(from.prove(chunk, knows, null, emitted)).isTrue();
            assertThat(emitted.munros).hasSize(from.proofMunros(chunk, knows));
            assertThat(emitted.hashes).hasSize(from.proofHashes(chunk, knows));
            for (NodeHash munro : emitted.munros) {
                assertThat(to.offer(pending, munro.bin(), munro.hash(), 0)).isNotEqualTo(Offer.CONFLICT);
            }
            for (SignedNode signed : emitted.signed) {
                assertThat(to.signed(pending, signed, new When(0, NOW, true))).isIn(Outcome.TAKEN, Outcome.KNOWN);
            }
            for (NodeHash hash : emitted.hashes) {
                assertThat(to.offer(pending, hash.bin(), hash.hash(), 0)).isNotEqualTo(Offer.CONFLICT);
            }
            assertThat(verify(to, pending, chunk, hasher.leaf(chunks.get(i)))).isEqualTo(Verdict.VERIFIED);
            known.add(chunk);
        }
    }

    private static Verdict verify(LiveMerkleIntegrity in, PendingHashes pending, long chunk, byte[] leaf) {
        return in.verify(pending, chunk, leaf, Unpooled.EMPTY_BUFFER, 0);
    }

    private static final class Emitted implements ProofSink {
        final List<NodeHash> munros = new ArrayList<>();
        final List<NodeHash> hashes = new ArrayList<>();
        final List<SignedNode> signed = new ArrayList<>();

        @Override
        public void hash(long bin, byte[] source, int offset) {
            hashes.add(new NodeHash(bin, Arrays.copyOfRange(source, offset, offset + 32)));
        }

        @Override
        public void munro(long bin, byte[] source, int offset, SignedNode node) {
            assertThat(hashes).as("a munro comes first").isEmpty();
            munros.add(new NodeHash(bin, Arrays.copyOfRange(source, offset, offset + 32)));
            signed.add(node);
        }

        @Override
        public void signature(SignedNode node) {
            signed.add(node);
        }
    }

    @Test
    void theMunroIsRepeatedUntilThePeerShowsAChunkOfIt() {
        viewer.append(segment(0, 8, ntp(0)));
        KnownChunks onItsWay = new KnownChunks() {
            @Override
            public boolean intersects(long first, long last) {
                return first <= 0;
            }

            @Override
            public boolean shows(long first, long last) {
                return false;
            }
        };
        assertThat(viewer.proofMunros(1, onItsWay)).isEqualTo(1);
        assertThat(viewer.proofHashes(1, onItsWay)).isZero();
        assertThat(viewer.proofMunros(1, (first, last) -> first <= 0)).isZero();
        assertThat(viewer.proofHashes(1, NOTHING)).isEqualTo(3);
    }

    @Test
    void aMunroIsVerifiedOnce() {
        SignedSegment segment = segment(0, 8, NOW);
        assertThat(take(segment)).isEqualTo(Outcome.TAKEN);
        assertThat(take(segment)).isEqualTo(Outcome.KNOWN);
        PendingHashes other = viewer.newPending(16);
        assertThat(viewer.offer(other, 7, top(segment), 0)).isEqualTo(Offer.IGNORED);
        assertThat(viewer.signed(other, segment.signed().get(0), new When(0, NOW, false)))
                .isEqualTo(Outcome.KNOWN);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 64, 512})
    void learnsHowManyChunksASignatureCovers(int width) {
        assertThat(take(segment(0, width, NOW))).isEqualTo(Outcome.TAKEN);
        assertThat(take(segment(2L * width, width, NOW + 1))).isEqualTo(Outcome.TAKEN);
        assertThat(take(segment(8L * width, 2 * width, NOW + 2))).isEqualTo(Outcome.UNUSABLE);
        assertThat(viewer.edge()).isEqualTo(3L * width - 1);
    }

    @Test
    void oneChunkIsNoMunroAndNeitherAreTwoThousand() {
        SignedSegment segment = segment(0, 2, NOW);
        SignedNode one =
                new SignedNode(ChunkRange.of(0), NOW, segment.signed().get(0).signature());
        SignedNode many = new SignedNode(new ChunkRange(0, 2_047), NOW, one.signature());
        assertThat(take(segment, one, NOW, false)).isEqualTo(Outcome.UNUSABLE);
        assertThat(take(segment, many, NOW, false)).isEqualTo(Outcome.UNUSABLE);
        assertThatThrownBy(() -> segment(0, 1, NOW)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> segment(4, 8, NOW)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void chunksOfAnUnsignedMunroAreNotVerified() {
        NodeHasher hasher = new NodeHasher(HashFunction.SHA256);
        SignedSegment segment = segment(0, 2, NOW);
        viewer.offer(channel, 1, top(segment), 0);
        assertThat(verify(viewer, channel, 0, hasher.leaf(new byte[CHUNK_SIZE])))
                .isEqualTo(Verdict.MISSING);
        assertThat(viewer.edge()).isEqualTo(-1);
    }

    @Test
    void aWrongChunkIsItsSendersFault() {
        SignedSegment segment = segment(0, 2, NOW);
        take(segment);
        viewer.offer(channel, 2, Arrays.copyOfRange(segment.hashes(), 64, 96), 0);
        byte[] wrong = new NodeHasher(HashFunction.SHA256).leaf(new byte[CHUNK_SIZE]);
        assertThat(verify(viewer, channel, 0, wrong)).isEqualTo(Verdict.BAD);
    }

    @Test
    void forgetsWhatIsLeftBehind() {
        for (int munro = 0; munro < 1_000; munro++) {
            viewer.append(segment(8L * munro, 8, NOW + munro));
            viewer.forgetBelow(Math.max(0, 8L * munro - 80));
            assertThat(viewer.timeline().size()).isLessThanOrEqualTo(11);
        }
        assertThat(viewer.proofMunros(8L * 990, NOTHING)).isEqualTo(1);
        assertThat(viewer.prove(0, NOTHING, null, new Emitted())).isFalse();
    }

    @Test
    void measuresTheRateByTheTimesOfTheSource() {
        take(segment(0, 32, ntp(0)), ntp(0), false);
        assertThat(viewer.timeline().chunksPerSecond()).isZero();
        take(segment(64, 32, ntp(500)), ntp(500), false);
        assertThat(viewer.timeline().chunksPerSecond()).isEqualTo(128);
    }

    // --- what is not (rule R27)

    @Test
    void oldMunrosOfNobodysInterestAreDropped() {
        SignedSegment old = segment(0, 8, ntp(0));
        assertThat(take(old, ntp(30_001), false)).isEqualTo(Outcome.UNUSABLE);
        assertThat(take(old, ntp(29_999), false)).isEqualTo(Outcome.TAKEN);
    }

    @Test
    void oldMunrosCountForChunksThatWereAskedFor() {
        take(segment(80, 8, ntp(60_000)), ntp(60_000), false);
        SignedSegment old = segment(0, 8, ntp(0));
        assertThat(take(old, ntp(60_000), false)).isEqualTo(Outcome.UNUSABLE);
        assertThat(take(old, ntp(60_000), true)).isEqualTo(Outcome.TAKEN);
    }

    @Test
    void munrosFromTheFutureAreDropped() {
        assertThat(take(segment(0, 8, ntp(10_001)), ntp(0), false)).isEqualTo(Outcome.UNUSABLE);
        assertThat(take(segment(0, 8, ntp(9_999)), ntp(0), false)).isEqualTo(Outcome.TAKEN);
        assertThat(take(segment(8, 8, NtpTime.UNKNOWN), ntp(0), true)).isEqualTo(Outcome.UNUSABLE);
    }

    @Test
    void timesRiseWithTheChunks() {
        take(segment(8, 8, ntp(1_000)));
        take(segment(24, 8, ntp(2_000)));
        assertThat(take(segment(16, 8, ntp(900)), NOW, true)).isEqualTo(Outcome.UNUSABLE);
        assertThat(take(segment(16, 8, ntp(2_000)), NOW, true)).isEqualTo(Outcome.UNUSABLE);
        assertThat(take(segment(0, 8, ntp(1_001)), NOW, true)).isEqualTo(Outcome.UNUSABLE);
        assertThat(take(segment(32, 8, ntp(1_999)), NOW, true)).isEqualTo(Outcome.UNUSABLE);
        assertThat(take(segment(16, 8, ntp(1_500)), NOW, true)).isEqualTo(Outcome.TAKEN);
    }

    @Test
    void aChangedOrForeignSignatureIsForged() {
        SignedSegment segment = segment(0, 8, NOW);
        SignedNode signed = segment.signed().get(0);
        byte[] flipped = signed.signature().clone();
        flipped[5] ^= 4;
        assertThat(take(segment, new SignedNode(signed.chunks(), NOW, flipped), NOW, false))
                .isEqualTo(Outcome.FORGED);
        assertThat(take(segment(0, 8, NOW, 2))).isEqualTo(Outcome.FORGED);
        assertThat(viewer.edge()).isEqualTo(-1);
    }

    /** The corpus of rule R27: not one of them passes. */
    @Test
    void noneOfTenThousandReplayedShiftedOrRetimedMunrosPasses() {
        List<SignedSegment> seen = new ArrayList<>();
        for (int munro = 0; munro < 100; munro++) {
            SignedSegment segment = segment(8L * munro, 8, ntp(munro * 1_000L));
            seen.add(segment);
            assertThat(take(segment, ntp(munro * 1_000L), false)).isEqualTo(Outcome.TAKEN);
        }
        viewer.forgetBelow(400);
        long now = ntp(100_000);
        for (int attempt = 0; attempt < 10_000; attempt++) {
            SignedSegment segment = seen.get(random.nextInt(50));
            SignedNode real = segment.signed().get(0);
            long shift = 8L * random.nextInt(1, 200);
            SignedNode replayed = switch (attempt % 3) {
                case 0 -> real;
                case 1 ->
                    new SignedNode(
                            new ChunkRange(
                                    real.chunks().first() + shift, real.chunks().last() + shift),
                            random.nextBoolean() ? real.ntpTime() : now,
                            real.signature());
                default -> new SignedNode(real.chunks(), now - random.nextInt(), real.signature());
            };
            PendingHashes liar = viewer.newPending(16);
            ChunkRange range = replayed.chunks();
            viewer.offer(liar, Bin.ofRange(range.first(), range.last()), top(segment), attempt * SECOND);
            Outcome outcome = viewer.signed(liar, replayed, new When(attempt * SECOND, now, random.nextBoolean()));
            assertThat(outcome).as("attempt %d", attempt).isIn(Outcome.UNUSABLE, Outcome.FORGED);
            assertThat(viewer.edge()).as("attempt %d", attempt).isEqualTo(799);
        }
    }

    @Test
    void aSecondMunroInThePlaceOfAnotherIsEquivocation() {
        take(segment(0, 8, NOW));
        SignedSegment second = segment(0, 8, NOW + 1);
        assertThat(take(second)).isEqualTo(Outcome.EQUIVOCAL);
        assertThat(take(second)).as("and is not verified again").isEqualTo(Outcome.UNUSABLE);
        byte[] leaf = Arrays.copyOf(second.hashes(), 32);
        viewer.offer(channel, 2, new byte[32], 0);
        assertThat(verify(viewer, channel, 0, leaf)).as("nobody can be blamed").isEqualTo(Verdict.MISSING);
    }

    @Test
    void onlyTheSourceCanEquivocate() {
        take(segment(0, 8, NOW));
        assertThat(take(segment(0, 8, NOW + 1, 2))).isEqualTo(Outcome.FORGED);
    }

    @Test
    void aSourceThatBeginsAnewLaterIsBelieved() {
        SignedSegment first = segment(0, 8, ntp(0));
        take(first, ntp(0), false);
        take(segment(80, 8, ntp(1_000)), ntp(1_000), false);
        SignedSegment again = segment(0, 16, ntp(5_000));
        assertThat(take(again, ntp(5_000), false)).isEqualTo(Outcome.RESTARTED);
        assertThat(viewer.edge()).isEqualTo(15);
        assertThat(viewer.timeline().size()).isEqualTo(1);
        assertThat(take(first, ntp(5_000), true))
                .as("the former stream is over")
                .isEqualTo(Outcome.UNUSABLE);
        assertThat(take(segment(16, 16, ntp(5_500)), ntp(5_500), false)).isEqualTo(Outcome.TAKEN);
    }

    @Test
    void aSourceThatBeginsAnewAtOnceHasToWait() {
        take(segment(80, 8, ntp(1_000)), ntp(1_000), false);
        assertThat(take(segment(0, 8, ntp(2_900)), ntp(2_900), false)).isEqualTo(Outcome.UNUSABLE);
        assertThat(take(segment(8, 8, ntp(3_100)), ntp(3_100), false)).isEqualTo(Outcome.RESTARTED);
    }

    @Test
    void whatWasKnownBeforeARestartOfOursIsNotNew() {
        LiveMerkleIntegrity restarted = viewer(ntp(500));
        PendingHashes pending = restarted.newPending(16);
        for (long time : new long[] {ntp(400), ntp(500)}) {
            SignedSegment segment = segment(0, 8, time);
            restarted.offer(pending, 7, top(segment), 0);
            assertThat(restarted.signed(pending, segment.signed().get(0), new When(0, NOW, false)))
                    .isEqualTo(time == ntp(400) ? Outcome.UNUSABLE : Outcome.TAKEN);
        }
    }

    @Test
    void verificationsAreRationed() {
        int verified = 0;
        for (int i = 0; i < 1_000; i++) {
            verified += take(segment(8L * i, 8, NOW + i, 2)) == Outcome.FORGED ? 1 : 0;
        }
        assertThat(verified).isEqualTo(100);
        for (int other = 0; other < 10; other++) {
            PendingHashes pending = viewer.newPending(16);
            for (int i = 0; i < 100; i++) {
                SignedSegment segment = segment(8L * i, 8, NOW + i, 2);
                viewer.offer(pending, 7 + 16L * i, top(segment), 0);
                verified += viewer.signed(pending, segment.signed().get(0), new When(0, NOW, false)) == Outcome.FORGED
                        ? 1
                        : 0;
            }
        }
        assertThat(verified).isEqualTo(500);
    }

    @Test
    void hashesThatCannotBeAreConflicts() {
        SignedSegment segment = segment(0, 2, NOW);
        take(segment);
        byte[] leaf = Arrays.copyOf(segment.hashes(), 32);
        viewer.offer(channel, 2, Arrays.copyOfRange(segment.hashes(), 64, 96), 0);
        assertThat(verify(viewer, channel, 0, leaf)).isEqualTo(Verdict.VERIFIED);
        assertThat(viewer.offer(channel, 2, new byte[32], 0)).isEqualTo(Offer.CONFLICT);
        assertThat(viewer.offer(channel, 0, top(segment), 0)).isEqualTo(Offer.CONFLICT);
        assertThat(viewer.offer(channel, -1, leaf, 0)).isEqualTo(Offer.CONFLICT);
        assertThat(viewer.offer(channel, 1L << 50, leaf, 0)).isEqualTo(Offer.CONFLICT);
        assertThat(viewer.offer(channel, 0, leaf, 0)).isEqualTo(Offer.IGNORED);
    }

    @Test
    void realSignaturesVerify() {
        LiveSigner signer = LiveSigner.of(LiveAlgorithm.ED25519, new Ed25519PrivateKeyParameters(new byte[32], 0));
        WireFormat real = new WireFormat(
                ChunkAddressing.CHUNK_RANGES_32,
                32,
                signer.publicKey().signatureLengthBytes(),
                CHUNK_SIZE,
                WireFormat.UNKNOWN_LENGTH);
        SegmentSigner segments =
                new SegmentSigner(IntegrityMethod.UNIFIED_MERKLE_TREE, HashFunction.SHA256, real, signer::sign);
        LiveMerkleIntegrity receiver = new LiveMerkleIntegrity(
                HashFunction.SHA256, real, new LiveVerifier(signer.publicKey())::verify, NtpTime.UNKNOWN);
        PendingHashes pending = receiver.newPending(16);
        SignedSegment segment = segments.sign(0, chunks(8), NOW);
        receiver.offer(pending, 7, top(segment), 0);
        assertThat(receiver.signed(pending, segment.signed().get(0), new When(0, NOW, false)))
                .isEqualTo(Outcome.TAKEN);
    }
}
