package org.ppspp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.ppspp.engine.Conduct.Verdict;

/** Rules R8 and R14: who is to blame is banned, and a bad link is not. */
class ConductTest {
    private static final double CORRUPT = 0.01;

    private final Conduct conduct = new Conduct();

    private Verdict chunks(int good, int bad) {
        for (int i = 0; i < good; i++) {
            conduct.goodChunk();
        }
        Verdict verdict = Verdict.TOLERATE;
        for (int i = 0; i < bad; i++) {
            verdict = conduct.badChunk();
        }
        return verdict;
    }

    @Test
    void neverBansAPeerBehindALinkThatCorruptsOnePercent() {
        for (long seed = 1; seed <= 10_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Conduct honest = new Conduct();
            for (int chunk = random.nextInt(2_000); chunk > 0; chunk--) {
                if (random.nextDouble() >= CORRUPT) {
                    honest.goodChunk();
                } else {
                    assertThat(honest.badChunk()).as("seed %d", seed).isNotEqualTo(Verdict.BAN);
                }
            }
        }
    }

    /** It sends us requests and acknowledgements only, for a day, fast or slowly; one in a hundred is damaged. */
    @Test
    void neverBansAFetchingPeerBehindSuchALink() {
        for (long seed = 1; seed <= 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Conduct honest = new Conduct();
            long gap = 1 + random.nextLong(60 * Limits.SECOND);
            long now = 0;
            for (int datagram = 0; datagram < 20_000; datagram++) {
                now += random.nextLong(2 * gap);
                honest.datagram();
                Verdict verdict = random.nextDouble() < CORRUPT ? honest.offence(now) : Verdict.TOLERATE;
                assertThat(verdict).as("seed %d datagram %d", seed, datagram).isNotEqualTo(Verdict.BAN);
                honest = verdict == Verdict.CLOSE ? new Conduct() : honest;
            }
        }
    }

    @Test
    void bansAPolluterOnceItsNatureIsPlain() {
        assertThat(chunks(40, Limits.BAD_BEFORE_BAN - 1)).isEqualTo(Verdict.TOLERATE);
        assertThat(chunks(0, 1)).as("10 of 50 are not more than 20 %").isEqualTo(Verdict.TOLERATE);
        assertThat(chunks(0, 1)).isEqualTo(Verdict.BAN);
    }

    @Test
    void doesNotBanForAFewBadChunksWhateverTheirShare() {
        assertThat(chunks(11, Limits.BAD_BEFORE_BAN - 1)).isEqualTo(Verdict.TOLERATE);
    }

    @Test
    void bansWhoeverMixesBadChunksIn() {
        for (long seed = 1; seed <= 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Conduct polluter = new Conduct();
            Verdict verdict = Verdict.TOLERATE;
            for (int chunk = 0; chunk < 1_000 && verdict != Verdict.BAN; chunk++) {
                if (random.nextDouble() < 0.4) {
                    verdict = polluter.badChunk();
                } else {
                    polluter.goodChunk();
                }
            }
            assertThat(verdict).as("seed %d", seed).isEqualTo(Verdict.BAN);
        }
    }

    @Test
    void asksNoMoreOfAPeerWhoseFirstChunksAreAllBad() {
        assertThat(conduct.badChunk()).isEqualTo(Verdict.TOLERATE);
        assertThat(conduct.badChunk()).isEqualTo(Verdict.TOLERATE);
        assertThat(conduct.badChunk()).isEqualTo(Verdict.SNUB);
        assertThat(chunks(0, Limits.CHUNKS_BEFORE_BAN - Limits.BAD_AT_FIRST)).isEqualTo(Verdict.BAN);
    }

    @Test
    void closesTheChannelOfAPeerThatBreaksTheRulesThreeTimesInAMinute() {
        assertThat(conduct.offence(0)).isEqualTo(Verdict.TOLERATE);
        assertThat(conduct.offence(1)).isEqualTo(Verdict.TOLERATE);
        assertThat(conduct.offence(2)).isEqualTo(Verdict.CLOSE);
    }

    @Test
    void forgetsAnOffenceAfterAMinute() {
        assertThat(conduct.offence(0)).isEqualTo(Verdict.TOLERATE);
        assertThat(conduct.offence(1)).isEqualTo(Verdict.TOLERATE);
        assertThat(conduct.offence(Limits.OFFENCE_WINDOW)).isEqualTo(Verdict.TOLERATE);
    }

    @Test
    void bansAPeerThatSendsHardlyAnythingElse() {
        Verdict verdict = Verdict.TOLERATE;
        for (int i = 0; i < Limits.OFFENCES_TO_BAN; i++) {
            conduct.datagram();
            verdict = conduct.offence(i * Limits.OFFENCE_WINDOW);
        }
        assertThat(verdict).isEqualTo(Verdict.BAN);
    }

    /** Nobody vouches for small datagrams but their checksum: a link that damages one of fifty makes nonsense of it. */
    @Test
    void neverBansAPeerBehindALinkThatDamagesTwoPercent() {
        for (long seed = 1; seed <= 10_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Conduct honest = new Conduct();
            for (int datagram = 0; datagram < 1_000; datagram++) {
                honest.datagram();
                Verdict verdict = random.nextDouble() < 0.02 ? honest.offence(datagram) : Verdict.TOLERATE;
                assertThat(verdict).as("seed %d", seed).isNotEqualTo(Verdict.BAN);
            }
        }
    }

    /** Each datagram brings a munro; a damaged one is as good as forged. */
    @Test
    void neverBansASourceBehindSuchALink() {
        for (long seed = 1; seed <= 10_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Conduct honest = new Conduct();
            for (int datagram = random.nextInt(2_000); datagram > 0; datagram--) {
                honest.datagram();
                Verdict verdict = random.nextDouble() < CORRUPT ? honest.forgedSignature() : Verdict.TOLERATE;
                assertThat(verdict).as("seed %d", seed).isEqualTo(Verdict.TOLERATE);
            }
        }
    }

    @Test
    void bansWhoeverForgesOneSignatureInThreeDatagrams() {
        Verdict verdict = Verdict.TOLERATE;
        for (int forged = 0; forged < Limits.BAD_BEFORE_BAN; forged++) {
            assertThat(verdict).isEqualTo(Verdict.TOLERATE);
            conduct.datagram();
            conduct.datagram();
            conduct.datagram();
            verdict = conduct.forgedSignature();
        }
        assertThat(verdict).isEqualTo(Verdict.BAN);
    }

    @Test
    void waitsLongerAfterEachStallInARowUpToAMinute() {
        assertThat(conduct.stall(Limits.SECOND)).isEqualTo(Limits.SECOND);
        assertThat(conduct.stall(Limits.SECOND)).isEqualTo(2 * Limits.SECOND);
        for (int i = 0; i < 100; i++) {
            conduct.stall(Limits.SECOND);
        }
        assertThat(conduct.stall(Limits.SECOND)).isEqualTo(64 * Limits.SECOND);
        conduct.goodChunk();
        assertThat(conduct.stall(Limits.SECOND)).isEqualTo(Limits.SECOND);
    }
}
