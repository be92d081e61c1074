package org.ppspp.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.ppspp.chunk.ChunkRange;
import org.ppspp.integrity.Integrity.Verdict;
import org.ppspp.integrity.LiveIntegrity.Outcome;
import org.ppspp.integrity.LiveIntegrity.When;
import org.ppspp.wire.ChunkAddressing;
import org.ppspp.wire.NtpTime;
import org.ppspp.wire.WireFormat;

class SignAllIntegrityTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int CHUNK_SIZE = 100;

    /** A chunk and what its source says of it. */
    private record Signed(SignedNode node, byte[] content) {}

    private final SplittableRandom random = new SplittableRandom(8);
    private final WireFormat format =
            new WireFormat(ChunkAddressing.CHUNK_RANGES_32, 32, 32, CHUNK_SIZE, WireFormat.UNKNOWN_LENGTH);
    private final List<Long> equivocal = new ArrayList<>();
    private int verified;
    private int restarts;
    private int looks;
    private final SignAllIntegrity viewer = viewer(NtpTime.UNKNOWN);
    private final PendingHashes channel = viewer.newPending(4_096);

    /** NTP time in milliseconds after some moment. */
    private static long ntp(long millis) {
        return NtpTime.ofUnixMicros(1_700_000_000_000_000L + millis * 1_000);
    }

    private static byte[] keyed(int key, byte[] message) {
        MessageDigest digest = HashFunction.SHA256.newDigest();
        digest.update((byte) key);
        return digest.digest(message);
    }

    private SignAllIntegrity viewer(long notBefore) {
        SignatureCheck check = (signed, signature) -> {
            looks++;
            return Arrays.equals(signature, keyed(1, signed));
        };
        return new SignAllIntegrity(format, check, notBefore, new SignAllIntegrity.Witness() {
            @Override
            public void verified() {
                verified++;
            }

            @Override
            public void restarted(long now) {
                restarts++;
            }

            @Override
            public void equivocal(long chunk) {
                equivocal.add(chunk);
            }
        });
    }

    private Signed signed(long chunk, long time, int key) {
        byte[] content = new byte[CHUNK_SIZE];
        random.nextBytes(content);
        return signed(chunk, time, key, content);
    }

    private Signed signed(long chunk, long time, int key, byte[] content) {
        SegmentSigner signer = new SegmentSigner(
                IntegrityMethod.SIGN_ALL, HashFunction.SHA256, format, message -> keyed(key, message));
        return new Signed(signer.sign(chunk, List.of(content), time).signed().get(0), content);
    }

    private Outcome say(Signed signed, long ntpNow, boolean asked) {
        return viewer.signed(channel, signed.node(), new When(0, ntpNow, asked));
    }

    private Verdict bring(long chunk, byte[] content, long now) {
        ByteBuf bytes = Unpooled.wrappedBuffer(content);
        return viewer.verify(channel, chunk, new byte[32], bytes, now);
    }

    /** The signature and then its chunk, at the time of the signature. */
    private Verdict take(Signed signed) {
        say(signed, signed.node().ntpTime(), false);
        return bring(signed.node().chunks().first(), signed.content(), 0);
    }

    @Test
    void aChunkIsTheSourcesIfItsSignatureSaysSo() {
        Signed right = signed(7, ntp(0), 1);
        assertThat(say(right, ntp(100), false)).isEqualTo(Outcome.WAITS);
        assertThat(bring(8, right.content(), 0)).as("of another chunk").isEqualTo(Verdict.MISSING);
        assertThat(bring(7, right.content(), 0)).isEqualTo(Verdict.VERIFIED);
        assertThat(viewer.edge()).isEqualTo(7);
        assertThat(say(right, ntp(100), false)).isEqualTo(Outcome.KNOWN);
        assertThat(verified).isOne();
    }

    @Test
    void wrongChunksAndWrongSignaturesAreTheirSendersFault() {
        Signed right = signed(1, ntp(0), 1);
        say(right, ntp(0), false);
        assertThat(bring(1, new byte[CHUNK_SIZE], 0)).isEqualTo(Verdict.BAD);
        assertThat(take(signed(2, ntp(1), 2))).as("another key").isEqualTo(Verdict.BAD);
        Signed retimed =
                new Signed(new SignedNode(ChunkRange.of(1), ntp(5), right.node().signature()), right.content());
        assertThat(take(retimed)).isEqualTo(Verdict.BAD);
        Signed shifted =
                new Signed(new SignedNode(ChunkRange.of(3), ntp(0), right.node().signature()), right.content());
        assertThat(take(shifted)).isEqualTo(Verdict.BAD);
        assertThat(viewer.edge()).isEqualTo(-1);
    }

    @Test
    void whatIsOldOrOutOfOrderIsNotEvenLookedAt() {
        take(signed(10, ntp(1_000), 1));
        take(signed(20, ntp(2_000), 1));
        looks = 0;
        assertThat(say(signed(15, ntp(2_000), 1), ntp(2_000), true)).isEqualTo(Outcome.UNUSABLE);
        assertThat(say(signed(5, ntp(1_001), 1), ntp(2_000), true)).isEqualTo(Outcome.UNUSABLE);
        assertThat(say(signed(30, ntp(1_999), 1), ntp(2_000), true)).isEqualTo(Outcome.UNUSABLE);
        assertThat(say(signed(30, ntp(12_001), 1), ntp(2_000), true))
                .as("the future")
                .isEqualTo(Outcome.UNUSABLE);
        assertThat(say(signed(30, ntp(2_001), 1), ntp(32_002), false))
                .as("unasked")
                .isEqualTo(Outcome.UNUSABLE);
        assertThat(say(signed(30, ntp(2_001), 1), ntp(32_002), true))
                .as("asked")
                .isEqualTo(Outcome.WAITS);
        assertThat(looks).isZero();
    }

    @Test
    void aSourceThatBeginsAnewIsBelievedOnceItsChunkShowsIt() {
        Signed first = signed(100, ntp(0), 1);
        take(first);
        take(signed(200, ntp(1_000), 1));
        assertThat(say(signed(0, ntp(2_900), 1), ntp(2_900), false))
                .as("too soon")
                .isEqualTo(Outcome.UNUSABLE);
        Signed again = signed(100, ntp(4_000), 1);
        assertThat(say(again, ntp(4_000), false)).isEqualTo(Outcome.DOUBTFUL);
        assertThat(viewer.doubts(channel, 100)).isTrue();
        assertThat(viewer.edge()).as("a signature alone proves nothing").isEqualTo(200);
        assertThat(bring(100, again.content(), 0)).isEqualTo(Verdict.VERIFIED);
        assertThat(restarts).isOne();
        assertThat(viewer.edge()).isEqualTo(100);
        assertThat(viewer.timeline().size()).isOne();
        assertThat(say(first, ntp(4_000), true)).as("the former stream is over").isEqualTo(Outcome.UNUSABLE);
        assertThat(take(signed(101, ntp(4_100), 1))).isEqualTo(Verdict.VERIFIED);
        assertThat(restarts).isOne();
    }

    @Test
    void whoOnlyPretendsThatTheStreamBeganAnewIsAtFault() {
        take(signed(100, ntp(0), 1));
        Signed recorded = signed(0, ntp(-5_000), 1);
        Signed pretended = new Signed(
                new SignedNode(ChunkRange.of(0), ntp(4_000), recorded.node().signature()), recorded.content());
        assertThat(say(pretended, ntp(4_000), false)).isEqualTo(Outcome.DOUBTFUL);
        assertThat(bring(0, recorded.content(), 0)).isEqualTo(Verdict.BAD);
        assertThat(restarts).isZero();
        assertThat(viewer.edge()).isEqualTo(100);
    }

    @Test
    void whatWaitedWhileTheStreamBeganAnewIsVoid() {
        take(signed(100, ntp(0), 1));
        Signed before = signed(101, ntp(100), 1);
        say(before, ntp(100), false);
        take(signed(0, ntp(3_000), 1));
        assertThat(restarts).isOne();
        assertThat(bring(101, before.content(), 0)).isEqualTo(Verdict.MISSING);
    }

    @Test
    void twoChunksInOnePlaceAreTheSourcesDoing() {
        take(signed(5, ntp(0), 1));
        Signed second = signed(5, ntp(100), 1);
        assertThat(say(second, ntp(100), false)).isEqualTo(Outcome.DOUBTFUL);
        assertThat(bring(5, second.content(), 0)).as("nobody can be blamed").isEqualTo(Verdict.MISSING);
        assertThat(equivocal).containsExactly(5L);
        assertThat(viewer.timeline().latestTime()).as("the first counts").isEqualTo(ntp(0));
    }

    @Test
    void signingTheSameChunkTwiceIsNoEquivocation() {
        Signed first = signed(5, ntp(0), 1);
        take(first);
        Signed second = signed(5, ntp(100), 1, first.content());
        say(second, ntp(100), false);
        assertThat(bring(5, first.content(), 0)).isEqualTo(Verdict.MISSING);
        assertThat(equivocal).isEmpty();
    }

    @Test
    void onlyTheSourceCanEquivocate() {
        take(signed(5, ntp(0), 1));
        Signed forged = signed(5, ntp(100), 2);
        say(forged, ntp(100), false);
        assertThat(bring(5, forged.content(), 0)).isEqualTo(Verdict.BAD);
        assertThat(equivocal).isEmpty();
    }

    /** The corpus of rule R27: not one of them passes. */
    @Test
    void noneOfTenThousandReplayedShiftedOrRetimedChunksPasses() {
        List<Signed> seen = new ArrayList<>();
        for (int chunk = 0; chunk < 500; chunk++) {
            Signed signed = signed(chunk, ntp(chunk * 200L), 1);
            seen.add(signed);
            assertThat(viewer.signed(
                            channel,
                            signed.node(),
                            new When(chunk * SECOND, signed.node().ntpTime(), false)))
                    .isEqualTo(Outcome.WAITS);
            assertThat(bring(chunk, signed.content(), chunk * SECOND)).isEqualTo(Verdict.VERIFIED);
        }
        viewer.forgetBelow(250);
        long now = ntp(100_000);
        for (int attempt = 0; attempt < 10_000; attempt++) {
            long nanos = (1_000L + attempt) * SECOND;
            Signed real = seen.get(random.nextInt(200));
            long place = real.node().chunks().first() + random.nextInt(1, 1_000);
            SignedNode said = switch (attempt % 3) {
                case 0 -> real.node();
                case 1 ->
                    new SignedNode(
                            ChunkRange.of(place),
                            random.nextBoolean() ? real.node().ntpTime() : now,
                            real.node().signature());
                default ->
                    new SignedNode(
                            real.node().chunks(),
                            now - random.nextInt(),
                            real.node().signature());
            };
            PendingHashes liar = viewer.newPending(16);
            viewer.signed(liar, said, new When(nanos, now, random.nextBoolean()));
            long chunk = said.chunks().first();
            Verdict verdict = viewer.verify(liar, chunk, new byte[32], Unpooled.wrappedBuffer(real.content()), nanos);
            assertThat(verdict).as("attempt %d", attempt).isNotEqualTo(Verdict.VERIFIED);
        }
        assertThat(viewer.edge()).isEqualTo(499);
        assertThat(restarts).isZero();
        assertThat(equivocal).isEmpty();
    }

    @Test
    void whatWasKnownBeforeARestartOfOursIsNotNew() {
        SignAllIntegrity restarted = viewer(ntp(500));
        PendingHashes pending = restarted.newPending(16);
        assertThat(restarted.signed(pending, signed(9, ntp(499), 1).node(), new When(0, ntp(600), false)))
                .isEqualTo(Outcome.UNUSABLE);
        assertThat(restarted.signed(pending, signed(9, ntp(500), 1).node(), new When(0, ntp(600), false)))
                .isEqualTo(Outcome.WAITS);
    }

    /** A hundred of a channel and five hundred in all, unless the stream itself has more; {@code from} counts channels. */
    private int looksInASecond(long firstChunk, long time, int channels, int ofEach, long second) {
        looks = 0;
        for (int i = 0; i < channels; i++) {
            PendingHashes liar = viewer.newPending(4_096);
            for (int j = 0; j < ofEach; j++) {
                Signed forged = signed(firstChunk + j, time + j, 2);
                viewer.signed(liar, forged.node(), new When(second * SECOND, time, false));
                viewer.verify(
                        liar, firstChunk + j, new byte[32], Unpooled.wrappedBuffer(forged.content()), second * SECOND);
            }
        }
        return looks;
    }

    @Test
    void verificationsAreRationed() {
        assertThat(looksInASecond(0, ntp(0), 1, 1_000, 1)).isEqualTo(100);
        assertThat(looksInASecond(0, ntp(0), 10, 200, 2)).isEqualTo(500);
    }

    @Test
    void aFastStreamMayBeVerifiedAtTwiceItsRate() {
        for (int chunk = 0; chunk < 1_200; chunk++) {
            Signed signed = signed(chunk, ntp(chunk) + 1, 1);
            say(signed, signed.node().ntpTime(), false);
            // A channel and the stream have so much that this takes a few seconds of ours.
            assertThat(bring(chunk, signed.content(), chunk / 90 * SECOND)).isEqualTo(Verdict.VERIFIED);
        }
        assertThat(viewer.timeline().chunksPerSecond()).isBetween(990.0, 1_010.0);
        assertThat(looksInASecond(2_000, ntp(1_300), 1, 4_000, 100)).isBetween(1_980, 2_020);
        assertThat(looksInASecond(2_000, ntp(1_300), 3, 1_500, 200)).isBetween(1_980, 2_020);
    }

    /** What is told stays the same for some seconds, so that it is told once to those who keep up. */
    @Test
    void tellsOfOneChunkForSomeSeconds() {
        assertThat(viewer.news()).isNull();
        take(signed(0, ntp(0), 1));
        SignedNode told = viewer.news();
        take(signed(10, ntp(7_900), 1));
        assertThat(viewer.news()).isSameAs(told);
        take(signed(20, ntp(8_100), 1));
        assertThat(viewer.news()).isEqualTo(viewer.timeline().newest());
        viewer.forgetBelow(21);
        assertThat(viewer.news()).isNull();
    }
}
