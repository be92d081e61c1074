package org.ppspp.client.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ppspp.ContentHasher;
import org.ppspp.discovery.AltoServer;
import org.ppspp.integrity.HashFunction;

/** Peers are used as an ALTO server ranks them, and all the same where there is none. */
@Timeout(240)
final class AltoTest {
    @TempDir
    Path folder;

    private final Programs programs = new Programs();

    @AfterEach
    void endPrograms() {
        programs.close();
    }

    private Running seeder(String address, Path file, String swarm, String maxUpload) throws IOException {
        return programs.client(
                "--listen",
                address + ":0",
                "--filename",
                file.toString(),
                "--swarmid",
                swarm,
                "--max-upload",
                maxUpload);
    }

    private static String swarmOf(Path file) throws IOException {
        return ContentHasher.of(HashFunction.SHA1, 1024).hash(file).swarmId().toString();
    }

    private Running leecher(String swarm, String peers, String altoServer) throws IOException {
        return programs.client(
                "--filename",
                folder.resolve("copy").toString(),
                "--swarmid",
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

    /** Both seeders send equally fast, so which one sent what is a matter of choice. */
    @ParameterizedTest
    @ValueSource(strings = {"/directory", "/alto"})
    void theCheapSeederIsUsedMost(String path) throws IOException {
        Path file = Programs.content(folder.resolve("content"), 14 << 20);
        String swarm = swarmOf(file);
        try (AltoServer alto = new AltoServer()) {
            alto.cost("ipv4:127.0.0.2", 10);
            alto.cost("ipv4:127.0.0.3", 1);
            Running dear = seeder("127.0.0.2", file, swarm, "1M");
            Running cheap = seeder("127.0.0.3", file, swarm, "1M");
            String peers = "127.0.0.2:" + dear.port() + ",127.0.0.3:" + cheap.port();
            Running leecher = leecher(swarm, peers, alto.uri(path).toString());

            assertThat(leecher.exit()).as(leecher::err).isZero();
            assertThat(folder.resolve("copy")).hasSameBinaryContentAs(file);
            assertThat(alto.asked()).isNotEmpty();
            assertThat(cheap.terminate()).isZero();
            assertThat(dear.terminate()).isZero();
            long fromCheap = cheap.summary().get("uploaded_bytes").asLong();
            long fromDear = dear.summary().get("uploaded_bytes").asLong();
            assertThat((double) fromCheap / (fromCheap + fromDear))
                    .as("%d bytes of the cheap one, %d of the dear one", fromCheap, fromDear)
                    .isGreaterThan(0.7);
        }
    }

    @Test
    void aServerThatIsAwayCostsALineInTheLog() throws IOException {
        Path file = Programs.content(folder.resolve("content"), 1 << 20);
        String swarm = swarmOf(file);
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
