package org.ppspp.client.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A swarm goes on growing without a tracker: programs on one machine that hear of each other from each other. */
@Timeout(240)
final class PeerExchangeTest {
    private static final int SIZE = 5 << 20;

    @TempDir
    Path folder;

    private final Programs programs = new Programs();

    @AfterEach
    void endPrograms() {
        programs.close();
    }

    private Running client(Path file, String swarm, List<String> more) throws IOException {
        return programs.client(
                file, swarm, with(more, "--filesize", Integer.toString(SIZE)).toArray(String[]::new));
    }

    private static void awaitPeer(Running client, int port) {
        client.awaitEvent(event -> Running.is(event, "peer")
                && event.path("change").asText().equals("connected")
                && event.path("address").asText().endsWith(":" + port));
    }

    @Test
    void aPeerThatKnowsOneOtherFindsTheSeederAndNeedsTheOtherNoMore() throws IOException {
        Path file = Programs.content(folder.resolve("content"), SIZE);
        String swarm = Programs.swarmOf(file);
        List<String> exchange = List.of("--pex", "on", "--max-upload", "300k");
        Running seeder = client(file, swarm, exchange);
        int seederPort = seeder.port();

        Running first = client(folder.resolve("first"), swarm, with(exchange, "--peer", "127.0.0.1:" + seederPort));
        awaitPeer(first, seederPort);
        Running second = client(
                folder.resolve("second"),
                swarm,
                with(exchange, "--peer", "127.0.0.1:" + first.port(), "--exit-when-complete", "--timeout", "60s"));
        awaitPeer(second, first.port());
        awaitPeer(second, seederPort);
        first.kill();

        assertThat(second.exit()).as(second.err()).isZero();
        assertThat(folder.resolve("second")).hasSameBinaryContentAs(file);
        assertThat(folder.resolve("first")).as("was interrupted").doesNotExist();
    }

    private static List<String> with(List<String> some, String... more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(List.of(more));
        return all;
    }

    @Test
    void refusesAMembershipItCannotRead() throws IOException {
        Path key = Files.writeString(folder.resolve("issuer.pub"), "no key");
        Running client = programs.plainClient(
                "--filename", "f", "--swarmid", "00".repeat(20), "--pex", "certified", "--pex-issuer", key.toString());
        assertThat(client.exit()).isEqualTo(2);
        assertThat(client.err()).contains("issuer.pub").contains("PUBLIC KEY");
    }
}
