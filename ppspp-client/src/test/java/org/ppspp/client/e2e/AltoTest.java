package org.ppspp.client.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.ppspp.discovery.AltoServer;

/** Peers are used as an ALTO server ranks them, and all the same where there is none. */
@Timeout(240)
final class AltoTest {
    private static final String FIRST = "ipv4:127.0.0.2";
    private static final String SECOND = "ipv4:127.0.0.3";

    @TempDir
    Path folder;

    private final Programs programs = new Programs();

    @AfterEach
    void endPrograms() {
        programs.close();
    }

    private Running seeder(String address, Path file, String swarm, String maxUpload) throws IOException {
        return programs.client(file, swarm, "--listen", address + ":0", "--max-upload", maxUpload);
    }

    private Running leecher(String swarm, String peers, String altoServer) throws IOException {
        return programs.client(
                folder.resolve("copy"),
                swarm,
                "--peer",
                peers,
                "--alto",
                "--altoserver",
                altoServer,
                "--altocosttype",
                "routingcost",
                "-v",
                "--exit-when-complete");
    }

    /**
     * Both seeders send equally fast, so which one sent what is a matter of choice. One alone cannot send everything before
     * the server is asked again, 15 seconds later; both together could.
     */
    @Test
    void theCheapSeederIsUsedMostAlsoAfterCostsWereSwapped() throws IOException {
        Path file = Programs.content(folder.resolve("content"), 26 << 20);
        String swarm = Programs.swarmOf(file);
        try (AltoServer alto = new AltoServer()) {
            alto.cost(FIRST, 1);
            alto.cost(SECOND, 10);
            Running first = seeder("127.0.0.2", file, swarm, "1M");
            Running second = seeder("127.0.0.3", file, swarm, "1M");
            Running leecher =
                    leecher(swarm, peers(first, second), alto.uri("/directory").toString());

            awaitLookup(alto, 1);
            alto.cost(FIRST, 10);
            alto.cost(SECOND, 1);
            awaitLookup(alto, 2);
            long firstBefore = sent(first);
            long secondBefore = sent(second);
            assertMostly(firstBefore, secondBefore);

            assertThat(leecher.exit()).as(leecher::err).isZero();
            assertThat(folder.resolve("copy")).hasSameBinaryContentAs(file);
            assertThat(first.terminate()).isZero();
            assertThat(second.terminate()).isZero();
            assertMostly(uploaded(second) - secondBefore, uploaded(first) - firstBefore);
        }
    }

    @Test
    void pyAltosPathWillDo() throws IOException {
        Path file = Programs.content(folder.resolve("content"), 6 << 20);
        String swarm = Programs.swarmOf(file);
        try (AltoServer alto = new AltoServer()) {
            alto.cost(FIRST, 10);
            alto.cost(SECOND, 1);
            Running dear = seeder("127.0.0.2", file, swarm, "1M");
            Running cheap = seeder("127.0.0.3", file, swarm, "1M");
            Running leecher =
                    leecher(swarm, peers(dear, cheap), alto.uri("/alto").toString());

            assertThat(leecher.exit()).as(leecher::err).isZero();
            assertThat(folder.resolve("copy")).hasSameBinaryContentAs(file);
            assertThat(cheap.terminate()).isZero();
            assertThat(dear.terminate()).isZero();
            assertMostly(uploaded(cheap), uploaded(dear));
        }
    }

    private static String peers(Running first, Running second) {
        return "127.0.0.2:" + first.port() + ",127.0.0.3:" + second.port();
    }

    private static void awaitLookup(AltoServer alto, int count) {
        await().atMost(Running.PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> alto.asked("/costs").size() >= count);
    }

    /** Bytes that a seeder has sent so far. */
    private static long sent(Running seeder) {
        return seeder.lastProgress().get("sent_bytes").asLong();
    }

    /** Bytes that a seeder sent that has ended. */
    private static long uploaded(Running seeder) {
        return seeder.summary().get("uploaded_bytes").asLong();
    }

    private static void assertMostly(long fromCheap, long fromDear) {
        assertThat((double) fromCheap / (fromCheap + fromDear))
                .as("%d bytes of the cheap one, %d of the dear one", fromCheap, fromDear)
                .isGreaterThan(0.7);
    }

    @Test
    void aServerThatIsAwayCostsALineInTheLog() throws IOException {
        Path file = Programs.content(folder.resolve("content"), 1 << 20);
        String swarm = Programs.swarmOf(file);
        String gone;
        try (AltoServer alto = new AltoServer()) {
            gone = alto.uri("/directory").toString();
        }
        Running seeder = seeder("127.0.0.2", file, swarm, "500k");
        Running leecher = leecher(swarm, "127.0.0.2:" + seeder.port(), gone);
        assertThat(leecher.exit()).isZero();
        assertThat(folder.resolve("copy")).hasSameBinaryContentAs(file);
        assertThat(leecher.err())
                .containsOnlyOnce("ALTO")
                .contains("no costs from ALTO server " + gone + ": cannot connect");
    }
}
