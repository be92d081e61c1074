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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files go from a seeder to leechers that find it through a tracker. */
@Timeout(240)
final class FirstUseTest {
    @TempDir
    Path folder;

    private final Programs programs = new Programs();

    @AfterEach
    void endPrograms() {
        programs.close();
    }

    private String swarmByFileutil(Path file) throws IOException {
        Running fileutil = programs.fileutil("--filename", file.toString(), "--hash", "--tree", "--quiet");
        assertThat(fileutil.exit()).isZero();
        return fileutil.out().get(0);
    }

    private Running leecher(String name, String swarm, Running tracker, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--filename",
                folder.resolve(name).toString(),
                "--swarmid",
                swarm,
                "--tracker",
                "127.0.0.1:" + tracker.port(),
                "--exit-when-complete",
                "--timeout",
                "60s"));
        arguments.addAll(List.of(more));
        return programs.client(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1024, 1025, 7162, (7 << 20) + 1})
    void contentOfAnySizeArrivesOverUdpAndTcpWithItsSizeKnownOrNot(int size) throws IOException {
        Path file = Programs.content(folder.resolve("content"), size);
        String swarm = Programs.swarmOf(file);
        Running tracker = programs.tracker();
        String port = "127.0.0.1:" + tracker.port();
        Running seeder = programs.client(file, swarm, "--tracker", port);
        List<Running> leechers = List.of(
                leecher("udp", swarm, tracker, "--transport", "udp"),
                leecher("tcp", swarm, tracker, "--tcp"),
                leecher("udp-sized", swarm, tracker, "--transport", "udp", "--filesize", Integer.toString(size)),
                leecher("tcp-sized", swarm, tracker, "--tcp", "--filesize", Integer.toString(size)));

        for (Running leecher : leechers) {
            assertThat(leecher.exit()).as(leecher.err()).isZero();
            assertThat(leecher.summary().get("refused_chunks").asInt()).isZero();
        }
        for (String name : List.of("udp", "tcp", "udp-sized", "tcp-sized")) {
            assertThat(folder.resolve(name)).hasSameBinaryContentAs(file);
            assertThat(folder.resolve(name + ".part")).doesNotExist();
            assertThat(folder.resolve(name + ".part.state")).doesNotExist();
        }
        assertThat(seeder.terminate()).isZero();
        assertThat(tracker.terminate()).isZero();
    }

    @Test
    void asksForTheSizeWhereTwoHashesCannotBeToldFromContent() throws IOException {
        Path file = Programs.content(folder.resolve("content"), 40);
        String swarm = Programs.swarmOf(file);
        Running seeder = programs.client(file, swarm);
        String peer = "127.0.0.1:" + seeder.port();
        String copy = folder.resolve("copy").toString();

        Running bare =
                programs.client("--filename", copy, "--swarmid", swarm, "--peer", peer, "--timeout", "3s", "--quiet");
        assertThat(bare.exit()).isEqualTo(5);
        assertThat(bare.err())
                .isEqualTo("ppspp-client: the size of this content cannot be proven; give --filesize or a ppspp: link");

        Running linked =
                programs.client("--filename", copy, "--peer", peer, "--exit-when-complete", "ppspp:" + swarm + "?l=40");
        assertThat(linked.exit()).isZero();
        assertThat(folder.resolve("copy")).hasSameBinaryContentAs(file);
    }

    @Test
    void leechersShareWhatTheyHave() throws IOException {
        int size = 6 << 20;
        Path file = Programs.content(folder.resolve("content"), size);
        String swarm = Programs.swarmOf(file);
        Running tracker = programs.tracker();
        String port = "127.0.0.1:" + tracker.port();
        Running seeder = programs.client(file, swarm, "--tracker", port, "--max-upload", "2M");
        List<Running> leechers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            leechers.add(leecher("copy-" + i, swarm, tracker, "--seed-time", "60s"));
        }
        for (Running leecher : leechers) {
            leecher.awaitEvent(event -> Running.is(event, "complete"));
        }
        for (int i = 0; i < 4; i++) {
            assertThat(folder.resolve("copy-" + i)).hasSameBinaryContentAs(file);
        }
        assertThat(seeder.terminate()).isZero();
        assertThat(seeder.summary().get("uploaded_bytes").asLong()).isLessThan(3L * size);
        for (Running leecher : leechers) {
            assertThat(leecher.terminate())
                    .as("sharing, so that ending is no failure")
                    .isZero();
        }
    }

    @Test
    void anotherFileOfTheSameNameIsKept() throws IOException {
        Path file = Programs.content(folder.resolve("content"), 5000);
        Path taken = Files.writeString(folder.resolve("taken"), "mine");
        String swarm = swarmByFileutil(file);
        Running seeder = programs.client(file, swarm);
        String peer = "127.0.0.1:" + seeder.port();

        Running refused = programs.client(taken, swarm, "--no-clobber");
        assertThat(refused.exit()).isEqualTo(3);
        assertThat(taken).hasContent("mine");

        Running leecher = programs.client(taken, swarm, "--peer", peer, "--exit-when-complete");
        assertThat(leecher.exit()).isZero();
        assertThat(leecher.err()).contains("taken.orig-1");
        assertThat(folder.resolve("taken.orig-1")).hasContent("mine");
        assertThat(taken).hasSameBinaryContentAs(file);
    }
}
