package org.ppspp.client.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs end in the middle, and the transfer goes on. */
@Timeout(240)
final class InterruptionsTest {
    private static final int SIZE = 16 << 20;

    /** Slow enough to be interrupted. */
    private static final String RATE = "4M";

    /**
     * What a kill may cost of what was verified: a chunk counts after it only with its hashes, and those of a request bin
     * (64 chunks) are saved once it is whole.
     */
    private static final long UNSAVED = 4 * 64 * 1024;

    @TempDir
    Path folder;

    private final Programs programs = new Programs();
    private Path file = Path.of("");
    private Path copy = Path.of("");
    private String swarm = "";

    @BeforeEach
    void makeContent() throws IOException {
        file = Programs.content(folder.resolve("content"), SIZE);
        copy = folder.resolve("copy");
        swarm = Programs.swarmOf(file);
    }

    @AfterEach
    void endPrograms() {
        programs.close();
    }

    private Running seeder(String... where) throws IOException {
        Running seeder = programs.client(with(where, "--filename", file.toString(), "--swarmid", swarm));
        seeder.awaitEvent(event -> Running.is(event, "complete"));
        return seeder;
    }

    private Running leecher(String... where) throws IOException {
        return programs.client(with(
                where,
                "--filename",
                copy.toString(),
                "--swarmid",
                swarm,
                "--max-download",
                RATE,
                "--exit-when-complete",
                "--timeout",
                "60s"));
    }

    private static String[] with(String[] more, String... usual) {
        String[] all = new String[usual.length + more.length];
        System.arraycopy(usual, 0, all, 0, usual.length);
        System.arraycopy(more, 0, all, usual.length, more.length);
        return all;
    }

    private static void awaitVerified(Running leecher, long bytes) {
        leecher.awaitEvent(event -> event.path("verified_bytes").asLong() >= bytes);
    }

    private static JsonNode firstProgress(Running leecher) {
        return leecher.awaitEvent(event ->
                Running.is(event, "progress") && !event.path("state").asText().equals("checking"));
    }

    @Test
    void aLeecherThatIsKilledFetchesNothingTwice() throws IOException {
        Running seeder = seeder();
        String peer = "127.0.0.1:" + seeder.port();
        long had = 0;
        for (int kill = 1; kill <= 3; kill++) {
            Running leecher = leecher("--peer", peer);
            assertThat(firstProgress(leecher).path("verified_bytes").asLong()).isGreaterThanOrEqualTo(had - UNSAVED);
            awaitVerified(leecher, kill * (SIZE / 4L));
            had = leecher.lastProgress().path("verified_bytes").asLong();
            leecher.kill();
        }
        Running last = leecher("--peer", peer);
        assertThat(firstProgress(last).path("verified_bytes").asLong()).isGreaterThanOrEqualTo(had - UNSAVED);
        assertThat(last.exit()).as(last.err()).isZero();
        assertThat(copy).hasSameBinaryContentAs(file);
        // Only what was on its way when the leecher was killed is sent again.
        assertThat(seeder.terminate()).isZero();
        assertThat(seeder.summary().get("uploaded_bytes").asLong()).isLessThan(SIZE + 3 * (4L << 20));
    }

    @Test
    void anInterruptedLeecherSaysSoAndResumes() throws IOException {
        Running seeder = seeder();
        String peer = "127.0.0.1:" + seeder.port();
        Running first = leecher("--peer", peer);
        awaitVerified(first, SIZE / 3);
        assertThat(first.interrupt()).isEqualTo(130);
        assertThat(first.summary().get("complete").asBoolean()).isFalse();
        long fetched = first.summary().get("downloaded_bytes").asLong();

        Running second = leecher("--peer", peer);
        assertThat(second.exit()).as(second.err()).isZero();
        assertThat(second.err()).doesNotContain("checking");
        assertThat(second.summary().get("downloaded_bytes").asLong()).isLessThanOrEqualTo(SIZE - fetched + (4 << 20));
        assertThat(copy).hasSameBinaryContentAs(file);
    }

    @Test
    void aSeederThatIsKilledAndComesBackIsFoundAgain() throws IOException {
        Running tracker = programs.tracker();
        String where = "127.0.0.1:" + tracker.port();
        Running first = seeder("--tracker", where);
        Running leecher = leecher("--tracker", where);
        awaitVerified(leecher, SIZE / 4);
        first.kill();
        seeder("--tracker", where);
        assertThat(leecher.exit()).as(leecher.err()).isZero();
        assertThat(copy).hasSameBinaryContentAs(file);
    }

    @Test
    void aTrackerThatIsKilledAndComesBackKnowsThePeersAgain() throws IOException {
        Running first = programs.tracker();
        String where = "127.0.0.1:" + first.port();
        seeder("--tracker", where);
        Running leecher = leecher("--tracker", where);
        awaitVerified(leecher, SIZE / 4);
        first.kill();
        awaitVerified(leecher, leecher.lastProgress().path("verified_bytes").asLong() + (1 << 20));

        programs.tracker("--listen", where).port();
        assertThat(leecher.exit()).as(leecher.err()).isZero();
        assertThat(copy).hasSameBinaryContentAs(file);
        copy = folder.resolve("second");
        Running second = leecher("--tracker", where);
        assertThat(second.exit()).as(second.err()).isZero();
        assertThat(copy).hasSameBinaryContentAs(file);
    }
}
